package faults_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// TestUnreadableRecord: the record of the session cannot be read at the start, and
// an older export lies in the inbox. The record is not replaced, the owner reads
// what is wrong everywhere, and once it can be read the session goes on.
func TestUnreadableRecord(t *testing.T) {
	need(t, "setpriv")
	aside := func(path string) error { return os.Rename(path, path+".real") }
	back := func(path string) error { return os.Rename(path+".real", path) }
	faults := []struct {
		name, says   string
		spoil, mend  func(path string) error
		unprivileged bool
	}{
		{"mode", "chmod u+rw", func(path string) error { return os.Chmod(path, 0) }, func(path string) error { return os.Chmod(path, 0o600) }, true},
		{"owner", "chown -h 0", func(path string) error { return os.Chown(path, 65534, 65534) }, func(path string) error { return os.Chown(path, 0, 0) }, true},
		{"I/O error", "input/output error", func(path string) error { return errors.Join(aside(path), os.Symlink("/proc/self/mem", path)) }, back, false},
		{"link to a disk that is not mounted", "mount", func(path string) error { return errors.Join(aside(path), os.Symlink(path+".gone", path)) }, back, false},
	}
	for _, fault := range faults {
		t.Run(fault.name, func(t *testing.T) {
			h := newHouse(t, "tick: 1s")
			d := h.serve(t)
			rotate(t, d)
			before, path := readRecord(t, h.home), filepath.Join(h.home.State(), "accounts", "default.json")
			d.Stop(t)
			h.sim.EndGrace(t, h.session)
			older := strings.Replace(h.session.Netscape(), "\n", "\n# the same once more\n", 1)
			h.home.Drop(t, "cookies.txt", older)
			if err := fault.spoil(path); err != nil {
				harness.NotTested(t, "this user may not spoil a file so: %v", err)
			}
			var wrapper []string
			if fault.unprivileged && os.Geteuid() == 0 {
				wrapper = []string{"setpriv", "--bounding-set=-dac_override,-dac_read_search"}
			}
			d = harness.LaunchInside(t, h.home, wrapper...)
			d.Key = h.admin
			d.AwaitState(t, "unreadable", 10*time.Second)
			time.Sleep(3 * time.Second) // some ticks and a scan of the inbox
			status := d.Do(t, http.MethodGet, "/api/cookies/status", "").Body
			for where, text := range map[string]string{"status": status, "log": d.Output()} {
				if !strings.Contains(text, fault.says) || !strings.Contains(text, path) {
					t.Errorf("the %s does not tell of %q and %s:\n%s", where, fault.says, path, text)
				}
			}
			if n := strings.Count(d.Output(), "level=ERROR"); n != 1 {
				t.Errorf("told %d times in the log:\n%s", n, d.Output())
			}
			if err := fault.mend(path); err != nil {
				t.Fatal(err)
			}
			if after := readRecord(t, h.home); after.Current != before.Current {
				t.Fatal("the record was replaced")
			}
			d.AwaitState(t, "valid", 10*time.Second)
			ask(t, d)
		})
	}
}
