package daemon

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// certificate is the pair of files that the listener shows to clients. A renewed
// pair is taken up while connections go on; a broken one is said once and the
// pair in use stays.
type certificate struct {
	certFile, keyFile string
	log               *slog.Logger

	current atomic.Pointer[tls.Certificate]
	mu      sync.Mutex // guards seen
	seen    [2]time.Time
}

// openCertificate reads the pair for the first time; without one there is
// nothing to serve.
func openCertificate(s Settings, log *slog.Logger) (*certificate, error) {
	c := &certificate{certFile: s.TLSCert, keyFile: s.TLSKey, log: log}
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return nil, &ConfigError{fmt.Errorf("tls_cert: reading the certificate and its key: %w", err)}
	}
	c.current.Store(&pair)
	c.seen = c.stamps()
	return c, nil
}

// config is what the listener's handshakes follow.
func (c *certificate) config() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil },
	}
}

// renew takes up files that changed since they were last looked at.
func (c *certificate) renew() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.stamps()
	if now == c.seen {
		return
	}
	c.seen = now
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		c.log.Error("the renewed certificate can not be used; the present one stays", "file", c.certFile, "err", err)
		return
	}
	c.current.Store(&pair)
	c.log.Info("the certificate was renewed", "file", c.certFile, "until", pair.Leaf.NotAfter)
}

// stamps are the times of the files; a file that is away for the moment has the
// zero time.
func (c *certificate) stamps() (at [2]time.Time) {
	for i, path := range [2]string{c.certFile, c.keyFile} {
		if info, err := os.Stat(path); err == nil {
			at[i] = info.ModTime()
		}
	}
	return at
}
