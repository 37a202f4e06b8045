// Package systemd_test runs the service as it is installed: the .deb in a clean
// Debian, the unit under a real systemd, with everything that the unit allows and
// forbids.
package systemd_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
	"github.com/geminid/geminid/e2e/machine"
)

func TestMain(m *testing.M) { os.Exit(run(m)) }

// scratch is where packages are made.
var scratch string

func run(m *testing.M) int {
	var err error
	if scratch, err = os.MkdirTemp("", "geminid-debs-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(scratch)
	return machine.Main(m)
}

// TestExposure asks systemd itself how much of the machine the unit can reach: at
// most 1.2 of 10.
func TestExposure(t *testing.T) {
	analyze := harness.Tool(t, "systemd-analyze", "systemd")
	cmd := exec.CommandContext(t.Context(), analyze, "security", "--offline=yes", "--threshold=12", "systemd/geminid.service")
	cmd.Dir = harness.Root()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// deb makes the package of a version, once.
func deb(t *testing.T, version string) string {
	t.Helper()
	once, _ := debs.LoadOrStore(version, sync.OnceValues(func() (string, error) {
		dir, err := os.MkdirTemp(scratch, "deb")
		if err != nil {
			return "", err
		}
		cmd := exec.Command("make", "deb", "BIN="+filepath.Join(dir, "bin"), "DIST="+dir, "VERSION="+version)
		cmd.Dir = harness.Root()
		if out, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("make deb: %w\n%s", err, out)
		}
		found, err := filepath.Glob(filepath.Join(dir, "*.deb"))
		if err != nil || len(found) != 1 {
			return "", fmt.Errorf("make deb made %q: %w", found, err)
		}
		return found[0], nil
	}))
	path, err := once.(func() (string, error))()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var debs sync.Map // version -> func() (string, error)

// The first version is in every machine; the second one is its successor.
const firstVersion, secondVersion = "v1.0.0", "v1.1.0"

// service is the installed service in a machine, with its upstream outside.
type service struct {
	*machine.Machine
	*harness.Daemon // without a process of ours
	sim             *harness.Simulator
	lent            string // the upstream's URL inside
}

// Do runs a script inside. The daemon is asked with Ask.
func (s *service) Do(t testing.TB, script string) string { t.Helper(); return s.Machine.Do(t, script) }

// Ask makes a request to the service.
func (s *service) Ask(t testing.TB, method, path, body string, headers ...string) harness.Reply {
	t.Helper()
	return s.Daemon.Do(t, method, path, body, headers...)
}

// boot starts a machine that has the packages in /root, one or two of them.
func boot(t *testing.T, versions ...string) *service {
	t.Helper()
	files := make(map[string]string)
	for i, version := range versions {
		files[[]string{"/root/geminid.deb", "/root/newer.deb"}[i]] = deb(t, version)
	}
	s := &service{sim: harness.Simulate(t), Machine: machine.Boot(t, files)}
	s.Daemon = &harness.Daemon{URL: "http://" + s.Forward(t, "127.0.0.1:8100")}
	return s
}

// install installs the package and lets it talk to the pretend upstream, without
// limits that a test would run into. The service is not started yet.
func install(t *testing.T) *service {
	t.Helper()
	s := boot(t, firstVersion)
	s.Do(t, "apt-get install -q -y /root/geminid.deb")
	s.configure(t)
	// It comes back at once, and as often as the tests end it.
	s.dropIn(t, "restart", "Unit]\nStartLimitIntervalSec=0\n[Service]\nRestartSec=100ms")
	return s
}

// configure writes the configuration: what the tests need and the given lines.
func (s *service) configure(t *testing.T, lines ...string) {
	t.Helper()
	if s.lent == "" {
		s.lent = "http://" + s.Lend(t, strings.TrimPrefix(s.sim.URL, "http://"))
	}
	lines = append([]string{"upstream_url: " + s.lent, "requests_per_hour: 0", "model_interval: 0s"}, lines...)
	s.Write(t, "/etc/geminid/geminid.yaml", strings.Join(lines, "\n")+"\n", 0o640)
}

// dropIn changes the unit. The text begins within a section's bracket.
func (s *service) dropIn(t *testing.T, name, text string) {
	t.Helper()
	s.Write(t, "/etc/systemd/system/geminid.service.d/"+name+".conf", "["+text+"\n", 0o644)
	s.Do(t, "systemctl daemon-reload")
}

// show is a property of the service.
func (s *service) show(t *testing.T, property string) string {
	t.Helper()
	return s.Do(t, "systemctl show --value -p "+property+" geminid")
}

// journal is what the service and systemd said of it since a cursor, which is
// empty for everything.
func (s *service) journal(t *testing.T, cursor string) string {
	t.Helper()
	if cursor != "" {
		cursor = "--after-cursor='" + cursor + "'"
	}
	return s.Do(t, "journalctl --sync; journalctl --no-pager -q -o cat -u geminid "+cursor)
}

// now is a cursor for journal.
func (s *service) now(t *testing.T) string {
	t.Helper()
	said := s.Do(t, "journalctl --sync; journalctl --no-pager -q -n 1 --show-cursor")
	_, cursor, ok := strings.Cut(said, "-- cursor: ")
	if !ok {
		t.Fatalf("no cursor in %q", said)
	}
	return cursor
}

// says waits for words in the journal.
func (s *service) says(t *testing.T, since, words string) {
	t.Helper()
	harness.Eventually(t, 30*time.Second, fmt.Sprintf("the journal says %q", words), func() bool {
		return strings.Contains(s.journal(t, since), words)
	})
}

const question = `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":%q}]}`

// chat asks a question and wants an answer.
func (s *service) chat(t *testing.T) {
	t.Helper()
	if reply := s.Ask(t, http.MethodPost, "/v1/chat/completions", fmt.Sprintf(question, "hello")); reply.Status != http.StatusOK {
		t.Errorf("a chat answers %d %s", reply.Status, reply.Body)
	}
}

// serves waits until the service has a session to serve with.
func (s *service) serves(t *testing.T) {
	t.Helper()
	harness.Eventually(t, 30*time.Second, "the service serves", func() bool { return s.Try(t, "/readyz") })
}

// Try reports whether the service answers with 200.
func (s *service) Try(t testing.TB, path string) bool {
	return s.Daemon.Try(t.Context(), http.MethodGet, path)
}

// drop puts a cookie file into the inbox with a command such as "install -m 644",
// to which source and target are appended.
func (s *service) drop(t *testing.T, session harness.Session, with string) {
	t.Helper()
	s.Write(t, "/srv/cookies.txt", session.Netscape(), 0o644)
	s.Do(t, with+" /srv/cookies.txt /var/lib/geminid/inbox/cookies.txt")
}

// uses waits until a session answers questions.
func (s *service) uses(t *testing.T, session harness.Session) {
	t.Helper()
	harness.Eventually(t, 30*time.Second, "the session "+session.Name+" answers", func() bool {
		return s.Try(t, "/readyz") && s.Ask(t, http.MethodPost, "/v1/chat/completions", fmt.Sprintf(question, "hello")).Status == http.StatusOK &&
			s.sim.Answers(t, session) > 0
	})
}

// discreet holds the journal against the secrets of the tests.
func (s *service) discreet(t *testing.T) {
	t.Helper()
	if found := harness.Leaks(s.journal(t, "")); len(found) > 0 {
		t.Errorf("the journal holds secrets: %v", found)
	}
}
