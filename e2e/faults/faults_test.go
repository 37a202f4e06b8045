// Package faults_test breaks what can break around the finished daemon: the
// power, the disk, the descriptors, the way files arrive. Nothing may be lost
// and everything must be said.
package faults_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// house is an upstream, a furnished home with one signed-in session, and the
// owner's admin key.
type house struct {
	sim     *harness.Simulator
	home    harness.Home
	session harness.Session
	admin   string
}

func newHouse(t *testing.T, config ...string) *house {
	t.Helper()
	h := &house{sim: harness.Simulate(t), home: harness.NewHome(t)}
	h.home.Configure(t, append(config, "upstream_url: "+h.sim.URL)...)
	h.session = h.sim.Session(t, "first")
	h.home.Drop(t, "cookies.txt", h.session.Netscape())
	h.admin = h.home.AddKey(t, "boss", "--admin")
	return h
}

// serve starts the daemon and waits for its session.
func (h *house) serve(t *testing.T) *harness.Daemon {
	t.Helper()
	d := harness.Serve(t, h.home)
	d.Key = h.admin
	d.AwaitState(t, "valid", 20*time.Second)
	// The session serves a moment before its file is counted.
	harness.Eventually(t, 10*time.Second, "the files of the inbox are decided on", func() bool {
		return metric(t, d, "geminid_cookie_file_loads_total") > 0 || !strings.Contains(d.Output(), "from=missing")
	})
	return d
}

// rotate forces a rotation.
func rotate(t *testing.T, d *harness.Daemon) {
	t.Helper()
	if reply := d.Do(t, http.MethodPost, "/api/accounts/default/rotate", ""); reply.Status != http.StatusOK {
		t.Fatalf("a forced rotation answers %d %s", reply.Status, reply.Body)
	}
}

// ask sends a short question; it fails the test when it is not answered.
func ask(t *testing.T, d *harness.Daemon) {
	t.Helper()
	body := `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"are you there"}]}`
	if reply := d.Do(t, http.MethodPost, "/v1/chat/completions", body); reply.Status != http.StatusOK {
		t.Fatalf("a request was answered %d %s", reply.Status, reply.Body)
	}
}

// account is what the status page tells an admin of the only account.
type account struct {
	Name, State, Evidence string
	Persisted, Serving    bool
	Generation            int
	Notes                 []string
}

func accounts(t *testing.T, d *harness.Daemon) (all []account) {
	t.Helper()
	var status struct{ Accounts []account }
	d.Do(t, http.MethodGet, "/api/cookies/status", "").JSON(t, &status)
	return status.Accounts
}

func only(t *testing.T, d *harness.Daemon) account {
	t.Helper()
	all := accounts(t, d)
	if len(all) != 1 {
		t.Fatalf("%d accounts, want one", len(all))
	}
	return all[0]
}

// record is the part of the account file that tells generations apart.
type record struct {
	Current, Previous struct{ PSID, PSIDTS string }
}

// readRecord reads the account file as any reader at any moment may.
func readRecord(t *testing.T, home harness.Home) record {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(home.State(), "accounts", "default.json"))
	if err != nil {
		t.Fatal(err)
	}
	var r record
	if err := json.Unmarshal(content, &r); err != nil {
		t.Fatalf("the account file does not parse: %v", err)
	}
	return r
}

// metric sums the samples of a series whose labels hold all the given parts.
func metric(t *testing.T, d *harness.Daemon, name string, labels ...string) (sum float64) {
	t.Helper()
	line := regexp.MustCompile(`(?m)^` + name + `(\{[^}]*\})? (\S+)$`)
	for _, m := range line.FindAllStringSubmatch(d.Do(t, http.MethodGet, "/metrics", "").Body, -1) {
		fits := true
		for _, label := range labels {
			fits = fits && strings.Contains(m[1], label)
		}
		if v, err := strconv.ParseFloat(m[2], 64); err == nil && fits {
			sum += v
		}
	}
	return sum
}

func applied(t *testing.T, d *harness.Daemon) int {
	t.Helper()
	return int(metric(t, d, "geminid_cookie_file_loads_total", `result="applied"`))
}

// need provides the tools that a test is made of. Their packages have their name,
// but for those that every Debian has.
func need(t *testing.T, tools ...string) {
	t.Helper()
	packages := map[string]string{"unshare": "util-linux", "prlimit": "util-linux"}
	for _, tool := range tools {
		harness.Tool(t, tool, cmp.Or(packages[tool], tool))
	}
}

func run(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

func number(name string, otherwise int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return otherwise
}

func pid(d *harness.Daemon) string { return fmt.Sprint(d.Pid()) }
