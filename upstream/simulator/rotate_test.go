package simulator_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

const sentinel = `[000,"-0000000000000000000"]`

func TestRotateAnswer(t *testing.T) {
	clk := newClock()
	_, b := signedIn(t, simulator.Config{Now: clk.now}, simulator.SessionConfig{})
	got := b.rotate()
	if !strings.HasPrefix(got.body, ")]}'\n\n[[\"identity.hfcr\",600],[\"di\",") {
		t.Errorf("body = %q", got.body)
	}
	want := []string{"__Secure-1PSIDTS", "__Secure-3PSIDTS", "SIDCC", "__Secure-1PSIDCC", "__Secure-3PSIDCC"}
	if names := setCookies(got); !slices.Equal(names, want) {
		t.Errorf("cookies = %v, want %v", names, want)
	}
	line := got.header.Values("Set-Cookie")[0]
	for _, part := range []string{"sidts-", "; expires=", "; path=/; domain=.google.com; Secure; HttpOnly; SameSite=none"} {
		if !strings.Contains(line, part) {
			t.Errorf("Set-Cookie lacks %q", part)
		}
	}
	ck, err := http.ParseSetCookie(line)
	if err != nil || !ck.Expires.Equal(clk.t.Add(365*24*time.Hour)) {
		t.Errorf("expires = %v (%v), want in a year", ck.Expires, err)
	}
}

func TestRotateRefusals(t *testing.T) {
	for _, tt := range []struct {
		name, extra, body, agent, kind string
		rule                           simulator.CookieRule
		want                           int
	}{
		{name: "the two alone", want: 200},
		{name: "with what a client picks up", extra: "; NID=1; AEC=2; SIDCC=3; __Secure-1PSIDCC=4", want: 200},
		{name: "the same, exactly", extra: "; NID=1", rule: simulator.CookiesExact, want: 401},
		{name: "with the browser's login", extra: "; SID=1; HSID=2; SAPISID=3", want: 401},
		{name: "the same, whatever comes", extra: "; SID=1; HSID=2", rule: simulator.CookiesAny, want: 200},
		{name: "with anything unheard of", extra: "; foo=bar", want: 401},
		{name: "tidied number", body: `[0,"-0000000000000000000"]`, want: 400},
		{name: "no body", body: " ", want: 400},
		{name: "phone", agent: "Mozilla/5.0 (Linux; Android 15) Chrome/140", want: 403},
		{name: "form", kind: "application/x-www-form-urlencoded", want: 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := simulator.New(simulator.Config{RotateCookies: tt.rule})
			have := s.AddSession(simulator.SessionConfig{})
			body := tt.body
			if body == "" {
				body = sentinel
			}
			r, _ := http.NewRequest(http.MethodPost, "https://accounts.google.com/RotateCookies", strings.NewReader(body))
			r.Header = http.Header{"Content-Type": {"application/json"}, "User-Agent": {tt.agent},
				"Cookie": {"__Secure-1PSID=" + have.PSID + "; __Secure-1PSIDTS=" + have.PSIDTS + tt.extra}}
			if tt.kind != "" {
				r.Header.Set("Content-Type", tt.kind)
			}
			resp, err := s.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			info, _ := s.Session(have.PSID)
			if resp.StatusCode != tt.want || (info.Rotations == 1) != (tt.want == 200) {
				t.Errorf("status %d, %d rotations; want %d", resp.StatusCode, info.Rotations, tt.want)
			}
			violated := len(s.Journal()[0].Violations) > 0
			if violated != (tt.extra != "") {
				t.Errorf("violations = %v", s.Journal()[0].Violations)
			}
		})
	}
}

func TestRotateFloor(t *testing.T) {
	clk := newClock()
	_, b := signedIn(t, simulator.Config{Now: clk.now, RotateFloor: time.Minute}, simulator.SessionConfig{})
	for _, step := range []struct {
		wait time.Duration
		want int
	}{{0, 200}, {10 * time.Second, 429}, {49 * time.Second, 429}, {time.Second, 200}} {
		clk.advance(step.wait)
		if got := b.rotate(); got.status != step.want {
			t.Errorf("after %v more: %d, want %d", step.wait, got.status, step.want)
		}
	}
}

