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
