package daemon

import (
	"bytes"
	"crypto/tls"
	"errors"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// certificate is the pair of files that the listener shows to clients. A renewed
// pair is taken up while connections go on; a broken one is said and the pair in
// use stays.
type certificate struct {
	settings Settings
	log      *slog.Logger

	current atomic.Pointer[tls.Certificate]
	mu      sync.Mutex // guards seen
	seen    [2]time.Time
}

// openCertificate reads the pair for the first time; without one there is
// nothing to serve.
func openCertificate(s Settings, log *slog.Logger) (*certificate, error) {
	c := &certificate{settings: s, log: log}
	err := c.reread()
	if err != nil && !errors.Is(err, os.ErrPermission) {
		err = &ConfigError{err}
	}
	return c, err
}

// config is what the listener's handshakes follow.
func (c *certificate) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil },
	}
}

// renew takes up files that changed since they were last looked at. What is wrong
// with them is said once.
func (c *certificate) renew() {
	c.mu.Lock()
	same := c.stamps() == c.seen
	c.mu.Unlock()
	if same {
		return
	}
	if err := c.reread(); err != nil {
		c.log.Error("the renewed certificate can not be used; the present one stays", "err", err)
	}
}

// reread takes up the files as they are now.
func (c *certificate) reread() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = c.stamps()
	pair, err := c.settings.certificate()
	if err != nil {
		return err
	}
	old := c.current.Load()
	if old != nil && bytes.Equal(old.Leaf.Raw, pair.Leaf.Raw) {
		return nil
	}
	c.current.Store(&pair)
	if old != nil {
		c.log.Info("the certificate was renewed", "file", c.settings.TLSCert, "until", pair.Leaf.NotAfter)
	}
	return nil
}

// stamps are the times of the files; a file that is away for the moment has the
// zero time.
func (c *certificate) stamps() (at [2]time.Time) {
	for i, path := range [2]string{c.settings.TLSCert, c.settings.TLSKey} {
		if info, err := os.Stat(path); err == nil {
			at[i] = info.ModTime()
		}
	}
	return at
}
