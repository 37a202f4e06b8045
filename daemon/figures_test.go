package daemon_test

import (
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/daemon"
	"github.com/geminid/geminid/ops/report"
	"github.com/geminid/geminid/upstream/simulator"
)

// summary asks for the report as the command does.
func (h *house) summary(query string) (int, report.Report) {
	h.t.Helper()
	recorder := httptest.NewRecorder()
	h.daemon.Control().ServeHTTP(recorder, httptest.NewRequestWithContext(h.t.Context(), http.MethodGet, "/api/report"+query, nil))
	var r report.Report
	if err := json.Unmarshal(recorder.Body.Bytes(), &r); err != nil {
		h.t.Fatalf("%s: %v", recorder.Body, err)
	}
	return recorder.Code, r
}

func TestFiguresOutliveARestart(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		h.start()
		for range 3 {
			if status, answer := h.ask("hello"); status != http.StatusOK {
				t.Fatal(answer)
			}
		}
		h.send(http.MethodPost, "/v1/chat/completions", "{")
		time.Sleep(2 * time.Hour)
		h.stop()

		h.start()
		defer h.stop()
		time.Sleep(time.Minute)
		h.ask("hello again")
		h.daemon.Metrics().TimeToFirstToken.WithLabelValues("openai", "gemini-2.5-flash").Observe(.3) // nothing takes time in here
		h.daemon.Metrics().CookieLifetime.WithLabelValues("default").Observe(1e9)
		code, r := h.summary("?since=24h")
		if code != http.StatusOK || !r.Live {
			t.Fatalf("status %d, %+v", code, r)
		}
		if got := r.Sum.Requests; got["success"] != 4 || got["client_error"] != 1 {
			t.Errorf("counted %v, want 4 answered and 1 mistake", got)
		}
		if got := time.Duration(r.Sum.Watched) * time.Second; got < 118*time.Minute || got > 121*time.Minute || r.Sum.Missed > 60 {
			t.Errorf("watched %v, missed %d s, want two hours and nearly nothing", got, r.Sum.Missed)
		}
		if acc := r.Sum.Accounts["default"]; acc.State != "healthy" {
			t.Errorf("the account is %+v", acc)
		}
		if got := r.Sum.Rotations["rotated"]; got < 10 || got > 40 {
			t.Errorf("%d rotations in two hours", got)
		}
		if m := r.Sum.Models["gemini-2.5-flash"]; m.N != 1 || m.Below["0.5"] != 1 || m.Mean() != 300*time.Millisecond {
			t.Errorf("first words of %+v, want one", r.Sum.Models)
		}
		if l := r.Sum.Lifetimes; l.N != 1 || l.Below[">604800"] != 1 {
			t.Errorf("lifetimes %+v, want one longer than a week", l)
		}
		if r.Sum.Disk.Total == 0 || r.Sum.Disk.State == 0 || r.Sum.Disk.Log == 0 {
			t.Errorf("the disk was not looked at: %+v", r.Sum.Disk)
		}
	})
}

// TestReportCountsWhatClientsGot: while Google cannot be reached the report says so,
// counts the questions that got no answer, and beside them only the time in which
// nobody asked.
func TestReportCountsWhatClientsGot(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		h.start()
		defer h.stop()
		for range 8 {
			time.Sleep(time.Minute)
			h.ask("hello")
		}
		h.sim.SetFault(simulator.Fault{Kind: simulator.Outage})
		for range 20 {
			time.Sleep(25 * time.Second) // at least one in each tick
			h.ask("hello")
		}
		_, asked := h.summary("?since=1h")
		if asked.Sum.Asked != 28 || asked.Sum.Answered != 8 || asked.Availability == nil || math.Abs(*asked.Availability-100*8./28) > .01 {
			t.Errorf("%d of %d answered, availability %v; want 8 of 28", asked.Sum.Answered, asked.Sum.Asked, asked.Availability)
		}
		if asked.Sum.Unasked > 60 || asked.Sum.Unreachable < 7*60 {
			t.Errorf("nobody asked for %d s, no way for %d s; want nearly 0 and most of eight minutes", asked.Sum.Unasked, asked.Sum.Unreachable)
		}
		time.Sleep(time.Hour)
		_, r := h.summary("?since=2h")
		if got := time.Duration(r.Sum.Unasked) * time.Second; got < 59*time.Minute || got > 62*time.Minute || r.Sum.Unreachable != r.Sum.Missed {
			t.Errorf("nobody asked for %v, no way for %d of %d s; want an hour, and all of it", got, r.Sum.Unreachable, r.Sum.Missed)
		}
		kinds := slices.DeleteFunc(riskKinds(r), func(kind string) bool { return kind == "disk" }) // of this machine
		if !slices.Equal(kinds, []string{"unreachable", "errors", "outages"}) {
			t.Errorf("the risks are %v", kinds)
		}
	})
}

