package main

import (
	"bufio"
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
	"github.com/geminid/geminid/internal/provenance"
)

// foreignAnswers are answers that something else gives in the server's place.
var foreignAnswers = []struct {
	name   string
	status int
	header [2]string
	body   string
	exit   int
	says   string
}{
	{"Caddy's 404", 404, [2]string{"Server", "Caddy"}, "", exit.Unavailable, "a web server before geminid keeps this path inside, or geminid is not at this address (404 Not Found, by Caddy)"},
	{"nginx's 404", 404, [2]string{"Server", "nginx/1.22.1"}, "<html><center><h1>404 Not Found</h1></center></html>", exit.Unavailable, "keeps this path inside, or geminid is not at this address (404 Not Found, by nginx/1.22.1)"},
	{"another API's 404", 404, [2]string{"Content-Type", "application/json"}, `{"error":{"message":"no such route","code":"unknown_url"}}`, exit.Unavailable, "it says: no such route"},
	{"limit_except", 403, [2]string{"Server", "nginx"}, "<html>403 Forbidden</html>", exit.Permission, "something before geminid refuses the request (403 Forbidden, by nginx)"},
	{"a JSON 403", 403, [2]string{"Content-Type", "application/json"}, `{"error":{"message":"blocked by policy","code":"cookies_expired"}}`, exit.Permission, "refuses the request (403 Forbidden); it says: blocked by policy"},
	{"basic auth", 401, [2]string{"WWW-Authenticate", `Basic realm="x"`}, "401 Authorization Required", exit.Permission, "wants a name and a password of its own (401 Unauthorized)"},
	{"a proxy's password", 407, [2]string{"Proxy-Authenticate", "Basic"}, "", exit.Permission, "wants a name and a password of its own (407"},
	{"a login page", 302, [2]string{"Location", "https://login.example/?to=secret"}, "", exit.Config, "a redirect to https://login.example/ (302 Found)"},
	{"a moved site", 308, [2]string{"Location", "/app/"}, "", exit.Config, "/app/ (308"},
	{"a portal's page", 200, [2]string{"Content-Type", "text/html"}, "<html><form>Welcome to our hotel</form>", exit.Config, "the answer is not geminid's: a page of this network"},
	{"another program", 200, [2]string{"Content-Type", "application/json"}, "{}", exit.Config, "or of another program (200 OK)"},
	{"nothing", 200, [2]string{}, "", exit.Config, "not geminid's: a page of this network"},
	{"no content", 204, [2]string{}, "", exit.Config, "(204 No Content)"},
	{"a portal's 511", 511, [2]string{}, "", exit.Permission, "(511 Network Authentication Required)"},
	{"a small limit", 413, [2]string{"Server", "nginx"}, "<html>413</html>", exit.Refused, "takes no body of this size (413"},
	{"a proxy's limit", 429, [2]string{"Retry-After", "95"}, "", exit.Temporary, "something before geminid limits requests"},
	{"no backend", 502, [2]string{"Server", "Caddy"}, "", exit.Temporary, "the web server is there, and geminid behind it does not answer (502 Bad Gateway, by Caddy)"},
	{"maintenance", 503, [2]string{}, "<html>back soon</html>", exit.Temporary, "geminid behind it does not answer (503"},
	{"a slow backend", 504, [2]string{}, "", exit.Temporary, "geminid behind it does not answer (504"},
	{"Cloudflare's 522", 522, [2]string{"Server", "cloudflare"}, "", exit.Temporary, "geminid behind it does not answer (522, by cloudflare)"},
	{"something else", 418, [2]string{}, "", exit.Unavailable, "the answer is not geminid's (418"},
}

// requests are all commands that ask the server.
var requests = map[string][]string{
	"login": {"login"}, "models": {"models"}, "ask": {"hello"}, "image": {"image", "a fox", "-o", "-"},
	"status": {"cookies", "status"}, "update": {"cookies", "update"}, "update an account": {"cookies", "update", "--account", "work"},
}

// invoke runs a command line of gchat against a server, with a saved session, and
// returns its exit code and what it wrote.
func invoke(t *testing.T, server string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	home := t.TempDir()
	session := filepath.Join(home, ".local", "state", "geminid", "cookies.json")
	if err := os.MkdirAll(filepath.Dir(session), 0o700); err != nil {
		t.Fatal(err)
	}
	export := `[{"domain":".google.com","name":"__Secure-1PSID","value":"g.a000DUMMY-AccountA-psid_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-0076","path":"/"}]`
	if err := os.WriteFile(session, []byte(export), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GCHAT_KEY", "gmd_user")
	t.Setenv("GCHAT_SERVER", server)
	var out, errs bytes.Buffer
	env := map[string]string{"HOME": home, "USERPROFILE": home}
	code = run(args, &terminal.Console{In: bufio.NewReader(strings.NewReader("")), Out: &out, Err: &errs, Prompts: &errs,
		Getenv: func(name string) string { return env[name] }})
	return code, out.String(), errs.String()
}

// TestForeignAnswers: no command takes the answer of something else for the
// server's, and each says who refused.
func TestForeignAnswers(t *testing.T) {
	for _, tt := range foreignAnswers {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if tt.header[0] != "" {
				w.Header().Set(tt.header[0], tt.header[1])
			}
			w.WriteHeader(tt.status)
			_, _ = w.Write([]byte(tt.body))
		}))
		for name, args := range requests {
			t.Run(tt.name+"/"+name, func(t *testing.T) {
				code, out, errs := invoke(t, server.URL, args...)
				if code != tt.exit || !strings.Contains(errs, tt.says) || !strings.Contains(errs, "  next: ") {
					t.Errorf("exit code %d, want %d; it said %q, want %q", code, tt.exit, errs, tt.says)
				}
				for _, wrong := range []string{"admin key", "this key", "gmd_", "secret", "cookies quick", "is healthy"} {
					if strings.Contains(out+errs, wrong) {
						t.Errorf("it said %q: %s%s", wrong, out, errs)
					}
				}
				if bySSH := strings.Contains(errs, "update --ssh"); bySSH != slices.Contains(args, "update") {
					t.Errorf("the way by ssh is mentioned: %t", bySSH)
				}
			})
		}
		server.Close()
	}
}

// TestCutAnswers: an answer of the server of which a part is missing is not taken
// for another program's, nor for a whole one.
func TestCutAnswers(t *testing.T) {
	for _, body := range []string{"", `{"object":"li`, `{"status":"val`, "{}", `{"result":"appl`, `{"data":[{"b64_json":"AAAA`} {
		for _, short := range []bool{false, true} {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				provenance.MarkOwn(w.Header())
				w.Header().Set("Content-Type", "application/json")
				if short { // the connection ends before the length that was announced
					w.Header().Set("Content-Length", "9999")
				}
				_, _ = w.Write([]byte(body))
			}))
			for name, args := range requests {
				code, out, errs := invoke(t, server.URL, args...)
				if code != exit.Temporary || !strings.Contains(errs, "unexpected EOF") || out != "" {
					t.Errorf("%s, %q, short %t: exit code %d, %s%s", name, body, short, code, out, errs)
				}
			}
			server.Close()
		}
	}
}
