package harness

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Home is the place of one daemon: its configuration, inbox and state.
type Home struct {
	Dir string
}

// NewHome makes an empty home. Its path is short, for unix sockets' sake.
func NewHome(t testing.TB) Home {
	t.Helper()
	dir, err := os.MkdirTemp(scratch, "h")
	if err != nil {
		t.Fatal(err)
	}
	h := Home{dir}
	for _, sub := range []string{h.Inbox(), h.State()} {
		if err := os.Mkdir(sub, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

// Config is the path of the configuration that a daemon in this home uses.
func (h Home) Config() string { return filepath.Join(h.Dir, "geminid.yaml") }

// Inbox is where cookie files are dropped.
func (h Home) Inbox() string { return filepath.Join(h.Dir, "inbox") }

// State is the daemon's own directory.
func (h Home) State() string { return filepath.Join(h.Dir, "state") }

// Socket is the control socket.
func (h Home) Socket() string { return filepath.Join(h.Dir, "s.sock") }

// Configure writes the configuration: the paths of this home, no limits, and
// the given lines, which win.
func (h Home) Configure(t testing.TB, lines ...string) {
	t.Helper()
	keys := map[string]bool{}
	for _, line := range lines {
		key, _, _ := strings.Cut(line, ":")
		keys[key] = true
	}
	for _, line := range []string{
		fmt.Sprintf("inbox_dir: %q", h.Inbox()), fmt.Sprintf("state_dir: %q", h.State()), fmt.Sprintf("socket: %q", h.Socket()),
		"listen: 127.0.0.1:0", "requests_per_hour: 0", "model_interval: 0s", "log_level: debug",
	} {
		if key, _, _ := strings.Cut(line, ":"); !keys[key] {
			lines = append(lines, line)
		}
	}
	if err := os.WriteFile(h.Config(), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Drop puts a file into the inbox as a careful uploader does: under another
// name first, then renamed.
func (h Home) Drop(t testing.TB, name, content string) {
	t.Helper()
	part := filepath.Join(h.Inbox(), "."+name+".tmp")
	if err := os.WriteFile(part, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(part, filepath.Join(h.Inbox(), name)); err != nil {
		t.Fatal(err)
	}
}

var printedKey = regexp.MustCompile(`gmd_[A-Za-z0-9_-]+`)

// AddKey makes a key with the keys command and returns it.
func (h Home) AddKey(t testing.TB, name string, flags ...string) string {
	t.Helper()
	args := append([]string{"keys", "add", name, "--config", h.Config()}, flags...)
	stdout, stderr, code := Run(t, Command{Name: "geminid", Args: args, Home: h.Dir})
	key := printedKey.FindString(stdout)
	if code != 0 || key == "" {
		t.Fatalf("geminid %s: code %d\n%s%s", strings.Join(args, " "), code, stdout, stderr)
	}
	return Secret(key)
}
