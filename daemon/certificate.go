package daemon

import (
	"bytes"
	"crypto/tls"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/geminid/geminid/daemon/config"
)

// certificateWatcher holds the pair of files that the listener shows to clients. It
// takes a renewed pair while connections go on; a broken one is logged, and the pair
// in use stays.
type certificateWatcher struct {
	settings config.Settings
	log      *slog.Logger

	current atomic.Pointer[tls.Certificate]
	mu      sync.Mutex // held while the files are read
	trouble string     // why they could not be used at the last tick, empty if they could
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

// checkFiles reads the files at each tick: times and sizes do not distinguish a good
// pair from a broken one that it replaced. Why a pair cannot be used is logged once.
func (c *certificateWatcher) checkFiles() {
	err := c.reloadFiles()
	c.mu.Lock()
	defer c.mu.Unlock()
	before := c.trouble
	c.trouble = ""
	if err != nil {
		c.trouble = err.Error()
	}
	switch {
	case c.trouble == before:
	case err != nil:
		c.log.Error("the renewed certificate cannot be used; the present one stays", "err", err)
	default:
		c.log.Info("the files of the certificate can be used again")
	}
}

// reloadFiles reads the files as they are now.
func (c *certificateWatcher) reloadFiles() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	pair, err := c.settings.LoadCertificate()
	if err != nil {
		return err
	}
	old := c.current.Load()
	if old != nil && slices.EqualFunc(old.Certificate, pair.Certificate, bytes.Equal) {
		return nil
	}
	c.current.Store(&pair)
	if old != nil {
		c.log.Info("the certificate was renewed", "file", c.settings.TLSCert, "until", pair.Leaf.NotAfter)
	}
	return nil
}
