package doctor_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/geminid/geminid/ops/doctor"
)

// asNobody runs f with the rights of a user without any in the file system.
func asNobody(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		f()
		return
	}
	runtime.LockOSThread() // the rights are the thread's
	defer runtime.UnlockOSThread()
	if err := unix.Setfsuid(65534); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := unix.Setfsuid(0); err != nil {
			t.Fatal(err)
		}
	}()
	f()
}

// TestInboxOfAnotherUser: who may not look into the inbox learns just that, and no
// cure for a fault that is none.
func TestInboxOfAnotherUser(t *testing.T) {
	inbox := filepath.Join(t.TempDir(), "inbox")
	for path, mode := range map[string]os.FileMode{inbox: 0o700, filepath.Dir(inbox): 0o755, filepath.Dir(filepath.Dir(inbox)): 0o755} {
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
		if path == inbox && os.Geteuid() != 0 {
			mode = 0
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{inbox, filepath.Join(inbox, "below")} {
		var found []doctor.Finding
		asNobody(t, func() { found = doctor.Examine(t.Context(), doctor.Config{InboxDir: dir, Root: "/nowhere"}) })
		said := false
		for _, f := range found {
			if f.Group == "inotify" {
				said = f.Level == doctor.Note && strings.Contains(f.Text, "by this user") && strings.Contains(f.Fix, "as root")
			}
		}
		if !said {
			t.Errorf("%s: found %+v", filepath.Base(dir), found)
		}
	}
}