// TestRotateAgainAfterLostAnswer: whoever lost the answer has the old value's
// grace to ask for another new one, and not a second more.
func TestRotateAgainAfterLostAnswer(t *testing.T) {
	for _, tt := range []struct {
		after time.Duration
		want  int
	}{{0, 200}, {59 * time.Second, 200}, {time.Minute, 401}} {
		clk := newClock()
		s, b := signedIn(t, simulator.Config{Now: clk.now}, simulator.SessionConfig{})
		s.SetFault(simulator.Fault{Kind: simulator.Lost, Operations: []simulator.Operation{simulator.OpRotate}, Count: 1})
		before := b.cookie("__Secure-1PSIDTS")
		if got := b.rotate(); got.err == nil {
			t.Fatalf("the answer came: %d", got.status)
		}
		clk.advance(tt.after)
		if got := b.rotate(); got.status != tt.want || (b.cookie("__Secure-1PSIDTS") != before) != (tt.want == 200) {
			t.Errorf("%s later: %d, want %d", tt.after, got.status, tt.want)
		}
		if info, _ := s.Session(b.cookie("__Secure-1PSID")); info.Alive != true {
			t.Error("the session itself is over")
		}
	}
}

func TestBrowsersFrameRenewsNoPSIDTS(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	page := b.get("https://accounts.google.com/RotateCookiesPage?og_pid=658&rot=3")
	_, id, ok := strings.Cut(page.body, "init('")
	id, _, _ = strings.Cut(id, "'")
	if !ok || id == "" {
		t.Fatalf("page = %q", page.body)
	}
	before := b.cookie("__Secure-1PSIDTS")
	got := b.rotateWith("__Secure-1PSID="+b.cookie("__Secure-1PSID")+"; __Secure-1PSIDTS="+before, `[658,"`+id+`"]`)
	if got.status != 200 || b.cookie("__Secure-1PSIDTS") != before || len(setCookies(got)) != 3 {
		t.Errorf("status %d, cookies %v", got.status, setCookies(got))
	}
	if got := b.get("https://accounts.google.com/RotateBoundCookies"); got.status != 401 || got.header.Get("Sec-Session-Google-Challenge") == "" {
		t.Errorf("bound rotation: %d", got.status)
	}
}

func TestRotateFaults(t *testing.T) {
	for _, tt := range []struct {
		name    string
		fault   simulator.Fault
		status  int
		body    string
		rotated bool // the browser holds a new value
		counted int
	}{
		{"no value", simulator.Fault{Kind: simulator.NoValue}, 200, "600", false, 0},
		{"401", simulator.Fault{Kind: simulator.Status, Code: 401}, 401, "2147483647", false, 0},
		{"403", simulator.Fault{Kind: simulator.Status, Code: 403}, 403, "2147483647", false, 0},
		{"429", simulator.Fault{Kind: simulator.Status, Code: 429, Header: map[string]string{"Retry-After": "60"}}, 429, "429", false, 0},
		{"503", simulator.Fault{Kind: simulator.Status, Code: 503}, 503, "503", false, 0},
		{"never", simulator.Fault{Kind: simulator.Interval, Code: 2147483647}, 200, "2147483647", true, 1},
		{"block", simulator.Fault{Kind: simulator.Block}, 429, "", false, 0},
		{"lost", simulator.Fault{Kind: simulator.Lost}, 0, "", false, 1},
		{"lost behind a gateway", simulator.Fault{Kind: simulator.Lost, Code: 504}, 504, "504", false, 1},
		{"lost in silence", simulator.Fault{Kind: simulator.Lost, Delay: time.Millisecond}, 0, "", false, 1},
		{"guest", simulator.Fault{Kind: simulator.Guest}, 401, "2147483647", false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
			before := b.cookie("__Secure-1PSIDTS")
			tt.fault.Operations = []simulator.Operation{simulator.OpRotate}
			s.SetFault(tt.fault)
			got := b.rotate()
			if got.status != tt.status || !strings.Contains(got.body, tt.body) || (got.err != nil) != (tt.status == 0) {
				t.Errorf("got %d %q %v", got.status, got.body, got.err)
			}
			info, _ := s.Session(b.cookie("__Secure-1PSID"))
			if changed := b.cookie("__Secure-1PSIDTS") != before; changed != tt.rotated || info.Rotations != tt.counted {
				t.Errorf("value changed %v, %d rotations; want %v, %d", changed, info.Rotations, tt.rotated, tt.counted)
			}
			if !accepted(t, s, b) {
				t.Error("the page no longer says signed in") // the old value is in its grace at worst
			}
		})
	}
}
