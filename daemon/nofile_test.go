package daemon_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// TestNoFileIsTold: a link that leads out of the inbox and a directory in a
// file's place are told by a note, the log and the status, until a file stands
// there.
func TestNoFileIsTold(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "export.txt")
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, dir, simulator.SessionConfig{})
		h.start()
		work := netscapeFile(h.sim.AddSession(simulator.SessionConfig{Account: "2"}))
		if err := os.WriteFile(outside, []byte(work), 0o600); err != nil {
			t.Fatal(err)
		}
		places := map[string]func(path string) error{
			"link.txt":   func(path string) error { return os.Symlink(outside, path) },
			"folder.txt": func(path string) error { return os.Mkdir(path, 0o700) },
		}
		for name, put := range places {
			path := filepath.Join(dir, "inbox", name)
			if err := put(path); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
			_, status := h.control(http.MethodGet, "/api/cookies/status", "")
			for where, said := range map[string]string{"note": h.read(name + ".rejected.txt"), "log": h.log.String(), "status": status} {
				if !strings.Contains(said, name+" is a ") || !strings.Contains(said, "E_NOT_A_FILE") {
					t.Errorf("the %s says nothing of %s", where, name)
				}
			}
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}
		h.drop("folder.txt", work)
		time.Sleep(time.Minute)
		if _, status := h.control(http.MethodGet, "/api/cookies/status", ""); strings.Contains(status, "E_NOT_A_FILE") || !strings.Contains(status, `"folder"`) {
			t.Errorf("with the file in its place the status says %s", status)
		}
		if note := h.read("folder.txt.rejected.txt"); note != "" {
			t.Errorf("the note is still there: %s", note)
		}
		h.stop()
	})
}
