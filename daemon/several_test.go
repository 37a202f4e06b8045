package daemon_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/supervisor"
	"github.com/geminid/geminid/supervisor/status"
	"github.com/geminid/geminid/upstream/simulator"
)

// health is the body of the health routes.
type health struct {
	Status  string       `json:"status"`
	States  status.Tally `json:"states"`
	RetryAt time.Time    `json:"retry_at"`
}

func (h *house) health() (code int, body health) {
	h.t.Helper()
	code, text := h.send("GET", "/health", "")
	if err := json.Unmarshal([]byte(text), &body); err != nil {
		h.t.Fatalf("%s: %v", text, err)
	}
	return code, body
}

// TestOneOfThreeEnds: the server serves, and says everywhere that one account has
// ended, that one first.
func TestOneOfThreeEnds(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		second := h.sim.AddSession(simulator.SessionConfig{Account: "2"})
		h.drop("work.txt", netscapeFile(second))
		h.drop("zoo.txt", netscapeFile(h.sim.AddSession(simulator.SessionConfig{Account: "3"})))
		h.start()
		defer h.stop()
		time.Sleep(2 * time.Minute)
		if err := h.sim.Revoke(second.PSID); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		if code, body := h.health(); code != 200 || body.Status != "valid" || body.States["expired"] != 1 || body.States["healthy"] != 2 {
			t.Errorf("health: %d %+v", code, body)
		}
		_, text := h.control("GET", "/api/cookies/status", "")
		r, err := status.ParseReport([]byte(text))
		if err != nil || len(r.Accounts) != 3 || r.Accounts[0].Name != "work" || r.Accounts[0].State != supervisor.Expired {
			t.Fatalf("status: %v %s", err, text)
		}
		if said := r.States.Text(r.State(), status.English); said != "1 of 3 accounts has ended" {
			t.Errorf("the summary is %q", said)
		}
		for language, want := range map[string]string{"en": "Of 3 accounts: 1 expired.", "zh": "3 个账号中：1 个已失效。"} {
			if page := h.page(language); !strings.Contains(page, want) {
				t.Errorf("the page does not say %q", want)
			}
		}
	})
}

// TestStateSaysWhetherItServes: in no state that is called serving a question is
// refused, from the first sign of an end to its proof.
func TestStateSaysWhetherItServes(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		h.start()
		defer h.stop()
		time.Sleep(time.Minute)
		if err := h.sim.Revoke(h.session.PSID); err != nil {
			t.Fatal(err)
		}
		h.ask("a question that finds it out")
		var states []supervisor.State
		for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(time.Second) {
			whole := h.daemon.Supervisor().Overall()
			if whole.State.Serves() != h.daemon.Supervisor().Ready() {
				t.Fatalf("%s, and ready: %v", whole.State, h.daemon.Supervisor().Ready())
			}
			states = append(states, whole.State)
		}
		if got := slices.Compact(states); !slices.Equal(got, []supervisor.State{supervisor.Suspect, supervisor.Expired}) {
			t.Errorf("the states were %v", got)
		}
	})
}

// TestBlockIsSaidWithItsEnd: whoever may know the state may know when the next call
// is made.
func TestBlockIsSaidWithItsEnd(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		h.start()
		defer h.stop()
		h.sim.SetFault(simulator.Fault{Kind: simulator.Block})
		h.ask("into the block")
		code, body := h.health()
		if wait := time.Until(body.RetryAt); code != 503 || body.Status != "blocked" || wait <= 0 || wait > 6*time.Hour {
			t.Errorf("health: %d %+v", code, body)
		}
		if status, answer := h.ask("again"); status != 403 || !strings.Contains(answer, "one trial call in ") {
			t.Errorf("%d %s", status, answer)
		}
		if page := h.page("en"); !strings.Contains(page, "Next: one trial call in ") {
			t.Error("the page does not name the trial call")
		}
	})
}
