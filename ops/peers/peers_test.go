package peers_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
	"github.com/geminid/geminid/daemon/config"
	"github.com/geminid/geminid/ops/peers"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var update = flag.Bool("update", false, "write the golden files anew")

// samples are the settings files of a peer; a peer without one is not known to
// work.
func samples(t testing.TB, name string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", name+".*"))
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, ".golden") })
}

func TestSamples(t *testing.T) {
	for _, name := range peers.PeerNames() {
		files := samples(t, name)
		if len(files) == 0 {
			t.Errorf("%s has no sample in testdata", name)
		}
		for _, file := range files {
			t.Run(filepath.Base(file), func(t *testing.T) {
				content, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				found, err := peers.ReadSettings(name, content, usable)
				if err != nil {
					t.Fatal(err)
				}
				got, err := json.MarshalIndent(found, "", "  ")
				if err != nil {
					t.Fatal(err)
				}
				golden(t, file+".golden", append(got, '\n'))
				runs(t, found)
			})
		}
	}
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s differs (%v; write it anew with -update):\n%s", path, err, got)
	}
}

// usable asks the server about one setting.
func usable(key string, v any) error { _, err := load(map[string]any{key: v}); return err }

func load(settings map[string]any) (config.Settings, error) {
	return config.Load(config.Sources{File: os.DevNull, Flags: settings})
}

// runs takes what was found to where it goes: the server must be able to run with
// the settings, and the cookies must be some.
func runs(t *testing.T, found *peers.Found) {
	t.Helper()
	if _, err := load(found.Settings); err != nil {
		t.Errorf("the settings cannot be used: %v", err)
	}
	for i, s := range found.Sessions {
		content := []byte(s.Header)
		if s.Header == "" {
			content, _ = json.Marshal(map[string]string{cookie.NamePSID: s.PSID, cookie.NamePSIDTS: s.PSIDTS})
		}
		var rejected *cookie.Rejection
		if _, err := export.Parse("cookies.json", content, time.Now()); errors.As(err, &rejected) {
			t.Errorf("session %d cannot be used: %s", i, rejected.Message)
		}
	}
}