// TestUnnoticedTimeCountsByHalf: when a session turns out to have ended, half of the
// time since its last proof counts as time without answers; when its owner pauses it,
// none does.
func TestUnnoticedTimeCountsByHalf(t *testing.T) {
	for name, tt := range map[string]struct {
		end  func(h *house) error
		part time.Duration // of the time since the last proof
	}{
		"ended":  {func(h *house) error { return h.sim.Revoke(h.session.PSID) }, 2},
		"paused": {func(h *house) error { return h.daemon.Supervisor().Pause("default") }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, dir, simulator.SessionConfig{})
				h.start()
				defer h.stop()
				proof := func() time.Time { return h.daemon.Supervisor().Accounts()[0].LastProof }
				time.Sleep(20 * time.Minute)
				for first := proof(); proof().Equal(first); {
					time.Sleep(time.Second)
				}
				time.Sleep(3 * time.Minute)
				if err := tt.end(h); err != nil {
					t.Fatal(err)
				}
				for h.daemon.Supervisor().Ready() {
					time.Sleep(time.Second)
				}
				want := time.Duration(0)
				if tt.part > 0 {
					want = time.Since(proof()) / tt.part
				}
				time.Sleep(10 * time.Minute)
				want += 10 * time.Minute
				_, r := h.summary("?since=2h")
				if missed := time.Duration(r.Sum.Missed) * time.Second; (missed-want).Abs() > 40*time.Second || r.Sum.Unasked != r.Sum.Missed {
					t.Errorf("missed %v, nobody asked for %d of %d s; want %v and all", missed, r.Sum.Unasked, r.Sum.Missed, want)
				}
			})
		})
	}
}

func riskKinds(r report.Report) (kinds []string) {
	for _, risk := range r.Risks {
		kinds = append(kinds, risk.Kind)
	}
	return kinds
}

// What is in the file and what the counters hold now is told once, however often
// it is asked for.
func TestFiguresAreCountedOnce(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		h.start()
		defer h.stop()
		for want := int64(1); want <= 3; want++ {
			h.ask("hello")
			for range 2 {
				if _, r := h.summary(""); r.Sum.Requests["success"] != want {
					t.Fatalf("counted %v, want %d", r.Sum.Requests, want)
				}
			}
			h.daemon.Roll(t.Context())
		}
		if code, _ := h.summary("?since=soon-s3cret"); code != http.StatusBadRequest || strings.Contains(h.log.String(), "s3cret") {
			t.Errorf("an unknown span is %d, want 400; the log says:\n%s", code, h.log)
		}
	})
}

// TestRemovedAccountIsNoRisk: what is paused is shown as paused; what a command removed is shown as removed, with what
// was seen of it before, and asks for nothing.
func TestRemovedAccountIsNoRisk(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		h.start()
		defer h.stop()
		time.Sleep(time.Hour)
		if err := h.daemon.Supervisor().Pause("default"); err != nil {
			t.Fatal(err)
		}
		if _, r := h.summary("?since=24h"); r.Sum.Accounts["default"].State != "paused" {
			t.Errorf("the paused account is %+v", r.Sum.Accounts["default"])
		}
		if err := h.daemon.Supervisor().Remove(t.Context(), "default"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		_, r := h.summary("?since=24h")
		acc := r.Sum.Accounts["default"]
		if watched := time.Duration(acc.Watched) * time.Second; acc.State != "" || watched < 59*time.Minute || watched > 61*time.Minute {
			t.Errorf("the account is %+v", acc)
		}
		for _, risk := range r.Risks {
			if risk.Account != "" {
				t.Errorf("there is a risk for it: %+v", risk)
			}
		}
	})
}

