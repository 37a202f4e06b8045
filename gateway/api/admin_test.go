package api_test

import (
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/supervisor"
)

func admin(method, path, body string) call {
	return call{method: method, path: path, body: body, key: adminKey}
}

const netscape = "# Netscape HTTP Cookie File\n" +
	"#HttpOnly_.google.com\tTRUE\t/\tTRUE\t4102444800\t__Secure-1PSID\tg.a000zQfileValueThatIsLongEnoughToBeOneAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0076\n" +
	"#HttpOnly_.google.com\tTRUE\t/\tTRUE\t4102444800\t__Secure-1PSIDTS\tsidts-CjIBfileValueThatIsLongEnoughToBeOneBBBBBBBBBBBBBBBBBBBBBBBBBBBEAA\n"

func TestHealth(t *testing.T) {
	g := newRig(t)
	for _, path := range []string{"/health", "/readyz"} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			w := g.do(call{method: method, path: path})
			if w.Code != http.StatusOK {
				t.Errorf("%s %s: status %d", method, path, w.Code)
			}
			if got := w.Body.String(); got != `{"status":"valid"}`+"\n" {
				t.Errorf("%s: %q", path, got)
			}
		}
	}
	if w := g.do(call{path: "/livez"}); w.Code != http.StatusOK || w.Body.String() != `{"status":"alive"}`+"\n" {
		t.Errorf("livez: %d %s", w.Code, w.Body)
	}
	empty := rigWithoutSession(t)
	for path, want := range map[string]int{"/health": 503, "/readyz": 503, "/livez": 200} {
		w := empty.do(call{path: path})
		if w.Code != want || strings.Count(w.Body.String(), `":`) != 1 {
			t.Errorf("%s without a session: %d %s", path, w.Code, w.Body)
		}
	}
}

func TestStatus(t *testing.T) {
	g := newRig(t)
	t.Run("api key", func(t *testing.T) {
		w := g.do(call{path: "/api/cookies/status", key: apiKey})
		body := w.Body.String()
		if !strings.HasPrefix(body, `{"status":"valid","remedy":"","accounts":[{"state":"healthy","since":`) || !strings.Contains(body, `"generated_at":`) {
			t.Errorf("body %s", body)
		}
		for _, secret := range []string{"main", "evidence", "name", "mark", "generation"} {
			if strings.Contains(strings.Replace(body, "generated_at", "", 1), secret) {
				t.Errorf("an api key is told %q: %s", secret, body)
			}
		}
	})
	t.Run("admin key", func(t *testing.T) {
		w := g.do(call{path: "/api/cookies/status", key: adminKey})
		acc := at(fields(t, w.Body.Bytes()), "accounts", 0)
		if at(acc, "name") != "main" || at(acc, "evidence") == "" || at(acc, "next_action") == nil {
			t.Errorf("body %s", w.Body)
		}
		if w.Header().Get("Cache-Control") != "no-store" {
			t.Error("the status may be cached")
		}
	})
	t.Run("nothing yet", func(t *testing.T) {
		for _, key := range []string{apiKey, adminKey} {
			w := rigWithoutSession(t).do(call{path: "/api/cookies/status", key: key})
			if w.Code != 200 || !strings.HasPrefix(w.Body.String(), `{"status":"missing","remedy":"drop`) || !strings.Contains(w.Body.String(), `"accounts":[]`) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		}
	})
}

func TestBringCookies(t *testing.T) {
	out := cookie.Finding{Evidence: cookie.SignedOut, Detail: "status RPC 1016"}
	away := cookie.Finding{Evidence: cookie.Transient, Detail: "reset"}
	tests := []struct {
		name, path, body string
		finding          cookie.Finding
		status           int
		result, code     string
	}{
		{"good", "/api/accounts/main/cookies", netscape, cookie.Finding{Evidence: cookie.SignedIn}, 200, "applied", ""},
		{"new account", "/api/accounts/other/cookies?name=export.txt", netscape, cookie.Finding{Evidence: cookie.SignedIn}, 200, "applied", ""},
		{"signed out", "/api/accounts/main/cookies", netscape, out, 422, "rejected", "E_PROBE_SIGNED_OUT"},
		{"upstream away", "/api/accounts/main/cookies", netscape, away, 202, "parked", ""},
		{"empty", "/api/accounts/main/cookies", " ", out, 422, "rejected", "E_EMPTY"},
		{"web page", "/api/accounts/main/cookies", "<!doctype html><title>Sign in</title>", out, 422, "rejected", "E_HTML"},
		{"bad name", "/api/accounts/Main!/cookies", netscape, out, 400, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newRig(t)
			g.judge.says(tt.finding)
			w := g.do(admin(http.MethodPut, tt.path, tt.body))
			if w.Code != tt.status {
				t.Fatalf("status %d, want %d: %s", w.Code, tt.status, w.Body)
			}
			body := fields(t, w.Body.Bytes())
			if got, _ := body["result"].(string); got != tt.result {
				t.Errorf("result %q, want %q: %s", got, tt.result, w.Body)
			}
			if got, _ := body["code"].(string); got != tt.code {
				t.Errorf("code %q, want %q: %s", got, tt.code, w.Body)
			}
			noValues(t, w.Body.String()+g.log.String())
			if w := g.do(generate("openai", false)); w.Code != http.StatusOK {
				t.Errorf("serving ended: status %d", w.Code)
			}
		})
	}
}

