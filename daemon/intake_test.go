package daemon_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/geminid/geminid/supervisor"
	"github.com/geminid/geminid/upstream/simulator"
)

// TestIntakeKeepsNobodyWaiting: files whose sessions an upstream keeps silent
// about are asked about one after the other, and meanwhile the sessions in use
// are looked after.
func TestIntakeKeepsNobodyWaiting(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{Name: "one"})
		h.start()
		time.Sleep(10 * time.Minute)
		for n := range supervisor.MaxAccounts {
			name := fmt.Sprintf("s%d", n)
			session := h.sim.AddSession(simulator.SessionConfig{Name: name, Account: name})
			h.sim.SetFault(simulator.Fault{Name: name, Kind: simulator.Stall, Session: name})
			h.drop(name+".txt", netscapeFile(session))
		}
		for range 60 {
			time.Sleep(10 * time.Second)
			ticked := time.Unix(int64(testutil.ToFloat64(h.daemon.Metrics().LastTick)), 0)
			if age := time.Since(ticked); age > 90*time.Second {
				t.Errorf("the last tick is %s old", age)
			}
			accounts := h.daemon.Supervisor().Accounts()
			i := slices.IndexFunc(accounts, func(a supervisor.Account) bool { return a.Name == "default" })
			if rotated := accounts[i].LastRotation; time.Since(rotated) > 11*time.Minute {
				t.Errorf("the healthy session was last renewed %s ago", time.Since(rotated))
			}
		}
		h.stop()
	})
}

// TestHangupLooksIntoTheInbox: who sends SIGHUP after putting a file there need
// not wait for the next look.
func TestHangupLooksIntoTheInbox(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		h.start()
		time.Sleep(5 * time.Second)
		h.drop("work.txt", netscapeFile(h.sim.AddSession(simulator.SessionConfig{Account: "2"})))
		h.daemon.Hangup()
		time.Sleep(time.Second)
		loads := h.daemon.Metrics().CookieFileLoads
		if n := testutil.ToFloat64(loads.WithLabelValues("work", "applied", "signal")); n != 1 {
			t.Errorf("the file was taken in %v times by the signal", n)
		}
		if n := testutil.ToFloat64(loads.WithLabelValues("default", "applied", "start")); n != 1 {
			t.Errorf("the first file was taken in %v times by the start", n)
		}
		h.stop()
	})
}

// TestNewestOfTwoFiles: of two files for one account the newest is used and the
// other noted, and a restart neither swaps nor asks.
func TestNewestOfTwoFiles(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{Name: "old"})
		h.age("cookies.txt", time.Hour)
		newest := h.sim.AddSession(simulator.SessionConfig{Account: "1"})
		h.drop("cookies_new.txt", netscapeFile(newest))
		h.start()
		calls := h.sim.Calls()
		for range 3 {
			time.Sleep(time.Second)
			if lease, err := h.daemon.Supervisor().Lease(); err != nil || lease.Set.PSID().Reveal() != newest.PSID {
				t.Fatalf("not the newest file is in use: %v", err)
			}
			if note := h.read("cookies.txt.rejected.txt"); !strings.Contains(note, "cookies_new.txt is newer") {
				t.Errorf("the note beside the other says %q", note)
			}
			if n := h.daemon.Supervisor().Accounts()[0].Generation; n != 1 {
				t.Errorf("%d generations", n)
			}
			h.stop()
			h.start()
		}
		// Each start proves the session in use, and nothing else.
		if got, want := h.sim.Calls()["page"]-calls["page"], 3; got > want {
			t.Errorf("three restarts asked for %d pages, want at most %d", got, want)
		}
		h.drop("cookies.txt", netscapeFile(h.session)+"\n")
		time.Sleep(time.Minute)
		if lease, err := h.daemon.Supervisor().Lease(); err != nil || lease.Set.PSID().Reveal() != h.session.PSID {
			t.Errorf("the other file, put there again, is not in use: %v", err)
		}
		h.stop()
	})
}

// TestDeadFilesAreAskedAboutOnce: what the upstream said of a file holds across
// restarts, and is told again, until the file changes.
func TestDeadFilesAreAskedAboutOnce(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		for n := range 4 {
			dead := h.sim.AddSession(simulator.SessionConfig{Account: fmt.Sprint(n + 2)})
			_ = h.sim.Revoke(dead.PSID)
			h.drop(fmt.Sprintf("acc%d.txt", n), netscapeFile(dead))
		}
		h.start()
		time.Sleep(2 * time.Second)
		calls := h.sim.Calls()
		for range 3 {
			h.stop()
			h.log = &journal{}
			h.config.Logger = slog.New(slog.NewTextHandler(h.log, nil))
			h.start()
			time.Sleep(2 * time.Second)
			if n := strings.Count(h.log.String(), "E_PROBE_SIGNED_OUT"); n != 4 {
				t.Errorf("%d refusals were told, want 4", n)
			}
		}
		if got := h.sim.Calls()["page"] - calls["page"]; got > 3 {
			t.Errorf("three restarts asked for %d pages, want one each for the session in use", got)
		}
		if err := os.Remove(filepath.Join(dir, "inbox", "acc0.txt")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if raw, err := os.ReadFile(filepath.Join(dir, "state", "inbox.json")); err != nil || strings.Contains(string(raw), "acc0") {
			t.Errorf("a file that is gone is remembered: %v %s", err, raw)
		}
		h.stop()
	})
}

// TestOutcomesThatSayNothing: whatever the file of the refusals holds, the daemon
// starts and remembers anew.
func TestOutcomesThatSayNothing(t *testing.T) {
	for _, content := range []string{"", "null", "[]", `{"work.txt":null}`, `{"work.txt":`} {
		t.Run(content, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, dir, simulator.SessionConfig{})
				path := filepath.Join(dir, "state", "inbox.json")
				if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600)); err != nil {
					t.Fatal(err)
				}
				dead := h.sim.AddSession(simulator.SessionConfig{Account: "2"})
				_ = h.sim.Revoke(dead.PSID)
				h.drop("work.txt", netscapeFile(dead))
				h.start()
				time.Sleep(time.Minute)
				if raw, err := os.ReadFile(path); err != nil || !strings.Contains(string(raw), "E_PROBE_SIGNED_OUT") {
					t.Errorf("the refusal is not remembered: %v %s", err, raw)
				}
				h.stop()
			})
		})
	}
}

// age makes a file of the inbox older.
func (h *house) age(name string, by time.Duration) {
	h.t.Helper()
	stamp := time.Now().Add(-by)
	if err := os.Chtimes(filepath.Join(h.dir, "inbox", name), stamp, stamp); err != nil {
		h.t.Fatal(err)
	}
}
