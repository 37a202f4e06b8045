package simulator_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// command sends one request to the remote control and decodes the answer.
func command(t *testing.T, s *simulator.Simulator, method, path, body string, into any) int {
	t.Helper()
	r := httptest.NewRequest(method, "http://127.0.0.1:1"+path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:5"
	w := httptest.NewRecorder()
	s.Control().ServeHTTP(w, r)
	if into != nil {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			t.Fatalf("%s %s: %v in %s", method, path, err, w.Body)
		}
	}
	return w.Code
}

func TestControlIsLocal(t *testing.T) {
	s := simulator.New(simulator.Config{})
	for _, tt := range []struct {
		name, peer, host, origin string
		want                     int
	}{
		{"loopback", "127.0.0.1:5", "127.0.0.1:9", "", 200},
		{"loopback IPv6", "[::1]:5", "[::1]:9", "", 200},
		{"mapped", "[::ffff:127.0.0.1]:5", "localhost:9", "", 200},
		{"elsewhere", "192.0.2.1:5", "127.0.0.1:9", "", 403},
		{"no peer", "", "127.0.0.1:9", "", 403},
		{"rebound name", "127.0.0.1:5", "evil.example:9", "", 403},
		{"a page", "127.0.0.1:5", "127.0.0.1:9", "https://evil.example", 403},
	} {
		r := httptest.NewRequest(http.MethodGet, "http://x/_sim/sessions", nil)
		r.RemoteAddr, r.Host = tt.peer, tt.host
		if tt.origin != "" {
			r.Header.Set("Origin", tt.origin)
		}
		w := httptest.NewRecorder()
		s.Control().ServeHTTP(w, r)
		if w.Code != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, w.Code, tt.want)
		}
	}
}

func TestControlFaults(t *testing.T) {
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	var list []struct {
		Name  string
		Kind  string
		Delay string
		Hits  int
	}
	if code := command(t, s, "PUT", "/_sim/faults", `[{"kind":"status","code":502,"operations":["page"],"count":1},{"kind":"latency","delay":"1ns"}]`, &list); code != 200 || len(list) != 2 || list[1].Delay != "1ns" {
		t.Fatalf("PUT: %d %+v", code, list)
	}
	if r, _ := b.open(); r.status != 502 {
		t.Errorf("page under the fault: %d", r.status)
	}
	if r, _ := b.open(); r.status != 200 {
		t.Errorf("page after the fault healed: %d", r.status)
	}
	command(t, s, "POST", "/_sim/faults", `{"name":"g","kind":"guest"}`, nil)
	if command(t, s, "GET", "/_sim/faults", "", &list); len(list) != 3 || list[0].Hits != 1 || list[2].Name != "g" {
		t.Errorf("GET: %+v", list)
	}
	if code := command(t, s, "DELETE", "/_sim/faults/g", "", nil); code != 200 || len(s.Faults()) != 2 {
		t.Errorf("DELETE one: %d", code)
	}
	if code := command(t, s, "DELETE", "/_sim/faults/g", "", nil); code != 404 {
		t.Errorf("DELETE none: %d", code)
	}
	for _, bad := range []string{`{"kind":"nonsense"}`, `{"kind":"status"}`, `{"kind":"guest","count":-1}`, `{"kind":"latency","delay":"soon"}`, `{"knid":"guest"}`, `[`} {
		if code := command(t, s, "POST", "/_sim/faults", bad, nil); code != 400 {
			t.Errorf("%s: %d, want 400", bad, code)
		}
	}
	if code := command(t, s, "PUT", "/_sim/faults", `[{"kind":"guest"},{"kind":"x"}]`, nil); code != 400 || len(s.Faults()) != 2 {
		t.Errorf("a list with a wrong one: %d, %d faults; want 400 and nothing changed", code, len(s.Faults()))
	}
	if command(t, s, "DELETE", "/_sim/faults", "", nil); len(s.Faults()) != 0 {
		t.Error("DELETE left faults")
	}
}