// TestBringFirstCookies: the first cookies are taken although nobody can prove them,
// and a script learns that they are not proven.
func TestBringFirstCookies(t *testing.T) {
	for evidence, want := range map[cookie.Evidence]int{cookie.SignedIn: 200, cookie.Transient: 202, cookie.Offline: 202} {
		g := rigWithoutSession(t)
		g.judge.says(cookie.Finding{Evidence: evidence, Detail: "so"})
		w := g.do(admin(http.MethodPut, "/api/cookies", netscape))
		if got, _ := fields(t, w.Body.Bytes())["result"].(string); w.Code != want || got != "applied" {
			t.Errorf("%s: status %d, want %d, result %q", evidence, w.Code, want, got)
		}
	}
}

// TestOfferWarns: what is odd about a file stands in the verdict and the status.
func TestOfferWarns(t *testing.T) {
	g := newRig(t)
	lone, _, _ := strings.Cut(netscape, "__Secure-1PSIDTS")
	lone = lone[:strings.LastIndex(lone, "\n")+1]
	w := g.do(admin(http.MethodPut, "/api/accounts/main/cookies?name=lone.txt", lone))
	if warnings, _ := fields(t, w.Body.Bytes())["warnings"].([]any); w.Code != 200 || len(warnings) != 1 || !strings.Contains(w.Body.String(), "W_NO_PSIDTS") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if w := g.do(admin(http.MethodGet, "/api/cookies/status", "")); !strings.Contains(w.Body.String(), "lone.txt (W_NO_PSIDTS)") {
		t.Errorf("status %s", w.Body)
	}
}

// noValues checks that nothing of a session is in a text.
func noValues(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{"g.a000", "sidts-", "fileValue", apiKey, adminKey} {
		if strings.Contains(text, secret) {
			t.Errorf("%q in %s", secret, text)
		}
	}
}

func TestCheckKeepsNothing(t *testing.T) {
	g := newRig(t)
	w := g.do(admin(http.MethodPost, "/api/cookies/check", netscape))
	body := fields(t, w.Body.Bytes())
	if w.Code != 200 || body["usable"] != true || body["format"] != "Netscape cookies.txt" || body["has_psidts"] != true || body["cookies"] != float64(2) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	noValues(t, w.Body.String()+g.log.String())
	w = g.do(admin(http.MethodPost, "/api/cookies/check?name=page.html", "<html><title>x</title>"))
	if body := fields(t, w.Body.Bytes()); w.Code != 422 || body["usable"] != false || body["code"] != "E_HTML" || !strings.Contains(w.Body.String(), "page.html") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if got := len(g.supervisor.Accounts()); got != 1 {
		t.Errorf("%d accounts after checking", got)
	}
	w = g.do(admin(http.MethodPost, "/api/cookies/check", strings.Repeat("x", export.MaxFile+1)))
	if body := fields(t, w.Body.Bytes()); w.Code != 422 || body["code"] != "E_TOO_BIG" {
		t.Errorf("too big a file: %d %s", w.Code, w.Body)
	}
	w = g.do(admin(http.MethodPut, "/api/accounts/main/cookies?name=big.har", strings.Repeat("x", export.MaxFile+1)))
	if body := fields(t, w.Body.Bytes()); w.Code != 422 || body["result"] != "rejected" || body["code"] != "E_TOO_BIG" || !strings.HasPrefix(body["message"].(string), "big.har is larger than 8 MiB") {
		t.Errorf("too big a file: %d %s", w.Code, w.Body)
	}
}

