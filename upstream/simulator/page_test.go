package simulator_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

func TestPageOfASession(t *testing.T) {
	s, b := signedIn(t, simulator.Config{PageBytes: 512 << 10}, simulator.SessionConfig{Account: "108"})
	page, keys := b.open()
	if page.status != 200 || len(page.body) < 500<<10 {
		t.Errorf("status %d, %d bytes; want a big page", page.status, len(page.body))
	}
	for key, want := range map[string]string{"cfb2h": "boq_assistant-bard-web-server_", "TuX5cc": "en", "qKIAYe": "feeds/", "S06Grb": "108", "SNlM0e": "ADR5za"} {
		if !strings.HasPrefix(keys[key], want) {
			t.Errorf("%s = %q, want %q…", key, keys[key], want)
		}
	}
	if strings.Contains(page.body, "ServiceLogin") {
		t.Error("a signed-in page offers to sign in")
	}
	first := keys["FdrFJe"]
	if _, keys := b.open(); keys["FdrFJe"] == first {
		t.Error("two loads gave one session id")
	}
	if e := s.Journal()[0]; e.Status != 200 || e.Verdict != simulator.Valid || e.BytesOut < 500<<10 {
		t.Errorf("journal = %+v", e)
	}
}

func TestPageSwitches(t *testing.T) {
	fault := func(k simulator.Kind, v string) simulator.Fault { return simulator.Fault{Kind: k, Value: v} }
	for _, tt := range []struct {
		name    string
		fault   simulator.Fault
		session simulator.SessionConfig
		holds   func(replyJSON, map[string]string) bool
	}{
		{"guest", fault(simulator.Guest, ""), simulator.SessionConfig{}, func(r replyJSON, k map[string]string) bool {
			return r.status == 200 && k["SNlM0e"] == "" && k["cfb2h"] != "" && k["FdrFJe"] != "" && k["S06Grb"] == "" && strings.Contains(r.body, "accounts.google.com/ServiceLogin")
		}},
		{"no token", fault(simulator.NoToken, ""), simulator.SessionConfig{}, func(r replyJSON, k map[string]string) bool {
			return k["SNlM0e"] == "" && k["S06Grb"] != "" && !strings.Contains(r.body, "ServiceLogin")
		}},
		{"drift", fault(simulator.Drift, ""), simulator.SessionConfig{}, func(r replyJSON, k map[string]string) bool { return r.status == 200 && len(k) == 0 }},
		{"identity", fault(simulator.Identity, "777"), simulator.SessionConfig{}, func(_ replyJSON, k map[string]string) bool { return k["S06Grb"] == "777" }},
		{"build given", fault(simulator.BuildChanged, "boq_x"), simulator.SessionConfig{}, func(_ replyJSON, k map[string]string) bool { return k["cfb2h"] == "boq_x" }},
		{"build made up", fault(simulator.BuildChanged, ""), simulator.SessionConfig{}, func(_ replyJSON, k map[string]string) bool { return strings.Contains(k["cfb2h"], "_202610") }},
		{"login", fault(simulator.Login, ""), simulator.SessionConfig{}, func(r replyJSON, _ map[string]string) bool {
			return r.url.Host == "accounts.google.com" && r.url.Path == "/ServiceLogin" && r.url.Query().Get("continue") == "https://gemini.google.com/app"
		}},
		{"sorry", fault(simulator.Sorry, ""), simulator.SessionConfig{}, func(r replyJSON, _ map[string]string) bool {
			return r.url.Host == "www.google.com" && r.url.Path == "/sorry/index" && r.status == 429 && strings.Contains(r.body, `id="captcha-form"`)
		}},
		{"block", fault(simulator.Block, ""), simulator.SessionConfig{}, func(r replyJSON, _ map[string]string) bool { return r.url.Path == "/sorry/index" && r.status == 429 }},
		{"consent redirect", fault(simulator.ConsentPage, ""), simulator.SessionConfig{}, func(r replyJSON, _ map[string]string) bool {
			return r.url.Host == "consent.google.com" && r.status == 200
		}},
		{"consent flag", fault(simulator.ConsentFlag, ""), simulator.SessionConfig{}, func(r replyJSON, _ map[string]string) bool { return strings.Contains(r.body, `"ZXlM5e": true`) }},
		{"consent of the session", simulator.Fault{Kind: simulator.Latency}, simulator.SessionConfig{Consent: true}, func(r replyJSON, _ map[string]string) bool { return strings.Contains(r.body, `"ZXlM5e": true`) }},
		{"no fault", simulator.Fault{Kind: simulator.Latency}, simulator.SessionConfig{}, func(r replyJSON, k map[string]string) bool {
			return len(k) == 6 && strings.Contains(r.body, `"ZXlM5e": false`)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, b := signedIn(t, simulator.Config{}, tt.session)
			s.SetFault(tt.fault)
			if r, keys := b.open(); !tt.holds(r, keys) {
				t.Errorf("status %d at %v, keys %v, body %.500s", r.status, r.url, keys, r.body)
			}
		})
	}
}

