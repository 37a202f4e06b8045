package daemon_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/daemon"
	"github.com/geminid/geminid/daemon/config"
	"github.com/geminid/geminid/upstream/simulator"
)

// certify writes a self-signed pair for localhost and returns the pool that
// trusts it alone.
func certify(t *testing.T, cert, key string, serial int64) *x509.CertPool {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	bytes, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	put(t, cert, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	put(t, key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: bytes})))
	later := time.Now().Add(time.Duration(serial) * time.Second) // coarse clocks must not hide a renewal
	if err := errors.Join(os.Chtimes(cert, later, later), os.Chtimes(key, later, later)); err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))))
	return pool
}

func TestOwnTLS(t *testing.T) {
	h := newHouse(t, t.TempDir(), simulator.SessionConfig{Name: "one"})
	cert, key := filepath.Join(h.dir, "cert.pem"), filepath.Join(h.dir, "key.pem")
	h.config.Detached = false
	h.config.Settings.TLSCert, h.config.Settings.TLSKey = cert, key
	h.config.Reload = func() (config.Settings, error) { return h.config.Settings, nil }

	var bad *config.Error
	early, err := daemon.New(h.config)
	if err != nil {
		t.Fatal(err)
	}
	if err := early.Start(t.Context()); !errors.As(err, &bad) {
		t.Fatalf("starting without the files: %v, want a configuration error", err)
	}

	first := certify(t, cert, key, 1)
	h.start()
	t.Cleanup(h.stop)
	if protocol, err := h.greet(t, first); err != nil || protocol != "HTTP/2.0" {
		t.Errorf("got %s, %v", protocol, err)
	}
	put(t, key, "half a ke")
	h.daemon.Tick(t.Context())
	if !strings.Contains(h.log.String(), "renewed certificate cannot be used") {
		t.Error("the log does not tell of the broken pair")
	}
	if _, err := h.daemon.Reload(); err == nil || !strings.Contains(err.Error(), "tls_cert: ") || !strings.Contains(err.Error(), key) {
		t.Errorf("a reload with a broken pair says %v", err)
	}
	if _, err := h.greet(t, first); err != nil {
		t.Errorf("a broken pair displaced the good one: %v", err)
	}
	second := certify(t, cert, key, 2)
	for _, want := range []string{"[certificate]", "[]"} {
		if outcome, err := h.daemon.Reload(); err != nil || fmt.Sprint(outcome.Changed) != want {
			t.Errorf("a reload with a renewed pair says %v, %v; want %s", outcome.Changed, err, want)
		}
	}
	if _, err := h.greet(t, second); err != nil {
		t.Errorf("the renewed certificate is not in use: %v", err)
	}
	if _, err := h.greet(t, first); err == nil {
		t.Error("the old certificate is still shown")
	}
}

// TestCertificateHeals: whatever lay in the place of the pair, a good one is in use at
// the next tick, even if it looks as old and as large as what it replaces, and a tick
// waits for nothing.
func TestCertificateHeals(t *testing.T) {
	h := newHouse(t, t.TempDir(), simulator.SessionConfig{Name: "one"})
	cert, key := filepath.Join(h.dir, "cert.pem"), filepath.Join(h.dir, "key.pem")
	h.config.Detached = false
	h.config.Settings.TLSCert, h.config.Settings.TLSKey = cert, key
	last := certify(t, cert, key, 1)
	h.start()
	t.Cleanup(h.stop)
	old := time.Now().Add(-time.Hour)
	troubles := []struct {
		name string
		make func() error
	}{
		{"garbage", func() error { return os.WriteFile(cert, []byte("garbage"), 0o600) }},
		{"garbage in the key", func() error { return os.WriteFile(key, []byte("garbage"), 0o600) }},
		{"nothing", func() error { return os.Truncate(key, 0) }},
		{"another one's key", func() error { certify(t, filepath.Join(h.dir, "other.pem"), key, 99); return nil }},
		{"a pipe", func() error { return errors.Join(os.Remove(cert), syscall.Mkfifo(cert, 0o600)) }},
		{"a pipe for the key", func() error { return errors.Join(os.Remove(key), syscall.Mkfifo(key, 0o600)) }},
		{"a directory", func() error { return errors.Join(os.Remove(cert), os.Mkdir(cert, 0o700)) }},
		{"no file", func() error { return os.Remove(key) }},
	}
	for i, trouble := range troubles {
		if err := trouble.make(); err != nil {
			t.Fatal(err)
		}
		_ = os.Chtimes(cert, old, old)
		_ = os.Chtimes(key, old, old)
		h.daemon.Tick(t.Context())
		h.daemon.Tick(t.Context())
		if _, err := h.greet(t, last); err != nil {
			t.Errorf("%s displaced the good pair: %v", trouble.name, err)
		}
		if told := strings.Count(h.log.String(), "renewed certificate cannot be used"); told != i+1 {
			t.Errorf("%s: logged %d times by now, want %d", trouble.name, told, i+1)
		}
		if err := errors.Join(os.RemoveAll(cert), os.RemoveAll(key)); err != nil {
			t.Fatal(err)
		}
		last = certify(t, cert, key, int64(i+2))
		if err := errors.Join(os.Chtimes(cert, old, old), os.Chtimes(key, old, old)); err != nil {
			t.Fatal(err)
		}
		h.daemon.Tick(t.Context())
		if _, err := h.greet(t, last); err != nil {
			t.Errorf("the pair after %s is not in use: %v", trouble.name, err)
		}
	}
}

// greet asks /livez over a new connection that trusts the pool.
func (h *house) greet(t *testing.T, pool *x509.CertPool) (protocol string, err error) {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, ServerName: "localhost"}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	_, port, _ := net.SplitHostPort(h.daemon.Addr().String())
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://localhost:"+port+"/livez", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	return response.Proto, nil
}
