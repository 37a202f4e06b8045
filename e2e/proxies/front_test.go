package proxies_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// host is the name that the examples use.
const host = "gemini.example.org"

// front is a proxy that runs with one of the project's examples.
type front struct {
	addr  string // where it speaks HTTPS
	roots *x509.CertPool
	logs  func() string // everything that it logged
}

// proxies are the examples, and how each is run before a server at an address.
// opened takes the # away from the block that is commented out.
var proxies = map[string]func(t *testing.T, backend string, opened bool) *front{
	"caddy": openCaddy,
	"nginx": openNginx,
}

// commented is code behind a #; prose has a space there.
var commented = regexp.MustCompile(`(?m)^(\t+)#([^ \n])`)

// example reads one of the examples with some texts replaced; each must be there.
func example(t *testing.T, name string, opened bool, pairs ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(harness.Root(), "docs", "caddy", name))
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	if opened {
		if !commented.MatchString(text) {
			t.Fatalf("nothing is commented out in %s", name)
		}
		text = commented.ReplaceAllString(text, "$1$2")
	}
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("%s does not hold %q any more", name, pairs[i])
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func port(addr string) string { return addr[strings.LastIndexByte(addr, ':')+1:] }

func openCaddy(t *testing.T, backend string, opened bool) *front {
	t.Helper()
	path := harness.Tool(t, "caddy", "caddy")
	dir := t.TempDir()
	f := &front{addr: harness.FreeAddr(t)}
	config := write(t, filepath.Join(dir, "Caddyfile"), example(t, "Caddyfile", opened,
		"127.0.0.1:8100", backend,
		"\n{\n", fmt.Sprintf("\n{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\thttp_port %s\n\thttps_port %s\n\tstorage file_system %s\n\tdefault_bind 127.0.0.1\n",
			port(harness.FreeAddr(t)), port(f.addr), dir)))
	said := run(t, path, "run", "--adapter", "caddyfile", "--config", config)
	f.logs = said.String
	root := filepath.Join(dir, "pki/authorities/local/root.crt")
	harness.Eventually(t, 30*time.Second, "Caddy has made its authority", func() bool {
		content, err := os.ReadFile(root)
		f.roots = x509.NewCertPool()
		return err == nil && f.roots.AppendCertsFromPEM(content)
	})
	f.await(t)
	return f
}

func openNginx(t *testing.T, backend string, opened bool) *front {
	t.Helper()
	path := harness.Tool(t, "nginx", "nginx-light")
	dir := t.TempDir()
	f := &front{addr: harness.FreeAddr(t)}
	f.roots = certify(t, filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
	site := write(t, filepath.Join(dir, "site.conf"), example(t, "nginx.conf", opened,
		"127.0.0.1:8100", backend,
		"listen 443", "listen "+f.addr,
		"/etc/letsencrypt/live/gemini.example.org/fullchain.pem", filepath.Join(dir, "cert.pem"),
		"/etc/letsencrypt/live/gemini.example.org/privkey.pem", filepath.Join(dir, "key.pem"),
		"/var/log/nginx", dir))
	var temp strings.Builder
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&temp, "\t%s_temp_path %s/%s;\n", kind, dir, kind)
	}
	config := write(t, filepath.Join(dir, "nginx.conf"), fmt.Sprintf(
		"daemon off;\nuser root;\npid %s/pid;\nerror_log stderr crit;\nevents {}\nhttp {\n%s\taccess_log off;\n\tinclude %s;\n}\n", dir, temp.String(), site))
	said := run(t, path, "-p", dir, "-e", "stderr", "-c", config)
	f.logs = func() string {
		all := said.String()
		for _, name := range []string{"geminid.log", "geminid.error.log"} {
			content, err := os.ReadFile(filepath.Join(dir, name))
			if err != nil {
				t.Error(err)
			}
			all += string(content)
		}
		return all
	}
	f.await(t)
	return f
}

// certify writes a certificate for host that vouches for itself.
func certify(t *testing.T, cert, key string) *x509.CertPool {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
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
	write(t, cert, string(public))
	write(t, key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret})))
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(public)
	return roots
}

// run starts a server until the test ends.
func run(t *testing.T, path string, args ...string) *harness.Transcript {
	t.Helper()
	said := new(harness.Transcript)
	cmd := exec.Command(path, args...)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt) // nginx' workers end with their master
		_ = cmd.Wait()                       // it was interrupted
		if t.Failed() {
			t.Logf("%s said:\n%s", path, said)
		}
	})
	return said
}

func (f *front) await(t *testing.T) {
	t.Helper()
	client := f.client(t, "127.0.0.1")
	harness.Eventually(t, 30*time.Second, "the proxy answers", func() bool {
		response, err := client.Get("https://" + host + "/livez")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
}