func TestRoutes(t *testing.T) {
	s := simulator.New(simulator.Config{PageBytes: 1})
	b := newBrowser(t, s, s.AddSession(simulator.SessionConfig{}))
	for link, want := range map[string]int{
		"https://gemini.google.com/app":                   200,
		"https://gemini.google.com/u/0/app":               200,
		"https://gemini.google.com/":                      200, // by way of /app
		"https://gemini.google.com/RotateCookies":         404,
		"https://gemini.google.com/nowhere":               404,
		"https://accounts.google.com/app":                 404,
		"https://accounts.google.com/RotateCookies":       405, // a GET
		"https://accounts.google.com/u/1/RotateCookies":   404,
		"https://www.google.com/":                         200,
		"https://lh3.googleusercontent.com/gg-dl/x":       404,
		"https://work.fife.usercontent.google.com/gg-dl/": 404,
		"http://127.0.0.1:9/app":                          200,
		"http://127.0.0.1:9/":                             200,
		"http://127.0.0.1:9/_sim/faults":                  404,
	} {
		if got := b.get(link); got.status != want {
			t.Errorf("%s: %d %v, want %d", link, got.status, got.err, want)
		}
	}
}

func TestPreflightSetsTheFirstCookies(t *testing.T) {
	s := simulator.New(simulator.Config{})
	b := newBrowser(t, s, simulator.Credentials{})
	b.get("https://www.google.com/")
	for _, name := range []string{"NID", "AEC"} {
		if b.cookie(name) == "" {
			t.Errorf("%s is not sent to the app's host", name)
		}
	}
	if v := s.Journal()[0].Violations; len(v) != 0 {
		t.Errorf("violations without any login cookie: %v", v)
	}
	signed := newBrowser(t, s, s.AddSession(simulator.SessionConfig{}))
	signed.get("https://www.google.com/")
	if v := s.Journal()[1].Violations; len(v) != 1 {
		t.Errorf("violations of a preflight with login cookies: %v", v)
	}
	if r, err := http.NewRequest(http.MethodHead, "https://gemini.google.com/app", nil); err != nil {
		t.Fatal(err)
	} else if got := b.do(r); got.status != 200 || got.body != "" {
		t.Errorf("HEAD: %d with %d bytes", got.status, len(got.body))
	}
}

// TestReleasesMakeLabelsStale: what was read from the page before a release is refused
// after it, and what the page says then is accepted until the next.
func TestReleasesMakeLabelsStale(t *testing.T) {
	clk := newClock()
	s, b := signedIn(t, simulator.Config{Now: clk.now}, simulator.SessionConfig{})
	ask := func(label string) int { return b.generate(ask{prompt: "hi", label: label}).status }
	label := func() string { _, keys := b.open(); return keys["cfb2h"] }
	first := label()
	if got := ask("boq_unknown"); got != 200 {
		t.Fatalf("before any release: %d, want 200", got)
	}
	s.SetFault(simulator.Fault{Kind: simulator.Release, From: clk.t.Add(time.Hour)})
	s.SetFault(simulator.Fault{Kind: simulator.Release, From: clk.t.Add(2 * time.Hour), Code: 404})
	var code int
	if code = command(t, s, "POST", "/_sim/faults", `{"name":"third","kind":"release","value":"boq_3","code":400,"from":"2026-09-01T15:00:00Z"}`, nil); code != 200 {
		t.Fatalf("control: %d", code)
	}
	if got := ask(first); got != 200 {
		t.Errorf("an hour before the release: %d, want 200", got)
	}
	for i, want := range []int{405, 404, 400} {
		clk.advance(time.Hour)
		if got := ask(first); got != want {
			t.Errorf("release %d: the old label is answered %d, want %d", i+1, got, want)
		}
		next := label()
		if next == first || ask(next) != 200 || ask("-") != 200 {
			t.Errorf("release %d: label %q after %q is refused", i+1, next, first)
		}
		first = next
	}
	if body, status := b.rpc("otAQ7b", "[]"); status != 0 || body[14] != nil {
		t.Errorf("RPCs mind the label: %d", status)
	}
}