func TestRead(t *testing.T) {
	tests := []struct {
		name, peer, content string
		key                 string // a setting with its value
		want                any
		left                string // a setting that was left, with a word of the reason
		why                 string
	}{
		{"public with a key", "gemini-fastapi", "server: {host: 0.0.0.0, port: 8000, api_key: mellow-otter-77-q}", "listen", "0.0.0.0:8000", "", ""},
		{"public without a key", "gemini-fastapi", "server: {host: 0.0.0.0, port: 8000}", "listen", "127.0.0.1:8000", "", ""},
		{"IPv6", "gemini-fastapi", "server: {host: '::', api_key: mellow-otter-77-q}", "listen", "[::]:8100", "", ""},
		{"HTTPS", "cliproxyapi", "tls: {enable: true, cert: /c.pem, key: /k.pem}", "tls_key", "/k.pem", "", ""},
		{"HTTPS off", "cliproxyapi", "tls: {enable: false, cert: /c.pem, key: /k.pem}", "tls_key", nil, "", ""},
		{"half of HTTPS", "gemini-fastapi", "server: {https: {enabled: true, cert_file: c.pem, key_file: /k.pem}}", "tls_key", nil, "server.https.cert_file", "the whole path"},
		{"no port", "gemini-fastapi", "server: {port: many}", "listen", nil, "server.port", "no port"},
		{"short key", "gemini-fastapi", "server: {api_key: abc}", "listen", nil, "server.api_key", "too short"},
		{"chats kept", "gemini-fastapi", "gemini: {chat_mode: normal}", "chat_mode", "keep", "", ""},
		{"too long a wait", "gemini-fastapi", "gemini: {timeout: 99999}", "first_byte_timeout", nil, "gemini.timeout", "is outside 1s to 1h"},
		{"endless wait", "gemini-fastapi", "gemini: {timeout: .inf}", "first_byte_timeout", nil, "gemini.timeout", "no number"},
		{"too short a wait", "gemini-fastapi", "gemini: {timeout: 0.2}", "first_byte_timeout", nil, "gemini.timeout", "is outside 1s"},
		{"long prompts", "gemini-fastapi", "gemini: {max_chars_per_request: 1000000}", "max_prompt_bytes", nil, "gemini.max_chars_per_request", "130,000 bytes"},
		{"longer prompts", "cliproxyapi", "gemini-web: {max-chars-per-request: 99999999999}", "max_prompt_bytes", nil, "gemini-web.max-chars-per-request", "130,000 bytes"},
		{"one proxy", "gemini-fastapi", "gemini: {clients: [{id: a, proxy: a.example:1}, {id: b, proxy: a.example:1}]}", "upstream_proxy", "http://a.example:1", "", ""},
		{"two proxies", "gemini-fastapi", "gemini: {clients: [{proxy: a.example:1}, {proxy: b.example:2}]}", "upstream_proxy", nil, "gemini.clients.1.proxy", "one proxy for all"},
		{"the proxy of one account", "gemini-fastapi", "gemini: {clients: [{id: a}, {id: b, proxy: b.example:2}]}", "upstream_proxy", nil, "gemini.clients.1.proxy", "one proxy for all"},
		{"another proxy", "gemi2api-server", "HTTP_PROXY=a.example:1\nHTTPS_PROXY=b.example:2", "upstream_proxy", "http://a.example:1", "HTTPS_PROXY", "another value"},
		{"a strange proxy", "cliproxyapi", "port: 1\nproxy-url: ftp://x", "upstream_proxy", nil, "proxy-url", "socks5"},
		{"no host", "gemini-fastapi", "server: {host: a b, port: 80, api_key: mellow-otter-77-q}", "listen", "127.0.0.1:80", "server.host", "no address"},
		{"a host with a port", "gemini-fastapi", "server: {host: '0.0.0.0:80', api_key: mellow-otter-77-q}", "listen", nil, "server.host", "no address"},
		{"half an address", "gemini-fastapi", "server: {host: 10.0.0, api_key: mellow-otter-77-q}", "listen", nil, "server.host", "no address"},
		{"a host by name", "gemini-fastapi", "server: {host: box.example.org, api_key: mellow-otter-77-q}", "listen", "box.example.org:8100", "", ""},
		{"HTTPS for everybody", "gemini-fastapi", "server: {host: 0.0.0.0, port: 443, api_key: mellow-otter-77-q, https: {enabled: true, cert_file: /c.pem, key_file: /k.pem}}", "listen", "0.0.0.0:443", "", ""},
		{"HTTPS without its files", "gemini-fastapi", "server: {host: 0.0.0.0, port: 443, api_key: mellow-otter-77-q, https: {enabled: true, cert_file: c.pem, key_file: /k.pem}}", "listen", "127.0.0.1:443", "server.https.cert_file", "the whole path"},
		{"an alias", "cliproxyapi", "port: &p 81\nhost: &h localhost\nproxy-url: *h", "upstream_proxy", "http://localhost", "", ""},
		{"a merge", "gemini-fastapi", "more: &m {api_key: mellow-otter-77-q}\nserver: {<<: *m, port: 80}", "listen", "127.0.0.1:80", "server.<<.api_key", "write it out"},
		{"a strange list", "gemini-fastapi", "gemini: {clients: {x: {id: y}}}", "listen", nil, "gemini.clients.x.id", "no place"},
		{"a strange level", "gemini-fastapi", "logging: {level: loud}", "log_level", nil, "logging.level", "no such level"},
		{"deleted after", "gemi2api-server", "AUTO_DELETE_CHAT=1", "chat_mode", "delete_after", "", ""},
		{"deleted after, not temporary", "gemi2api-server", "AUTO_DELETE_CHAT=1\nTEMPORARY_CHAT=false", "chat_mode", "delete_after", "", ""},
		{"neither", "gemi2api-server", "TEMPORARY_CHAT=false", "chat_mode", "keep", "", ""},
		{"several keys", "gemi2api-server", "API_KEY=mellow-otter-77-q, quiet-heron-88-z", "listen", nil, "", ""},
		{"temporary", "gemini-web-to-api", "GEMINI_TEMPORARY=true", "chat_mode", "temporary", "", ""},
		{"a limit", "gemini-web-to-api", "RATE_LIMIT_WINDOW_MS=60000\nRATE_LIMIT_MAX_REQUESTS=10", "requests_per_hour", 600, "", ""},
		{"a limit that is off", "gemini-web-to-api", "RATE_LIMIT_ENABLED=false\nRATE_LIMIT_WINDOW_MS=60000\nRATE_LIMIT_MAX_REQUESTS=10", "requests_per_hour", nil, "", ""},
		{"a huge limit", "gemini-web-to-api", "RATE_LIMIT_WINDOW_MS=60000\nRATE_LIMIT_MAX_REQUESTS=9000000000000000000", "requests_per_hour", nil, "RATE_LIMIT_MAX_REQUESTS", "no number"},
		{"a broken limit", "gemini-web-to-api", "RATE_LIMIT_WINDOW_MS=x\nRATE_LIMIT_MAX_REQUESTS=10", "requests_per_hour", nil, "RATE_LIMIT_WINDOW_MS", "milliseconds"},
		{"an export line", "gemini-web-to-api", "\ufeffexport LOG_LEVEL='error' # quiet", "log_level", "error", "", ""},
		{"something new", "cliproxyapi", "port: 1\nnewest: {thing: 2}", "listen", "127.0.0.1:1", "newest.thing", "nothing like it"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, err := peers.ReadSettings(tt.peer, []byte(tt.content), usable)
			if err != nil {
				t.Fatal(err)
			}
			if got := found.Settings[tt.key]; got != tt.want {
				t.Errorf("%s is %v, want %v", tt.key, got, tt.want)
			}
			if tt.left == "" && len(found.LeftOut) > 0 || tt.left != "" && !slices.ContainsFunc(found.LeftOut, func(l peers.LeftOut) bool {
				return l.Name == tt.left && strings.Contains(l.Reason, tt.why)
			}) {
				t.Errorf("left %v, want %q for %q", found.LeftOut, tt.left, tt.why)
			}
		})
	}
}

