package daemon_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie/store"
	"github.com/geminid/geminid/upstream/simulator"
)

// TestOwnersTogether: files of two Google accounts that lie in the inbox when the
// daemon starts are both in use, however they are called and in whichever order
// they are looked at; of two for one Google account the newer one is.
func TestOwnersTogether(t *testing.T) {
	pairs := [][2]string{
		{"cookies.txt", "cookies (1).txt"},
		{"cookies_alice.json", "cookies_bob.json"},
		{"gemini-1.json", "gemini-2.json"},
		{"cookies.txt", "work.json"},
		{"\u5f20\u4e09 gemini cookies.txt", "\u674e\u56db gemini cookies.txt"},
	}
	for _, pair := range pairs {
		for _, newest := range []int{0, 1} {
			t.Run(fmt.Sprint(pair, newest), func(t *testing.T) {
				dir := t.TempDir()
				synctest.Test(t, func(t *testing.T) {
					h := newHouse(t, dir, simulator.SessionConfig{Name: "alice", Account: "1"})
					h.drop(pair[0], netscapeFile(h.session))
					bob := h.sim.AddSession(simulator.SessionConfig{Name: "bob", Account: "2"})
					h.drop(pair[1], netscapeFile(bob))
					old := h.sim.AddSession(simulator.SessionConfig{Name: "old", Account: "1"})
					h.drop("cookies (7).txt", netscapeFile(old))
					if pair[0] != "cookies.txt" {
						_ = os.Remove(filepath.Join(dir, "inbox", "cookies.txt"))
					}
					h.age(pair[1-newest], time.Hour)
					h.age("cookies (7).txt", 2*time.Hour)
					var before map[string]string
					for range 3 {
						h.start()
						time.Sleep(10 * time.Second)
						h.stop()
						got := h.psids()
						if got[h.session.PSID] == "" || got[bob.PSID] == "" || len(got) != 2 {
							t.Fatalf("in use: %v of alice %q and bob %q", got, h.session.PSID, bob.PSID)
						}
						if before != nil && !maps.Equal(got, before) {
							t.Errorf("a restart made %v of %v", got, before)
						}
						before = got
						if note := h.read("cookies (7).txt.rejected.txt"); pair[0] == "cookies.txt" && !strings.Contains(note, "is newer") {
							t.Errorf("the note beside the older file says %q", note)
						}
					}
				})
			})
		}
	}
}

// psids lists the accounts by the session that they hold on disk. The daemon is
// stopped.
func (h *house) psids() map[string]string {
	h.t.Helper()
	saved, err := store.Open(store.Config{Dir: h.config.Settings.StateDir, NoSync: true})
	if err != nil {
		h.t.Fatal(err)
	}
	records, unread, err := saved.Load()
	if err := errors.Join(err, saved.Close()); err != nil || len(unread) > 0 {
		h.t.Fatal(err)
	}
	held := make(map[string]string)
	for name, record := range records {
		held[record.Current.PSID().Reveal()] = name
	}
	return held
}
