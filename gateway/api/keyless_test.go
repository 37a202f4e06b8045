package api_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/auth"
)

// openMarked opens a key file as the daemon does: its mark lies beside it.
func openMarked(path string) (*auth.Keys, error) {
	return auth.OpenKeys(auth.KeysConfig{Path: path, Mark: path + ".made"})
}

// TestLostKeysKeepTheServerClosed: whatever becomes of the key file, a server that
// had keys answers nobody without one, now and after a restart, near or far.
func TestLostKeysKeepTheServerClosed(t *testing.T) {
	const revoked, other = "sk-revoked", "sk-other"
	replace := func(content string) func(*testing.T, string) {
		return func(t *testing.T, path string) { rewrite(t, path, content) }
	}
	instead := func(create func(path string) error) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			if err := errors.Join(os.Remove(path), create(path)); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := []struct {
		name  string
		spoil func(t *testing.T, path string) // as another process does it
		kept  bool                            // the keys read before stay valid while the server runs
	}{
		{"the last key is revoked", func(t *testing.T, path string) {
			keys, err := openMarked(path)
			if err := errors.Join(err, keys.RevokeKey("other"), keys.RevokeKey("client")); err != nil {
				t.Fatal(err)
			}
		}, false},
		{"emptied", replace(""), false},
		{"only blank lines", replace("\n \n"), false},
		{"only comments", replace("# none\n"), false},
		{"only an admin key", replace(line("boss", "admin", adminKey)), false},
		{"cut in the middle of a line", replace(line("client", "api", revoked)[:40]), true},
		{"garbage", replace("\x00\x01"), true},
		{"far too large", replace(strings.Repeat("#\n", 1<<20)), true},
		{"removed", instead(func(string) error { return nil }), true},
		{"a directory", instead(func(path string) error { return os.Mkdir(path, 0o700) }), true},
		{"a pipe", instead(func(path string) error { return syscall.Mkfifo(path, 0o600) }), true},
		{"a device", instead(func(path string) error { return os.Symlink("/dev/zero", path) }), true},
		{"a dead link", instead(func(path string) error { return os.Symlink("/nowhere/at/all", path) }), true},
		{"its directory is a file now", func(t *testing.T, path string) {
			dir := filepath.Dir(path)
			if err := errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o600)); err != nil {
				t.Fatal(err)
			}
		}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // wrong keys cost a moment
				path := filepath.Join(t.TempDir(), "state", "keys")
				keys, err := openMarked(path)
				if err == nil {
					_, err = keys.AdoptKey("client", revoked, false)
				}
				if err == nil {
					_, err = keys.AdoptKey("other", other, false)
				}
				if err != nil {
					t.Fatal(err)
				}
				g := newRig(t, func(c *api.Config) { c.Keys = keys })
				if w := g.do(call{path: "/v1/models", key: other}); w.Code != http.StatusOK {
					t.Fatalf("with a key: status %d", w.Code)
				}
				tt.spoil(t, path)
				_ = keys.ReloadFile()
				want := http.StatusUnauthorized
				if tt.kept {
					want = http.StatusOK
				}
				closed(t, g, "", "sk-unknown")
				if w := g.do(call{path: "/v1/models", key: other}); w.Code != want {
					t.Errorf("a key of before: status %d, want %d", w.Code, want)
				}
				again, err := openMarked(path)
				if err != nil {
					return // a server does not start with that
				}
				closed(t, newRig(t, func(c *api.Config) { c.Keys = again }), "", revoked, other)
			})
		})
	}
}

// closed asks with each key, directly and as proxies do, and wants 401 with words
// that say what to do.
func closed(t *testing.T, g *rig, keys ...string) {
	t.Helper()
	proxied := map[string]string{"X-Forwarded-For": "203.0.113.5"}
	for _, key := range keys {
		for _, c := range []call{{path: "/v1/models"}, {path: "/v1/models", header: proxied}, {path: "/api/cookies/status"}, generate("gemini", true)} {
			c.key = key
			if w := g.do(c); w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), "geminid keys add NAME") {
				t.Errorf("%s with key %q and %v: status %d: %s", c.path, key, c.header, w.Code, w.Body)
			}
		}
	}
}