// Every sample file gets an answer that holds none of its values.
func TestCheckOfEverySample(t *testing.T) {
	g := newRig(t)
	checked := 0
	err := filepath.WalkDir("../../cookie/export/testdata", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		checked++
		w := g.do(admin(http.MethodPost, "/api/cookies/check?name=upload.txt", string(content)))
		if w.Code != 200 && w.Code != 422 && len(content) > 0 {
			t.Errorf("%s: status %d", path, w.Code)
		}
		if strings.Contains(w.Body.String(), "sidts-") || strings.Contains(w.Body.String(), "g.a0") {
			t.Errorf("%s: a value came back: %s", path, w.Body)
		}
		return nil
	})
	if err != nil || checked < 20 {
		t.Errorf("%d samples checked: %v", checked, err)
	}
}

func TestCommands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t)
		at0 := func(c call, want int, key string, value any) {
			t.Helper()
			w := g.do(c)
			if w.Code != want {
				t.Errorf("%s %s: status %d, want %d: %s", c.method, c.path, w.Code, want, w.Body)
				return
			}
			if got := at(fields(t, w.Body.Bytes()), key); value != nil && got != value {
				t.Errorf("%s %s: %s is %v, want %v", c.method, c.path, key, got, value)
			}
		}
		at0(admin("POST", "/api/accounts/main/probe", ""), 200, "result", "signed_in")
		time.Sleep(2 * time.Minute)
		at0(admin("POST", "/api/accounts/main/rotate", ""), 200, "result", "rotated")
		w := g.do(admin("POST", "/api/accounts/main/rotate", ""))
		if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "60" {
			t.Errorf("a second rotation at once: status %d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
		}
		at0(admin("GET", "/api/cookies/history?account=main", ""), 200, "", nil)
		at0(admin("GET", "/api/cookies/history?account=nobody", ""), 404, "", nil)
		at0(admin("POST", "/api/accounts/main/rollback", ""), 200, "account", "main")
		at0(admin("POST", "/api/accounts/main/pause", ""), 200, "account", "main")
		if w := g.do(generate("openai", false)); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "paused by its owner: its owner lets it go on with: geminid cookies resume") || strings.Contains(w.Body.String(), "main") {
			t.Errorf("a paused account: %d %s", w.Code, w.Body)
		}
		at0(call{path: "/health"}, 503, "status", "paused")
		if w := g.do(call{path: "/api/cookies/status", key: apiKey}); at(fields(t, w.Body.Bytes()), "accounts", 0, "state") != "paused" {
			t.Errorf("what an API key sees: %s", w.Body)
		}
		at0(admin("GET", "/api/cookies/status", ""), 200, "status", "paused")
		if w := g.do(call{path: "/", header: map[string]string{"Accept-Language": "zh"}}); !strings.Contains(w.Body.String(), `data-word="paused">已暂停</h1>`) {
			t.Errorf("the page of a paused account: %d", w.Code)
		}
		at0(admin("POST", "/api/accounts/main/resume", ""), 200, "account", "main")
		if w := g.do(generate("openai", false)); w.Code != http.StatusOK {
			t.Errorf("a resumed account does not serve: %d %s", w.Code, w.Body)
		}
		at0(admin("DELETE", "/api/accounts/main", ""), 200, "state", string(supervisor.Missing))
		at0(admin("POST", "/api/accounts/main/probe", ""), 404, "", nil)
		if w := g.do(admin("GET", "/api/cookies/history?account=main", "")); w.Code != 200 || !strings.Contains(w.Body.String(), `"end":"removed"`) {
			t.Errorf("the history of a removed account: %d %s", w.Code, w.Body)
		}
		for _, path := range []string{"probe", "rotate", "rollback", "pause", "resume"} {
			at0(admin("POST", "/api/accounts/nobody/"+path, ""), 404, "", nil)
		}
		at0(admin("DELETE", "/api/accounts/nobody", ""), 404, "", nil)
		noValues(t, g.log.String())
	})
}

func TestHistory(t *testing.T) {
	g := newRig(t)
	w := g.do(admin("GET", "/api/cookies/history", ""))
	body := fields(t, w.Body.Bytes())
	if at(body, "accounts", 0, "account") != "main" || at(body, "accounts", 0, "generations", 0, "origin") != "push" {
		t.Errorf("%s", w.Body)
	}
	noValues(t, w.Body.String())
}

