package daemon_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/supervisor"
	"github.com/geminid/geminid/upstream/simulator"
)

// TestTwoDays: two accounts live through two eventful days, and at their end the
// server still tells all of it: every change of state, every probe, every
// renewal and every file. GEMINID_TWO_DAYS names a file for what the status page
// would be told then; the browser's tests read it.
func TestTwoDays(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{Life: simulator.Fixed(6 * time.Hour)})
		h.config.Keys = auth.StaticKeys(
			auth.Key{Name: "asks", Role: auth.RoleAPI, Digest: auth.DigestOf("sk-asks")},
			auth.Key{Name: "owns", Role: auth.RoleAdmin, Digest: auth.DigestOf("sk-owns")})
		h.key, h.config.Settings.RequestsPerHour = "sk-asks", 60
		h.start()
		began := time.Now()
		for _, step := range eventful {
			h.until(began.Add(step.at))
			step.do(h)
		}
		h.until(began.Add(50 * time.Hour))
		told := map[string]json.RawMessage{}
		for _, path := range []string{"/api/cookies", "/api/cookies/status", "/api/cookies/history", "/api/events", "/api/requests", "/v1/models"} {
			told[path] = h.told(path)
		}
		h.stop()
		checkTimeline(t, told["/api/events"])
		if path := os.Getenv("GEMINID_TWO_DAYS"); path != "" {
			text, err := json.Marshal(told)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// eventful is what happens in these days.
var eventful = []struct {
	at time.Duration
	do func(h *house)
}{
	{time.Hour, func(h *house) {
		h.drop("work.json", netscapeFile(h.sim.AddSession(simulator.SessionConfig{Account: "2", Life: simulator.Fixed(20 * time.Hour)})))
	}},
	{9 * time.Hour, func(h *house) { h.sim.SetFault(lasting(h, simulator.Fault{Kind: simulator.Outage}, 40*time.Minute)) }},
	{14 * time.Hour, func(h *house) { _ = h.sim.Revoke(h.session.PSID) }},
	{15 * time.Hour, func(h *house) { h.drop("cookies.txt", "<!doctype html><title>Sign in - Google Accounts</title>") }},
	{15*time.Hour + 20*time.Minute, func(h *house) { h.again() }},
	{24 * time.Hour, func(h *house) { h.sim.SetFault(lasting(h, simulator.Fault{Kind: simulator.Block}, 70*time.Minute)) }},
	{33 * time.Hour, func(h *house) {
		h.sim.SetFault(lasting(h, simulator.Fault{Kind: simulator.Status, Code: http.StatusTooManyRequests}, 25*time.Minute))
	}},
	{35 * time.Hour, func(h *house) { _ = h.sim.Bind(h.session.PSID, true) }},
	{44 * time.Hour, func(h *house) { h.again() }},
	{49*time.Hour + 10*time.Minute, func(h *house) {
		for range 52 {
			h.ask("[chars 40] an hour of many questions")
			time.Sleep(12 * time.Second)
		}
	}},
	{49*time.Hour + 50*time.Minute, func(h *house) {
		h.sim.SetFault(lasting(h, simulator.Fault{Kind: simulator.Status, Code: http.StatusInternalServerError}, 2*time.Minute))
	}},
}

func lasting(h *house, f simulator.Fault, d time.Duration) simulator.Fault {
	f.Until = time.Now().Add(d)
	return f
}

// again is the owner of the first account signing in once more.
func (h *house) again() {
	h.session = h.sim.AddSession(simulator.SessionConfig{Account: "1", Life: simulator.Fixed(6 * time.Hour)})
	h.drop("cookies.txt", netscapeFile(h.session))
}

// until lets time pass with a question now and then.
func (h *house) until(end time.Time) {
	for time.Now().Before(end) {
		time.Sleep(min(4*time.Minute, time.Until(end)))
		h.ask("now and then")
	}
}

// told is what the server answers its owner.
func (h *house) told(path string) json.RawMessage {
	request := httptest.NewRequestWithContext(h.t.Context(), http.MethodGet, path, nil)
	request.Host, request.RemoteAddr = "127.0.0.1:8100", "127.0.0.1:50000"
	request.Header.Set("Authorization", "Bearer sk-owns")
	recorder := httptest.NewRecorder()
	h.daemon.Handler().ServeHTTP(recorder, request)
	if recorder.Code != http.StatusOK {
		h.t.Fatalf("%s: %d %s", path, recorder.Code, recorder.Body)
	}
	return recorder.Body.Bytes()
}

func checkTimeline(t *testing.T, raw json.RawMessage) {
	var body struct{ Events []supervisor.Event }
	if err := json.Unmarshal(raw, &body); err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	var states []string
	for _, e := range body.Events {
		counts[e.Account+" "+string(e.Kind)]++
		if e.Kind == "state" && e.Account == "default" {
			states = append(states, e.Result)
		}
	}
	if got := body.Events[len(body.Events)-1].Time.Sub(body.Events[0].Time); got < 47*time.Hour {
		t.Errorf("the events reach back %s", got)
	}
	for what, want := range map[string]int{"default probe": 450, "default rotation": 200, "work probe": 450, "work rotation": 200, "default file": 3} {
		if counts[what] < want {
			t.Errorf("%d events of %s, want at least %d", counts[what], what, want)
		}
	}
	if want := "unreachable degraded healthy suspect expired healthy blocked healthy rate_limited healthy"; !strings.Contains(strings.Join(states, " "), want) {
		t.Errorf("the states were %v, want %s among them", states, want)
	}
}
