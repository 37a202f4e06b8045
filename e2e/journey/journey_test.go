// Package journey_test carries sessions from a laptop to a server as their owner
// does: with gchat, over a real sshd and over HTTPS.
package journey_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

const patience = 30 * time.Second

// server is a machine with geminid, which speaks HTTPS with a certificate of its
// own making and is given a first session.
type server struct {
	harness.Home
	sim        *harness.Simulator
	first      harness.Session
	url        string
	certs      string // the certificate as a PEM file
	client     *http.Client
	admin, api string // keys
}

func newServer(t *testing.T) *server {
	t.Helper()
	s := &server{Home: harness.NewHome(t), sim: harness.Simulate(t)}
	addr := harness.FreeAddr(t)
	s.url, s.certs = "https://"+addr, filepath.Join(s.Dir, "cert.pem")
	key := filepath.Join(s.Dir, "key.pem")
	s.client = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: certify(t, s.certs, key)}}}
	s.Configure(t, "upstream_url: "+s.sim.URL, "listen: "+addr, "tls_cert: "+s.certs, "tls_key: "+key)
	s.first = s.sim.Session(t, "first")
	s.Drop(t, "cookies.txt", s.first.Netscape())
	s.admin, s.api = s.AddKey(t, "owner", "--admin"), s.AddKey(t, "phone")
	harness.Start(t, harness.Command{Name: "geminid", Args: []string{"serve", "--config", s.Config()}, Home: s.Dir})
	harness.Eventually(t, patience, "the server is ready", func() bool {
		response, err := s.client.Get(s.url + "/readyz")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
	return s
}

// certify writes a certificate for loopback and its key, and returns the pool
// that trusts it.
func certify(t *testing.T, certs, key string) *x509.CertPool {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "geminid"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	public := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	put(t, certs, public)
	put(t, key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(public)
	return pool
}

// put writes a file that only this user can read.
func put(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// serves reports whether a question is answered, and by this session.
func (s *server) serves(t *testing.T, session harness.Session) bool {
	t.Helper()
	before := s.sim.Answers(t, session)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/v1/chat/completions",
		strings.NewReader(`{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"who is there"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+s.api)
	response, err := s.client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("a question is answered with %d %s %v", response.StatusCode, body, err)
	}
	return s.sim.Answers(t, session) == before+1
}

// laptop is the owner's own computer: a home with a Downloads folder, and an ssh
// that knows the way.
type laptop struct {
	home string
	env  []string
}

// newLaptop logs gchat in to the server with a key.
func newLaptop(t *testing.T, s *server, key string) *laptop {
	t.Helper()
	l := &laptop{home: t.TempDir()}
	l.env = []string{"SSL_CERT_FILE=" + s.certs}
	if said, code := l.gchat(t, key, "login", "--server", s.url, "--key", "-"); code != 0 {
		t.Fatalf("gchat login ended with %d: %s", code, said)
	}
	return l
}

// downloads is a file in the Downloads folder.
func (l *laptop) downloads(name string) string { return filepath.Join(l.home, "Downloads", name) }

// command is gchat on this laptop.
func (l *laptop) command(stdin string, args ...string) harness.Command {
	return harness.Command{Name: "gchat", Args: args, Stdin: stdin, Home: l.home, Env: l.env}
}

// gchat runs a command and returns all that it said and its exit code.
func (l *laptop) gchat(t *testing.T, stdin string, args ...string) (said string, code int) {
	t.Helper()
	out, complaint, code := harness.Run(t, l.command(stdin, args...))
	if leaks := harness.Leaks(out + complaint); leaks != nil {
		t.Errorf("gchat %s says secrets: %v", strings.Join(args, " "), leaks)
	}
	return out + complaint, code
}

// expect is gchat with what must come of it.
func (l *laptop) expect(t *testing.T, want int, words string, args ...string) {
	t.Helper()
	said, code := l.gchat(t, "", args...)
	if code != want || !strings.Contains(said, words) {
		t.Errorf("gchat %s ended with %d, want %d and %q:\n%s", strings.Join(args, " "), code, want, words, said)
	}
}

// mode is the rights of a file.
func mode(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%04o", info.Mode().Perm())
}
