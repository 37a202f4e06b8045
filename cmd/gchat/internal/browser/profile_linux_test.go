package browser

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// TestRunningFirefox: the profile of a browser that runs is left alone; after
// its end, which may be a crash, what it wrote is read together with what is
// still in the -wal file.
func TestRunningFirefox(t *testing.T) {
	m := computer(t, "linux", nil)
	profile := filepath.Join(m.stateDir(), "quick", "firefox")
	if err := MakeProfile(profile); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile("../../../../cookie/export/testdata/wal/young.sqlite" + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(profile, "cookies.sqlite"+suffix), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lock, err := os.Create(filepath.Join(profile, ".parentlock"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	// This kind of lock also keeps out the process that holds it.
	if err := unix.FcntlFlock(lock.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart}); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	if _, _, _, err := NewestExport(m.FindCandidates(now), now); err == nil || !strings.Contains(err.Error(), "Firefox still runs") {
		t.Errorf("got %v, want that Firefox still runs", err)
	}
	lock.Close()
	_, export, _, err := NewestExport(m.FindCandidates(now), now)
	if err != nil || export == nil || export.Set.PSIDTS().IsZero() {
		t.Errorf("after its end: got %v, %v, want the session", export, err)
	}
}