func TestControlSessions(t *testing.T) {
	clk := newClock()
	s := simulator.New(simulator.Config{Now: clk.now, PageBytes: 1})
	var have simulator.Credentials
	if code := command(t, s, "POST", "/_sim/sessions", `{"name":"mine","life":"15m","plan":"free","quota":{"x":1}}`, &have); code != 200 || have.PSID == "" || have.PSIDTS == "" {
		t.Fatalf("POST: %d", code)
	}
	var info simulator.SessionInfo
	if code := command(t, s, "PATCH", "/_sim/sessions/mine", `{"bound":true,"status":1042,"renew":true,"life":["1h","2h"],"grace":"1ns"}`, &info); code != 200 || !info.Bound || info.Status != 1042 || info.Rotations != 1 {
		t.Errorf("PATCH: %d %+v", code, info)
	}
	clk.advance(time.Second)
	if s.Standing(have.PSID, have.PSIDTS).Alive {
		t.Error("the first value outlived a renewal without grace")
	}
	if command(t, s, "GET", "/_sim/sessions/mine/cookies", "", &have); !s.Standing(have.PSID, have.PSIDTS).Alive {
		t.Error("the cookies given are not accepted")
	}
	r := httptest.NewRequest(http.MethodGet, "http://localhost/_sim/sessions/mine/cookies?format=netscape", nil)
	r.RemoteAddr = "127.0.0.1:5"
	w := httptest.NewRecorder()
	s.Control().ServeHTTP(w, r)
	if want := have.Netscape(clk.t.AddDate(1, 0, 0)); w.Body.String() != want || strings.Count(want, "#HttpOnly_.google.com\tTRUE\t/\tTRUE\t1819") != 2 {
		t.Errorf("cookies.txt has %d lines", strings.Count(w.Body.String(), "\n"))
	}
	command(t, s, "PATCH", "/_sim/sessions/mine", `{"revoke":true}`, &info)
	if info.Alive || info.Cause != simulator.CauseRevoked {
		t.Errorf("after revoke: %+v", info)
	}
	var all []simulator.SessionInfo
	if command(t, s, "GET", "/_sim/sessions", "", &all); len(all) != 1 || all[0].Name != "mine" {
		t.Errorf("GET: %+v", all)
	}
	for path, body := range map[string]string{"/_sim/sessions/mine": `{"name":"x"}`, "/_sim/sessions/mine?": `{"life":"soon"}`, "/_sim/sessions/mine?a": `{"life":{"from":"2h","to":"1h"}}`} {
		if code := command(t, s, "PATCH", path, body, nil); code != 400 {
			t.Errorf("PATCH %s: %d, want 400", body, code)
		}
	}
	if code := command(t, s, "PATCH", "/_sim/sessions/nobody", `{}`, nil); code != 404 {
		t.Errorf("PATCH nobody: %d", code)
	}
	if code := command(t, s, "POST", "/_sim/sessions", `{"revoke":true}`, nil); code != 400 {
		t.Errorf("POST with revoke: %d", code)
	}
	if code := command(t, s, "POST", "/_sim/sessions", `{"life":{"from":"15m","to":"120h"}}`, nil); code != 200 {
		t.Errorf("POST with drawn lives: %d", code)
	}
}

func TestControlJournalAndPace(t *testing.T) {
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	b.rotate()
	b.open()
	var entries []simulator.Entry
	if command(t, s, "GET", "/_sim/journal", "", &entries); len(entries) != 3 {
		t.Errorf("%d entries, want 3", len(entries))
	}
	if command(t, s, "GET", "/_sim/journal?since=1&operation=page", "", &entries); len(entries) != 1 || entries[0].Seq != 3 {
		t.Errorf("filtered = %+v", entries)
	}
	if code := command(t, s, "GET", "/_sim/journal?since=x", "", nil); code != 400 {
		t.Errorf("since=x: %d", code)
	}
	var calls map[string]int
	if command(t, s, "GET", "/_sim/calls", "", &calls); calls["page"] != 2 || calls["rotate"] != 1 {
		t.Errorf("calls = %v", calls)
	}
	if code := command(t, s, "DELETE", "/_sim/journal", "", nil); code != 204 || len(s.Journal()) != 0 {
		t.Errorf("DELETE: %d, %d entries left", code, len(s.Journal()))
	}
	if code := command(t, s, "PUT", "/_sim/pace", `{"first":"0s","gap":"0s","frames":3}`, nil); code != 200 {
		t.Errorf("PUT pace: %d", code)
	}
	if a := readJSON(t, b.generate(ask{prompt: "hi"}).body); len(a.texts) != 3 {
		t.Errorf("%d frames at the new pace, want 3", len(a.texts))
	}
	var pace map[string]any
	if command(t, s, "GET", "/_sim/pace", "", &pace); pace["frames"] != 3.0 || pace["gap"] != "0s" {
		t.Errorf("pace = %v", pace)
	}
	var manual map[string][]string
	if command(t, s, "GET", "/_sim/", "", &manual); len(manual["keywords"]) != len(simulator.Keywords()) || len(manual["kinds"]) != len(simulator.Kinds()) {
		t.Errorf("manual = %v", manual)
	}
}
