package hostile_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// asProxies are the headers with which proxies in front of the server pass on what
// strangers ask; the first is of none.
var asProxies = [][]string{
	nil,
	{"Host: chat.example.com", "X-Forwarded-For: 203.0.113.5", "X-Forwarded-Proto: https"},
	{"X-Forwarded-For: 203.0.113.5"},
	{"X-Forwarded-For: unknown"},
	{"X-Real-IP: 203.0.113.5"},
	{"CF-Connecting-IP: 203.0.113.5"},
	{"True-Client-IP: 203.0.113.5"},
	{"Forwarded: for=203.0.113.5"},
	{"Via: 1.1 proxy"},
	{"Host: chat.example.com"},
}

// knock asks with a key, or without one, directly and as proxies do.
func knock(t *testing.T, d *harness.Daemon, key string, want int) {
	t.Helper()
	d.Key = key
	for _, headers := range asProxies {
		for _, c := range []struct{ method, path, body string }{
			{http.MethodGet, "/v1/models", ""},
			{http.MethodPost, "/v1/chat/completions", `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"hi"}]}`},
		} {
			if reply := d.Do(t, c.method, c.path, c.body, headers...); reply.Status != want {
				t.Errorf("key %t, %v: %s %s is answered with %d, want %d: %s", key != "", headers, c.method, c.path, reply.Status, want, reply.Body)
			} else if want == http.StatusUnauthorized && !strings.Contains(reply.Body, "geminid keys add NAME") {
				t.Errorf("%s does not say what to do: %s", c.path, reply.Body)
			}
		}
	}
}

// TestLastKeyRevoked: the end of the last key opens nothing, neither now nor after
// the next start, and the next key works at once.
func TestLastKeyRevoked(t *testing.T) {
	sim := harness.Simulate(t)
	home := harness.NewHome(t)
	home.Configure(t, "upstream_url: "+sim.URL, "allowed_hosts: [chat.example.com]")
	home.Drop(t, "cookies.txt", sim.Session(t, "owner").Netscape())
	key := home.AddKey(t, "client")
	d := harness.Serve(t, home)
	knock(t, d, key, http.StatusOK)

	stdout, stderr, code := harness.Run(t, harness.Command{Name: "geminid", Home: home.Dir, Args: []string{"keys", "revoke", "client", "--config", home.Config()}})
	if code != 0 || !strings.Contains(stdout, "client is revoked") || !strings.Contains(stderr, "stays closed") || !strings.Contains(stderr, "geminid keys add NAME") {
		t.Errorf("revoking ends with %d and says %q and %q", code, stdout, stderr)
	}
	d.Key = key
	harness.Eventually(t, 5*time.Second, "the revoked key is refused", func() bool {
		return d.Do(t, http.MethodGet, "/v1/models", "").Status != http.StatusOK
	})
	knock(t, d, "", http.StatusUnauthorized)
	d.Stop(t)
	d = harness.Serve(t, home)
	knock(t, d, "", http.StatusUnauthorized)
	d.Key = key
	if reply := d.Do(t, http.MethodGet, "/v1/models", ""); reply.Status != http.StatusUnauthorized {
		t.Errorf("after a restart the revoked key is answered with %d", reply.Status)
	}
	knock(t, d, home.AddKey(t, "another"), http.StatusOK)
}

// TestKeylessServer: a server without keys says so once, serves programs on its
// machine, and nobody whom a proxy brings.
func TestKeylessServer(t *testing.T) {
	sim := harness.Simulate(t)
	home := harness.NewHome(t)
	home.Configure(t, "upstream_url: "+sim.URL, "allowed_hosts: [chat.example.com]", "trusted_proxies: [127.0.0.1]")
	home.Drop(t, "cookies.txt", sim.Session(t, "owner").Netscape())
	d := harness.Serve(t, home)
	if said := d.Output(); strings.Count(said, "there is no API key yet") != 1 || !strings.Contains(said, "level=WARN") {
		t.Errorf("it does not say once that it has no key:\n%s", said)
	}
	if reply := d.Do(t, http.MethodGet, "/v1/models", ""); reply.Status != http.StatusOK {
		t.Errorf("a program on this machine is answered with %d", reply.Status)
	}
	for _, headers := range asProxies[1:] {
		for _, path := range []string{"/v1/models", "/metrics"} {
			if reply := d.Do(t, http.MethodGet, path, "", headers...); reply.Status != http.StatusUnauthorized {
				t.Errorf("%v: %s is answered with %d", headers, path, reply.Status)
			}
		}
	}
}

// TestKeyFileSpoiled: whatever takes the place of the key file opens nothing and
// holds nobody up; the server does not start with it and says why.
func TestKeyFileSpoiled(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(path string) error
		says  string
	}{
		{"removed", func(string) error { return nil }, "is missing"},
		{"emptied", func(path string) error { return os.WriteFile(path, nil, 0o600) }, "is empty"},
		{"a pipe", func(path string) error { return syscall.Mkfifo(path, 0o600) }, "no regular file"},
		{"a device", func(path string) error { return os.Symlink("/dev/zero", path) }, "no regular file"},
		{"a directory", func(path string) error { return os.Mkdir(path, 0o700) }, "no regular file"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sim := harness.Simulate(t)
			home := harness.NewHome(t)
			home.Configure(t, "upstream_url: "+sim.URL, "allowed_hosts: [chat.example.com]")
			home.Drop(t, "cookies.txt", sim.Session(t, "owner").Netscape())
			home.AddKey(t, "client")
			d := harness.Serve(t, home)
			path := filepath.Join(home.State(), "keys")
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := c.spoil(path); err != nil {
				t.Fatal(err)
			}
			harness.Eventually(t, 10*time.Second, "the log says what is wrong", func() bool {
				knock(t, d, "", http.StatusUnauthorized)
				return strings.Contains(d.Output(), c.says)
			})
			d.Stop(t)
			_, said, code := harness.Run(t, harness.Command{Name: "geminid", Home: home.Dir, Args: []string{"serve", "--config", home.Config()}})
			if code != 78 || !strings.Contains(said, c.says) || !strings.Contains(said, path) {
				t.Errorf("the next start ends with %d and says:\n%s", code, said)
			}
		})
	}
}