// TestKeylessIsForThisMachine: a server that never had a key answers only what
// reaches it directly. Every sign of a proxy, a tunnel or another name ends that.
func TestKeylessIsForThisMachine(t *testing.T) {
	names := with(func(s *api.Settings) {
		s.AllowedHosts, s.PublicURL = []string{"chat.example.com"}, "https://ai.example"
		s.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	consent := with(func(s *api.Settings) { s.InsecureNoAuth = true })
	header := func(pairs ...string) map[string]string {
		out := make(map[string]string)
		for i := 0; i < len(pairs); i += 2 {
			out[pairs[i]] = pairs[i+1]
		}
		return out
	}
	tests := []struct {
		name    string
		options []option
		header  map[string]string
		remote  string
		old     bool // HTTP/1.0
		want    int
	}{
		{name: "directly", want: 200},
		{name: "by another name of this machine", header: header("Host", "localhost:8100"), want: 200},
		{name: "a program that sends much", header: header("User-Agent", "x", "X-Stainless-Lang", "js", "X-Goog-Api-Client", "genai",
			"X-Request-Id", "a", "Referer", "http://localhost/", "X-Requested-With", "fetch", "Cache-Control", "no-cache", "Priority", "u=1"), want: 200},
		{name: "as Caddy brings it", options: []option{names}, header: header("Host", "chat.example.com",
			"X-Forwarded-For", "203.0.113.5", "X-Forwarded-Host", "chat.example.com", "X-Forwarded-Proto", "https", "Via", "2.0 Caddy"), want: 401},
		{name: "as nginx brings it", header: header("X-Forwarded-For", "203.0.113.5"), want: 401},
		{name: "nginx without any setting", old: true, want: 401},
		{name: "nginx that keeps the name alone", options: []option{names}, header: header("Host", "ai.example"), want: 401},
		{name: "an address that says nothing", options: []option{names}, header: header("X-Forwarded-For", "unknown"), want: 401},
		{name: "a forged near address", options: []option{names}, header: header("X-Forwarded-For", "127.0.0.1"), want: 401},
		{name: "an empty address", options: []option{names}, header: header("X-Forwarded-For", ""), want: 401},
		{name: "a stranger on a socket that is public after all", remote: "203.0.113.5", want: 401},
		{name: "by consent", options: []option{consent, names}, header: header("Host", "ai.example", "X-Forwarded-For", "203.0.113.5"), want: 200},
	}
	for _, name := range []string{
		"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Server", "X-Forwarded-By",
		"X-Forwarded", "Forwarded", "Forwarded-For", "X_Forwarded_For", "x-forwarded-for", "X-Original-Forwarded-For", "Via", "X-Real-IP", "X-ProxyUser-Ip",
		"CF-Connecting-IP", "CF-Connecting-IPv6", "CF-Ray", "CF-Visitor", "CF-IPCountry", "CDN-Loop", "True-Client-IP", "X-True-Client-IP",
		"X-Client-IP", "Client-IP", "X-Cluster-Client-IP", "Fastly-Client-IP", "Fastly-FF", "Fly-Client-IP", "Fly-Forwarded-Proto",
		"X-Azure-ClientIP", "X-Azure-SocketIP", "X-Azure-FDID", "X-Appengine-User-IP", "X-Envoy-External-Address", "X-Nf-Client-Connection-Ip",
		"DO-Connecting-IP", "Ali-Cdn-Real-Ip", "X-Originating-IP", "X-Remote-IP", "X-Remote-Addr", "X-Amz-Cf-Id", "X-Amzn-Trace-Id",
		"X-Vercel-Id", "X-Arr-Log-Id", "Akamai-Origin-Hop", "X-Akamai-Edgescape", "Tailscale-User-Login", "WL-Proxy-Client-IP",
		"Proxy-Connection", "X-Original-URL", "X-Original-Host", "X-Scheme", "X-Host", "Surrogate-Capability", "X-Varnish",
	} {
		tests = append(tests, struct {
			name    string
			options []option
			header  map[string]string
			remote  string
			old     bool
			want    int
		}{name: name, header: header(name, "x"), want: 401})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // wrong keys cost a moment
				g := newRig(t, append(tt.options, open)...)
				for _, key := range []string{"", "sk-anything"} {
					r := g.request(call{path: "/v1/models", header: tt.header, remote: tt.remote, key: key})
					if tt.old {
						r.Proto, r.ProtoMinor = "HTTP/1.0", 0
					}
					w, _ := g.serve(g.api.Handler(), r)
					if w.Code != tt.want {
						t.Errorf("key %q: status %d, want %d: %s", key, w.Code, tt.want, w.Body)
					}
					if w.Code == 401 && !strings.Contains(w.Body.String(), "geminid keys add NAME") {
						t.Errorf("key %q: it does not say what to do: %s", key, w.Body)
					}
				}
				r := g.request(call{path: "/metrics", header: tt.header, remote: tt.remote})
				if tt.old {
					r.Proto, r.ProtoMinor = "HTTP/1.0", 0
				}
				if w, _ := g.serve(g.api.Handler(), r); w.Code != tt.want && tt.name != "by consent" {
					t.Errorf("/metrics: status %d, want %d", w.Code, tt.want)
				} else if tt.name == "by consent" && w.Code != 401 {
					t.Errorf("/metrics: status %d; consent is for the API alone", w.Code)
				}
			})
		})
	}
}

func rewrite(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	// However coarse the clock of the file system is, this is another content.
	at := time.Now().Add(time.Duration(len(content)+1) * time.Second)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

// line is one line of a key file.
func line(name, role, key string) string {
	return fmt.Sprintf("%s:%s:%x\n", name, role, auth.DigestOf(key))
}

// openKeys writes a key file and opens it.
func openKeys(t *testing.T, content string) (*auth.Keys, string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	keys, err := auth.OpenKeys(auth.KeysConfig{Path: path})
	return keys, path, err
}
