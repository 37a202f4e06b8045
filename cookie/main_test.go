package cookie_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/geminid/geminid/cookie"
)

// childEnv makes the test binary play another part than running tests: some
// promises are about what happens when a process dies, or has other rights.
const childEnv = "GEMINID_COOKIE_TEST_CHILD"

// children are the parts, by name. A child prints what it found and its exit
// code is 0 when it got as far as it meant to.
var children = map[string]func() error{}

func TestMain(m *testing.M) {
	if name := os.Getenv(childEnv); name != "" {
		if err := children[name](); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// child prepares a process of this binary that plays a part. Its arguments
// follow in the environment as KEY=value.
func child(t *testing.T, name string, env ...string) *exec.Cmd {
	t.Helper()
	if children[name] == nil {
		t.Fatalf("no child is called %q", name)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(append(os.Environ(), childEnv+"="+name), env...)
	cmd.Stderr = os.Stderr
	return cmd
}

// startChild starts a child and waits for its first line, which it returns.
func startChild(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the child said nothing: %v", err)
	}
	return line
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func makeSet(psid, psidts string, extra ...string) cookie.Set {
	values := map[string]cookie.Value{}
	for i := 0; i < len(extra); i += 2 {
		values[extra[i]] = cookie.NewValue(extra[i+1])
	}
	return cookie.NewSet(cookie.NewValue(psid), cookie.NewValue(psidts), values)
}

// flat writes a set in clear text, for comparing.
func flat(s cookie.Set) string {
	var b strings.Builder
	b.WriteString(s.PSID().Reveal() + "|" + s.PSIDTS().Reveal())
	for _, n := range s.Extra() {
		if !n.Expires.IsZero() {
			b.WriteString("|" + n.Expires.Format(time.RFC3339))
		}
		b.WriteString("|" + n.Name + "=" + n.Value.Reveal())
	}
	return b.String()
}
