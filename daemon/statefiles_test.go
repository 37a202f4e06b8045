package daemon_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/daemon"
	"github.com/geminid/geminid/upstream/simulator"
)

// stateFiles are the files of the state directory beside the keys, each with a
// sound content.
var stateFiles = []string{
	"audit.log", "inbox.json", "mark.secret", "notify.json", "report.log", "exits.json", "accounts/default.json",
}

// stateFaults take the place of a sound file, which is moved to PATH.real. What
// cannot be read must stay; what is of no use must be replaced and kept.
var stateFaults = []struct {
	name   string
	put    func(path string) error
	unread bool
}{
	{"pipe", func(path string) error { return syscall.Mkfifo(path, 0o600) }, false},
	{"directory", func(path string) error { return os.MkdirAll(filepath.Join(path, "inner"), 0o700) }, false},
	{"device", func(path string) error { return os.Symlink("/dev/zero", path) }, false},
	{"link to nothing", func(path string) error { return os.Symlink(path+".gone", path) }, true},
	{"link to itself", func(path string) error { return os.Symlink(path, path) }, true},
	{"I/O error", func(path string) error { return os.Symlink("/proc/self/mem", path) }, true},
}

// TestStateFilesThatAreNone: whatever stands in the place of a state file, the
// daemon starts, serves and stops, says so, and never writes over what it could
// not read. What is mended while it runs is taken up.
func TestStateFilesThatAreNone(t *testing.T) {
	for _, name := range stateFiles {
		for _, fault := range stateFaults {
			t.Run(name+"/"+fault.name, func(t *testing.T) {
				if _, err := os.Stat("/proc/self/mem"); err != nil && fault.name == "I/O error" {
					t.Skip("needs /proc")
				}
				dir := t.TempDir()
				synctest.Test(t, func(t *testing.T) {
					h := furnished(t, dir)
					path := filepath.Join(dir, "state", name)
					if err := errors.Join(os.Rename(path, path+".real"), fault.put(path)); err != nil {
						t.Fatal(err)
					}
					there := look(t, path)
					h.drop("bad.txt", "another one without cookies\n")
					h.startUnready()
					defer h.stop()
					h.live()
					if log := h.log.String(); !strings.Contains(log, filepath.Base(path)) {
						t.Errorf("the log does not name the file:\n%s", log)
					}
					if !fault.unread && name != "audit.log" { // whose damage is the owner's to look into
						kept, _ := filepath.Glob(path + ".[db]*") // .damaged-TIME or .broken
						if len(kept) != 1 || look(t, kept[0]) != there {
							t.Errorf("kept of it: %v, want %s", kept, there)
						}
						return
					}
					if now := look(t, path); now != there {
						t.Fatalf("%s was replaced by %s", there, now)
					}
					sound, err := os.ReadFile(path + ".real")
					if fault.name == "directory" { // which nothing can be renamed over
						err = errors.Join(err, os.RemoveAll(path))
					}
					if err := errors.Join(err, os.Rename(path+".real", path)); err != nil {
						t.Fatal(err)
					}
					h.live()
					h.wantTakenUp(name, path, string(sound))
				})
			})
		}
	}
}

// look says what lies at a path itself.
func look(t *testing.T, path string) string {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		return err.Error()
	}
	to, _ := os.Readlink(path)
	return info.Mode().Type().String() + to
}

// startUnready is start without waiting for a session.
func (h *house) startUnready() {
	h.t.Helper()
	d, err := daemon.New(h.config)
	if err != nil {
		h.t.Fatal(err)
	}
	h.daemon = d
	if err := d.Start(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// wantTakenUp wants a file that was mended to go on from what it held.
func (h *house) wantTakenUp(name, path, before string) {
	h.t.Helper()
	now, err := os.ReadFile(path)
	if err != nil {
		h.t.Fatal(err)
	}
	switch name {
	case "audit.log":
		if said, err := daemon.VerifyAudit(path); err != nil || !strings.HasPrefix(string(now), before) || len(now) == len(before) {
			h.t.Errorf("%s, %v: it does not go on after it was mended", said, err)
		}
	case "report.log":
		r, err := h.daemon.Report(time.Now().Add(-24 * time.Hour))
		if err != nil || r.Sum.Watched < 2*3600 { // of the three hours, with the one before
			h.t.Errorf("watched for %d s, %v: it does not go on after it was mended:\n%s\n%s", r.Sum.Watched, err, before, now)
		}
	case "accounts/default.json":
		if !h.daemon.Supervisor().Ready() {
			h.t.Error("the account was not taken up")
		}
	case "mark.secret", "notify.json":
		if string(now) != before {
			h.t.Error("it changed")
		}
	case "inbox.json", "exits.json":
		if !strings.Contains(string(now), strings.Trim(before, "{}\n")) {
			h.t.Errorf("it lost something: %s, then %s", before, now)
		}
	}
}

// furnished is a daemon that has run and left all its files.
func furnished(t *testing.T, dir string) *house {
	t.Helper()
	h := newHouse(t, dir, simulator.SessionConfig{})
	m := &mirror{RoundTripper: h.sim}
	m.address.Store("8.8.8.8")
	h.config.Transport, h.config.Settings.ExitIPURL = m, "https://ip.example.org/"
	h.drop("bad.txt", "no cookies at all\n")
	h.start()
	h.live()
	h.stop()
	state := filepath.Join(dir, "state")
	for _, name := range stateFiles {
		known := fmt.Sprintf(`{"cookies.txt":{"hash":"%x","message":"m"}}`, sha256.Sum256([]byte(h.read("cookies.txt"))))
		content := map[string]string{"inbox.json": known, "notify.json": `{"told":{},"waiting":{}}`}[name]
		if content != "" {
			if err := os.WriteFile(filepath.Join(state, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := os.Stat(filepath.Join(state, name)); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// live lets an hour of ticks, renewals and jobs go by.
func (h *house) live() { time.Sleep(time.Hour) }
