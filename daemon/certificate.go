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

// certificateWatcher holds the pair of files that the listener shows to clients. It
// takes a renewed pair while connections go on; a broken one is logged, and the pair
// in use stays.
type certificateWatcher struct {
	settings config.Settings
	log      *slog.Logger

	current atomic.Pointer[tls.Certificate]
	mu      sync.Mutex // guards seen
	seen    [2]time.Time
}

// openCertificate reads the pair for the first time. Without a pair there is nothing
// to serve.
func openCertificate(s config.Settings, log *slog.Logger) (*certificateWatcher, error) {
	c := &certificateWatcher{settings: s, log: log}
	return c, c.reloadFiles()
}

// tlsConfig returns the configuration of the listener's handshakes.
func (c *certificateWatcher) tlsConfig() *tls.Config {
	return &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return c.current.Load(), nil },
	}
}

// reloadIfChanged reads files that changed since the last check. A pair that cannot be
// used is logged once.
func (c *certificateWatcher) reloadIfChanged() {
	c.mu.Lock()
	same := c.modTimes() == c.seen
	c.mu.Unlock()
	if same {
		return
	}
	if err := c.reloadFiles(); err != nil {
		c.log.Error("the renewed certificate cannot be used; the present one stays", "err", err)
	}
}

// reloadFiles reads the files as they are now.
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

// modTimes returns the times of the files; a missing file has the zero time.
func (c *certificateWatcher) modTimes() (at [2]time.Time) {
	for i, path := range [2]string{c.settings.TLSCert, c.settings.TLSKey} {
		if info, err := os.Stat(path); err == nil {
			at[i] = info.ModTime()
		}
	}
	return at
}
