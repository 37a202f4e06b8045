// Package page_test looks at the status page in a real browser, as its owner and
// as a stranger: it reads, drops and pastes exports, gives wrong keys, and holds
// on to what must not be seen.
package page_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// house is a daemon with a session, before a pretend upstream.
type house struct {
	*harness.Daemon
	sim   *harness.Simulator
	first harness.Session
	api   string // a key that may only ask questions
}

func open(t *testing.T) *house {
	t.Helper()
	h := &house{sim: harness.Simulate(t)}
	home := harness.NewHome(t)
	home.Configure(t, "upstream_url: "+h.sim.URL)
	h.first = h.sim.Session(t, "first")
	home.Drop(t, "cookies.txt", h.first.Netscape())
	h.api = home.AddKey(t, "phone")
	admin := home.AddKey(t, "owner", "--admin")
	h.Daemon = harness.Serve(t, home)
	h.Key, h.Admin = h.api, admin
	h.AwaitState(t, "valid", 20*time.Second)
	return h
}

// export is a file as it lies in somebody's Downloads folder.
func export(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
