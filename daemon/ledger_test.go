package daemon_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// downgradeLedger rewrites the state directory as it was before the ledger: the files
// that were taken in stand in the accounts' records, the refused ones in inbox.json.
func (h *house) downgradeLedger() {
	h.t.Helper()
	state := filepath.Join(h.dir, "state")
	ledger := readJSON[map[string]map[string]string](h, filepath.Join(state, "inbox.json"))
	taken := make(map[string]map[string]string)
	for file, entry := range ledger {
		if account := entry["account"]; account != "" {
			if taken[account] == nil {
				taken[account] = make(map[string]string)
			}
			taken[account][file] = entry["taken"]
		}
		delete(entry, "account")
		delete(entry, "taken")
		if len(entry) == 0 {
			delete(ledger, file)
		}
	}
	h.writeJSON(filepath.Join(state, "inbox.json"), ledger)
	for account, files := range taken {
		path := filepath.Join(state, "accounts", account+".json")
		record := readJSON[map[string]any](h, path)
		record["memo"].(map[string]any)["files"] = files
		h.writeJSON(path, record)
	}
}

func readJSON[T any](h *house, path string) (content T) {
	h.t.Helper()
	raw, err := os.ReadFile(path)
	if err := errors.Join(err, json.Unmarshal(raw, &content)); err != nil {
		h.t.Fatal(err)
	}
	return content
}

func (h *house) writeJSON(path string, content any) {
	h.t.Helper()
	raw, err := json.Marshal(content)
	if err := errors.Join(err, os.WriteFile(path, raw, 0o600)); err != nil {
		h.t.Fatal(err)
	}
}

// newLog makes the next start log to an empty journal.
func (h *house) newLog() {
	h.log = &journal{}
	h.config.Logger = slog.New(slog.NewTextHandler(h.log, nil))
}

// TestUpgradeToTheLedger: a daemon that finds the memory of an earlier version checks no
// file again and takes none in, and the next start finds the memory in one place. A
// removed account stays removed; its file put there again brings it back.
func TestUpgradeToTheLedger(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		h.age("cookies.txt", time.Minute)
		h.drop("older.txt", netscapeFile(h.session)+"\n")
		h.age("older.txt", time.Hour)
		work := netscapeFile(h.sim.AddSession(simulator.SessionConfig{Account: "2"}))
		h.drop("work.txt", work)
		dead := h.sim.AddSession(simulator.SessionConfig{Account: "3"})
		_ = h.sim.Revoke(dead.PSID)
		h.drop("dead.txt", netscapeFile(dead))
		h.start()
		time.Sleep(20 * time.Second) // less than to the first renewal
		if status, answer := h.control("DELETE", "/api/accounts/work", ""); status >= 300 {
			t.Fatal(status, answer)
		}
		h.stop()
		before := readJSON[map[string]map[string]string](h, filepath.Join(dir, "state", "inbox.json"))
		h.downgradeLedger()
		for _, life := range []string{"upgraded", "next"} {
			h.newLog()
			pages := h.sim.Calls()["page"]
			h.start()
			time.Sleep(time.Minute)
			if n := h.sim.Calls()["page"] - pages; n > 2 { // of the session in use
				t.Errorf("%s: %d pages were asked for", life, n)
			}
			if log := h.log.String(); strings.Contains(log, "new cookies taken in") || strings.Count(log, "E_PROBE_SIGNED_OUT") != 1 {
				t.Errorf("%s: the log says\n%s", life, log)
			}
			if accounts := h.daemon.Supervisor().Accounts(); len(accounts) != 1 || accounts[0].Generation < 1 {
				t.Errorf("%s: accounts %+v", life, accounts)
			}
			h.stop()
			if now := readJSON[map[string]map[string]string](h, filepath.Join(dir, "state", "inbox.json")); fmt.Sprint(now) != fmt.Sprint(before) {
				t.Errorf("%s: the ledger is %v, want %v", life, now, before)
			}
			for _, account := range []string{"default", "work"} {
				memo := readJSON[map[string]any](h, filepath.Join(dir, "state", "accounts", account+".json"))["memo"].(map[string]any)
				if memo["files"] != nil {
					t.Errorf("%s: the record of %s still holds %v", life, account, memo["files"])
				}
			}
		}
		h.start()
		time.Sleep(time.Minute)
		if err := os.Remove(filepath.Join(dir, "inbox", "work.txt")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		h.drop("work.txt", work)
		time.Sleep(time.Minute)
		if n := len(h.daemon.Supervisor().Accounts()); n != 2 {
			t.Errorf("%d accounts after the file was put there again, want 2", n)
		}
		h.stop()
	})
}

// TestLostLedger: without its ledger a daemon takes no file in twice, and an account
// that was removed by command stays removed.
func TestLostLedger(t *testing.T) {
	losses := map[string]func(path string) error{
		"deleted":    os.Remove,
		"damaged":    func(path string) error { return os.WriteFile(path, []byte(`{"cookies.txt":`), 0o600) },
		"unreadable": func(path string) error { return errors.Join(os.Remove(path), os.Symlink(path+".gone", path)) },
	}
	for name, lose := range maps.All(losses) {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, dir, simulator.SessionConfig{})
				h.drop("work.txt", netscapeFile(h.sim.AddSession(simulator.SessionConfig{Account: "2"})))
				h.start()
				time.Sleep(2 * time.Minute)
				if status, answer := h.control("DELETE", "/api/accounts/work", ""); status >= 300 {
					t.Fatal(status, answer)
				}
				h.stop()
				if err := lose(filepath.Join(dir, "state", "inbox.json")); err != nil {
					t.Fatal(err)
				}
				for range 2 {
					h.newLog()
					h.start()
					time.Sleep(time.Minute)
					if accounts := h.daemon.Supervisor().Accounts(); len(accounts) != 1 || strings.Contains(h.log.String(), "new cookies taken in") {
						t.Errorf("accounts %+v; the log says\n%s", accounts, h.log)
					}
					h.stop()
				}
			})
		})
	}
}
