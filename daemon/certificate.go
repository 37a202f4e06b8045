package daemon

import (
	"bytes"
	"crypto/tls"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/geminid/geminid/daemon/config"
)

// certificateWatcher is the pair of files that the listener shows to clients. A renewed
// pair is taken up while connections go on; a broken one is said and the pair in
// use stays.
type certificateWatcher struct {
	settings config.Settings
	log      *slog.Logger

	current atomic.Pointer[tls.Certificate]
	mu      sync.Mutex // guards seen
	seen    [2]time.Time
}

// openCertificate reads the pair for the first time; without one there is
// nothing to serve.
func openCertificate(s config.Settings, log *slog.Logger) (*certificateWatcher, error) {
	c := &certificateWatcher{settings: s, log: log}
	return c, c.reloadFiles()
}

// tlsConfig is what the listener's handshakes follow.
func (c *certificateWatcher) tlsConfig() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil },
	}
}

// reloadIfChanged takes up files that changed since they were last looked at. What is wrong
// with them is said once.
func (c *certificateWatcher) reloadIfChanged() {
	c.mu.Lock()
	same := c.modTimes() == c.seen
	c.mu.Unlock()
	if same {
		return
	}
	if err := c.reloadFiles(); err != nil {
		c.log.Error("the renewed certificate can not be used; the present one stays", "err", err)
	}
}

// reloadFiles takes up the files as they are now.
func (c *certificateWatcher) reloadFiles() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = c.modTimes()
	pair, err := c.settings.LoadCertificate()
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

// modTimes are the times of the files; a file that is away for the moment has the
// zero time.
func (c *certificateWatcher) modTimes() (at [2]time.Time) {
	for i, path := range [2]string{c.settings.TLSCert, c.settings.TLSKey} {
		if info, err := os.Stat(path); err == nil {
			at[i] = info.ModTime()
		}
	}
	return at
}
