// Package cookietest has the helpers that the tests of cookie's packages share: sets in
// clear text, and child processes of the test binary.
package cookietest

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/geminid/geminid/cookie"
)

// childEnv names the part that a process of the test binary plays instead of
// running tests: some promises are about a process that dies or has other rights.
const childEnv = "GEMINID_COOKIE_TEST_CHILD"

// Children are the parts, by name; tests add theirs in an init function. A child prints
// its findings, and exits with 0 if it returned nil.
var Children = map[string]func() error{}

// RunMain is the TestMain of a package: it plays the part of a child if there is
// one, else it runs the tests and fails if they leave goroutines.
func RunMain(m *testing.M) {
	if name := os.Getenv(childEnv); name != "" {
		if err := Children[name](); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// PrepareChild prepares a process of this binary that plays a part. Its arguments
// follow in the environment as KEY=value.
func PrepareChild(t *testing.T, name string, env ...string) *exec.Cmd {
	t.Helper()
	if Children[name] == nil {
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

// StartChild starts a child and waits for its first line, which it returns.
func StartChild(t *testing.T, cmd *exec.Cmd) string {
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

// MakeSet makes a set of a PSID, a PSIDTS and pairs of names and values.
func MakeSet(psid, psidts string, extra ...string) cookie.Set {
	values := map[string]cookie.Value{}
	for i := 0; i < len(extra); i += 2 {
		values[extra[i]] = cookie.NewValue(extra[i+1])
	}
	return cookie.NewSet(cookie.NewValue(psid), cookie.NewValue(psidts), values)
}

// RevealSet returns a set in clear text, for comparing.
func RevealSet(s cookie.Set) string {
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

// ListDisguises returns the forms in which a value could appear.
func ListDisguises(value string) []string {
	reversed := []rune(value)
	slices.Reverse(reversed)
	forms := []string{
		string(reversed),
		hex.EncodeToString([]byte(value)),
		strings.ToUpper(value),
		strings.ToLower(value),
		fmt.Sprintf("%q", value),
	}
	for shift := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + value))
		forms = append(forms, encoded[4:len(encoded)-4])
	}
	percent := ""
	for _, b := range []byte(value) {
		percent += fmt.Sprintf("%%%02X", b)
	}
	forms = append(forms, percent, url.QueryEscape(value))
	// Pieces, as a mask that shows the ends would leave them.
	for i := 0; i+8 <= len(value); i += 4 {
		forms = append(forms, value[i:i+8])
	}
	return forms
}