func TestKeys(t *testing.T) {
	const content = `api-keys: [mellow-otter-77-q]
auth: {providers: [{name: config-api-key, type: config-api-key, api-keys: [quiet-heron-88-z]}]}
remote-management: {secret-key: brisk-marten-99-w}`
	found, err := peers.ReadSettings("cliproxyapi", []byte(content), usable)
	if err != nil {
		t.Fatal(err)
	}
	want := []peers.Key{{"imported", "mellow-otter-77-q", false}, {"imported", "quiet-heron-88-z", false}, {"imported-admin", "brisk-marten-99-w", true}}
	if !slices.Equal(found.Keys, want) {
		t.Errorf("got %v, want %v", found.Keys, want)
	}
}

func TestReadRefuses(t *testing.T) {
	tests := []struct{ name, peer, content string }{
		{"unknown peer", "another", "a: 1"},
		{"empty", "gemini-fastapi", ""},
		{"file of another peer", "cliproxyapi", "[Cookies]\nx = hunter2"},
		{"settings of another peer", "gemini-web-to-api", "SECURE_1PSID=hunter2"},
		{"broken YAML", "gemini-fastapi", "server: [hunter2"},
		{"a list", "cliproxyapi", "- hunter2"},
		{"binary", "gemi2api-server", "API_KEY=hunter2\x00"},
		{"a bomb", "cliproxyapi", "a: &a [hunter2]\nb: &b [" + strings.Repeat("*a,", 99) + "]\nc: [" + strings.Repeat("*b,", 99) + "]"},
		{"too deep", "cliproxyapi", strings.Repeat("a: {", 30) + "hunter2" + strings.Repeat("}", 30)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found, err := peers.ReadSettings(tt.peer, []byte(tt.content), usable)
			if err == nil {
				t.Fatalf("read as %+v", found)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the error repeats a value: %v", err)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	for i, name := range peers.PeerNames() {
		for _, file := range samples(f, name) {
			if content, err := os.ReadFile(file); err == nil {
				f.Add(i, content)
			}
		}
	}
	f.Fuzz(func(t *testing.T, i int, content []byte) {
		names := peers.PeerNames()
		found, err := peers.ReadSettings(names[((i%len(names))+len(names))%len(names)], content, usable)
		if err != nil {
			return
		}
		if _, err := load(found.Settings); err != nil {
			t.Errorf("the settings cannot be used: %v", err)
		}
		for _, k := range found.Keys {
			if len(k.Secret) < 16 {
				t.Errorf("a key of %d letters was taken", len(k.Secret))
			}
		}
	})
}