func TestRequestsList(t *testing.T) {
	g := newRig(t, hourly(503))
	g.do(generate("gemini", true).with(func(c *call) {
		c.path += "&key=" + apiKey
		c.header = map[string]string{"X-Request-Id": "first"}
	}))
	for range 502 {
		g.do(generate("openai", false))
	}
	g.do(call{path: "/v1/chat/completions", key: apiKey, body: `{"model":"made-up-name","messages":[{"role":"user","content":"hi"}]}`})
	w := g.do(admin("GET", "/api/requests", ""))
	list, _ := at(fields(t, w.Body.Bytes()), "requests").([]any)
	if len(list) != 500 {
		t.Fatalf("%d are remembered, want 500", len(list))
	}
	if at(list, 0, "cause") != "unknown_model" || at(list, 1, "cause") != nil {
		t.Errorf("causes %v, %v", at(list, 0, "cause"), at(list, 1, "cause"))
	}
	if at(list, 0, "model") != "other" || at(list, 0, "status") != float64(404) || at(list, 1, "status") != float64(200) || at(list, 1, "account") != "main" {
		t.Errorf("latest %v, %v", list[0], list[1])
	}
	if strings.Contains(w.Body.String(), "made-up-name") || strings.Contains(w.Body.String(), "first") {
		t.Error("too much or too old")
	}
	noValues(t, w.Body.String())
}

func TestEvents(t *testing.T) {
	g := newRig(t)
	g.do(admin("POST", "/api/accounts/main/probe", ""))
	w := g.do(admin("GET", "/api/events", ""))
	list, _ := at(fields(t, w.Body.Bytes()), "events").([]any)
	kinds := map[any]bool{}
	for _, e := range list {
		if at(e, "account") != "main" || at(e, "time") == nil {
			t.Errorf("got %v", e)
		}
		kinds[at(e, "kind")] = true
	}
	if !kinds["file"] || !kinds["state"] || !kinds["probe"] {
		t.Errorf("the events lack a kind: %s", w.Body)
	}
	noValues(t, w.Body.String())
}

func TestPage(t *testing.T) {
	for _, g := range []*rig{newRig(t), rigWithoutSession(t)} {
		w := g.do(call{path: "/"})
		body := w.Body.String()
		word := "valid"
		if len(g.supervisor.Accounts()) == 0 {
			word = "missing"
		}
		if hasRemedy := !strings.Contains(body, `class="todo" hidden`); hasRemedy != (word == "missing") {
			t.Errorf("%s: says what to do: %t", word, hasRemedy)
		}
		if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") || !strings.Contains(body, `data-word="`+word+`"`) {
			t.Errorf("%d:\n%s", w.Code, body)
		}
		if policy := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("policy %q", policy)
		}
		for _, model := range g.actor.Models(cookie.Set{}) {
			if !strings.Contains(body, model.ID) {
				t.Errorf("the settings lack the model %s", model.ID)
			}
		}
		if strings.Contains(body, "main account") {
			t.Errorf("the page names accounts:\n%s", body)
		}
		noValues(t, body)
	}
}

// The page tells clients the address that is configured, else the one under
// which it was asked for itself.
func TestPageAddress(t *testing.T) {
	g := newRig(t)
	if body := g.do(call{path: "/"}).Body.String(); !strings.Contains(body, ">http://127.0.0.1:8100/v1<") {
		t.Error("the page does not tell its own address")
	}
	g = newRig(t, with(func(s *api.Settings) { s.PublicURL = "https://ai.example/" }))
	if body := g.do(call{path: "/"}).Body.String(); !strings.Contains(body, ">https://ai.example/v1<") {
		t.Error("the page does not tell the configured address")
	}
}

// TestBringCookiesByName: where no account is named, the session and then the
// file's name tell it; what has no name is for the only account.
func TestBringCookiesByName(t *testing.T) {
	for _, tt := range []struct{ path, account string }{
		{"/api/cookies?name=work.txt", "work"},
		{"/api/cookies?name=cookies.txt", "main"},
		{"/api/cookies", "main"},
	} {
		g := newRig(t)
		for _, path := range []string{tt.path, "/api/accounts/another/cookies"} { // the second time by another name
			w := g.do(admin(http.MethodPut, path, netscape))
			if got := fields(t, w.Body.Bytes())["account"]; w.Code != http.StatusOK || got != tt.account {
				t.Errorf("%s, then %s: status %d for account %v, want %s", tt.path, path, w.Code, got, tt.account)
			}
		}
	}
}