func TestBrokenFiguresStopNothing(t *testing.T) {
	h := newHouse(t, t.TempDir(), simulator.SessionConfig{})
	path := daemon.FiguresPath(h.config.Settings.StateDir)
	if err := os.MkdirAll(h.config.Settings.StateDir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("not ours\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.start()
	defer h.stop()
	if status, answer := h.ask("hello"); status != http.StatusOK {
		t.Error(answer)
	}
	if _, r := h.summary(""); r.Sum.Requests["success"] != 1 {
		t.Errorf("counted %v, want one answer", r.Sum.Requests)
	}
	if !strings.Contains(h.log.String(), "set aside") {
		t.Error("nobody was told that the file was broken")
	}
}

func TestReportIsSentOnSchedule(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		h.config.Settings.Report = "weekly"
		sent, passed := 0, 9*time.Hour
		h.config.Now = func() time.Time { return time.Now().Add(passed) }
		h.config.Deliver = func(r report.Report) {
			sent++
			if got := r.To.Sub(r.From); got < 7*24*time.Hour || got > 8*24*time.Hour {
				t.Errorf("the report is about %v, want a week", got)
			}
		}
		for range 22 { // across restarts, and not at the first start
			h.start()
			time.Sleep(time.Minute)
			h.stop()
			passed += 24 * time.Hour
		}
		if sent != 3 { // on the Mondays of 3, 10 and 17 January
			t.Errorf("sent %d reports from Saturday 1 to Sunday 23 January, want 3", sent)
		}
	})
}

// TestFiguresWaitForTheClock: what is counted before the clock is set goes to the
// hour in which it is, and is no error.
func TestFiguresWaitForTheClock(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		var behind atomic.Int64
		behind.Store(int64(time.Since(time.Unix(600, 0))))
		h.config.Now = func() time.Time { return time.Now().Add(-time.Duration(behind.Load())) }
		h.start()
		defer h.stop()
		h.ask("before the clock is set")
		time.Sleep(40 * time.Minute)
		behind.Store(0)
		time.Sleep(20 * time.Minute)
		hours, err := report.ReadHours(daemon.FiguresPath(h.config.Settings.StateDir), time.Unix(0, 0), time.Now())
		if err != nil || len(hours) != 1 || hours[0].Start < time.Now().Add(-2*time.Hour).Unix() || hours[0].Requests.Total() != 1 {
			t.Errorf("hours %+v, error %v; want one of now with one request", hours, err)
		}
		if said := h.log.String(); strings.Contains(said, "level=ERROR") {
			t.Errorf("the log says:\n%s", said)
		}
	})
}

// The report goes out through the notifier, in the owner's language.
func TestReportArrives(t *testing.T) {
	messages := make(chan string, 8)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		messages <- string(body)
	}))
	t.Cleanup(receiver.Close)
	h := newHouse(t, t.TempDir(), simulator.SessionConfig{})
	s := &h.config.Settings
	s.Report, s.NotifyLanguage = "monthly", "zh"
	if err := s.NotifyWebhook.UnmarshalText([]byte(receiver.URL)); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(s.StateDir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(daemon.FiguresPath(s.StateDir), []byte(`{"sent":1}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	h.start()
	defer h.stop()
	select {
	case got := <-messages:
		if !strings.Contains(got, `"event":"report"`) || strings.Count(got, "geminid：") != 1 || !strings.Contains(got, "会话") {
			t.Errorf("another message arrived: %s", got)
		}
	case <-time.After(30 * time.Second):
		t.Fatalf("no report arrived; the log says:\n%s", h.log)
	}
}
