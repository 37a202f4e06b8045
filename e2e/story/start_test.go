package story_test

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// nobody is a user without rights; what stops root is little.
const nobody = "65534"

// TestStartsThatFail: what keeps a daemon from starting is one line with what to
// do, an exit code that a supervisor of services can act on, and no trace.
func TestStartsThatFail(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	tests := []struct {
		name    string
		config  string
		spoil   func(h harness.Home) error // as another user than the one who starts
		code    int
		says    []string
		asOther bool
	}{
		{name: "unknown key", config: "requests_per_day: 3", code: 78, says: []string{"geminid.yaml:1: requests_per_day", "no such key"}},
		{name: "wrong type", config: "requests_per_hour: many", code: 78, says: []string{"geminid.yaml:1: requests_per_hour", "a number"}},
		{name: "no YAML", config: "listen: [", code: 78, says: []string{"geminid.yaml:1: this is no YAML"}},
		{name: "address in use", config: "listen: " + taken.Addr().String(), code: 69, says: []string{taken.Addr().String(), "another server", "free address"}},
		{name: "public without a key", config: "listen: 0.0.0.0:0", code: 78, says: []string{"geminid keys add"}},
		{name: "no certificate", config: "tls_cert: /nowhere.pem\ntls_key: /nowhere.key", code: 78, says: []string{"tls_cert", "/nowhere.pem"}},
		{name: "no such port", config: "listen: 127.0.0.1:99999", code: 78, says: []string{"geminid.yaml:1: listen"}},
		{name: "relative path", config: "state_dir: ./state", code: 78, says: []string{"geminid.yaml:1: state_dir", "whole path"}},
		{name: "no header", config: `user_agent: "a\nb"`, code: 78, says: []string{"geminid.yaml:1: user_agent"}},
		{
			name: "garbage in the keys", code: 78, says: []string{"keys line 1", "name:api:"},
			spoil: func(h harness.Home) error {
				return os.WriteFile(filepath.Join(h.State(), "keys"), []byte("x\n"), 0o600)
			},
		},
		{name: "privileged address", config: "listen: 127.0.0.1:81", code: 77, says: []string{"127.0.0.1:81", "below 1024"}, asOther: true},
		{
			name: "unreadable configuration", code: 77, says: []string{"geminid.yaml", "permission denied"}, asOther: true,
			spoil: func(h harness.Home) error { return os.Chown(h.Config(), 0, 0) },
		},
		{
			name: "foreign state", code: 77, says: []string{"state", "permission denied", "run as root: chown -h "}, asOther: true,
			spoil: func(h harness.Home) error { return os.Chown(h.State(), 0, 0) },
		},
		{
			name: "unreadable keys", code: 77, says: []string{"keys", "permission denied"}, asOther: true,
			spoil: func(h harness.Home) error { return os.WriteFile(filepath.Join(h.State(), "keys"), nil, 0o600) },
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			home := harness.NewHome(t)
			lines := strings.Split(test.config, "\n")
			if test.config == "" {
				lines = nil
			}
			home.Configure(t, lines...)
			command := harness.Command{Name: "geminid", Home: home.Dir, Args: []string{"serve", "--config", home.Config()}}
			if test.asOther {
				command.Wrapper = give(t, home)
			}
			if test.spoil != nil {
				if err := test.spoil(home); err != nil {
					t.Fatal(err)
				}
			}
			_, said, code := harness.Run(t, command)
			if code != test.code {
				t.Errorf("ended with %d, want %d", code, test.code)
			}
			var lastWords []string
			for line := range strings.Lines(said) {
				if strings.HasPrefix(line, "geminid: ") {
					lastWords = append(lastWords, line)
				}
			}
			if len(lastWords) != 1 || strings.Contains(said, "msg=serving") {
				t.Errorf("want one line and no service:\n%s", said)
			}
			for _, want := range test.says {
				if !strings.Contains(said, want) {
					t.Errorf("it does not say %q:\n%s", want, said)
				}
			}
			if _, err := os.Lstat(home.Socket()); err == nil {
				t.Error("a control socket stays behind")
			}
		})
	}
}

// give makes a home nobody's, and returns what runs a command as nobody.
func give(t *testing.T, home harness.Home) []string {
	t.Helper()
	if os.Getuid() != 0 {
		harness.NotTested(t, "becoming another user needs root")
	}
	if _, err := exec.LookPath("setpriv"); err != nil {
		harness.NotTested(t, "no setpriv on this machine")
	}
	// The way to the home and to the binary must be open.
	for _, dir := range []string{filepath.Dir(home.Dir), filepath.Dir(harness.Binary(t, "geminid"))} {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command("chown", "-R", nobody+":"+nobody, home.Dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return []string{"setpriv", "--reuid=" + nobody, "--regid=" + nobody, "--clear-groups"}
}

// TestExposedSecret: a configuration with a key that every user may read is said.
func TestExposedSecret(t *testing.T) {
	_, home, _ := house(t, "metrics_key: "+harness.Secret("a-key-for-the-scraper"))
	if err := os.Chmod(home.Config(), 0o644); err != nil {
		t.Fatal(err)
	}
	d := harness.Serve(t, home)
	if said := d.Output(); strings.Count(said, "chmod o=") != 1 {
		t.Errorf("it warns %d times:\n%s", strings.Count(said, "chmod o="), said)
	}
}

// TestStopDuringStart: whenever a stop comes, the process ends, and the next one
// starts in the same place with the same session.
func TestStopDuringStart(t *testing.T) {
	sim, home, session := house(t)
	harness.Serve(t, home).Stop(t)
	for i := range 12 {
		d := harness.Start(t, harness.Command{Name: "geminid", Home: home.Dir, Args: []string{"serve", "--config", home.Config(), "--listen", harness.FreeAddr(t)}})
		time.Sleep(time.Duration(i*i) * 3 * time.Millisecond) // 0 to 0.4 s: a start takes some of that
		d.Signal(syscall.SIGTERM)
		// -1 is the signal itself, before the process had its say.
		if code := d.Wait(t); code != 0 && code != -1 {
			t.Errorf("stopped after %d ms it ends with %d:\n%s", i*i*3, code, d.Output())
		}
	}
	d := harness.Serve(t, home)
	if reply := d.Do(t, http.MethodPost, "/v1/chat/completions", strings.Replace(question("hello"), `"stream":true`, `"stream":false`, 1)); reply.Status != http.StatusOK || sim.Answers(t, session) == 0 {
		t.Errorf("afterwards a chat answers %d %s", reply.Status, reply.Body)
	}
}
