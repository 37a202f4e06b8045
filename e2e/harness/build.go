// Package harness builds the project's binaries, runs them as processes of their
// own on loopback with a home that nobody shares, and looks at them from outside:
// over HTTP, through the files they keep and the words they print. A test package
// hands its TestMain over to Main, which also holds every word against the
// secrets that the tests used.
package harness

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// scratch is the directory that Main makes and removes.
var scratch string

// Main runs the tests of a package with room for binaries and homes, and fails
// when a process printed a secret or a race report.
func Main(m *testing.M) int {
	dir, err := os.MkdirTemp("", "geminid-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "harness: making scratch space:", err)
		return 1
	}
	scratch = dir
	defer os.RemoveAll(dir)
	code := m.Run()
	if complaints := inspect(); len(complaints) > 0 {
		for _, complaint := range complaints {
			fmt.Fprintln(os.Stderr, "harness:", complaint)
		}
		return max(code, 1)
	}
	return code
}

// Binary returns the path of a binary of the project, "geminid" or "gchat". It
// is built at the first call: with the race detector where there is a C
// compiler. GEMINID_E2E_BIN names a directory with finished ones instead.
func Binary(t testing.TB, name string) string {
	t.Helper()
	if dir := os.Getenv("GEMINID_E2E_BIN"); dir != "" {
		return filepath.Join(dir, name)
	}
	return built(t, name, Race())
}

// Plain is Binary without the race detector, for tests that measure.
func Plain(t testing.TB, name string) string {
	t.Helper()
	return built(t, name, false)
}

// flavour is a binary with or without the race detector.
type flavour struct {
	name string
	race bool
}

func built(t testing.TB, name string, race bool) string {
	t.Helper()
	f := flavour{name, race}
	built, _ := builds.LoadOrStore(f, sync.OnceValues(f.build))
	path, err := built.(func() (string, error))()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

var builds sync.Map // flavour -> func() (string, error)

func (f flavour) build() (string, error) {
	path, flag := filepath.Join(scratch, f.name), "-race=true"
	if !f.race {
		path, flag = filepath.Join(scratch, "plain", f.name), "-race=false"
	}
	cmd := exec.Command("go", "build", flag, "-o", path, "./cmd/"+f.name)
	cmd.Dir = Root()
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w\n%s", f.name, err, out)
	}
	return path, nil
}

// Race reports whether binaries are built with the race detector: its runtime
// needs cgo, and cgo a C compiler.
func Race() bool {
	if os.Getenv("CGO_ENABLED") == "0" {
		return false
	}
	out, err := exec.Command("go", "env", "CC").Output()
	if err != nil {
		return false
	}
	_, err = exec.LookPath(string(trim(out)))
	return err == nil
}

// Root is the directory of the module above this one.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}
