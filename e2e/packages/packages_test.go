// Package packages_test makes what is handed out, as the Makefile does, and looks
// at it: the same commit gives the same bytes wherever it is built, nothing is
// larger than promised, and the image runs.
package packages_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// make runs targets of the Makefile in a copy of the project. What they make is
// in bin/ and dist/ there.
func makeIn(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "make", append([]string{"--no-print-directory"}, args...)...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("make %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// copyProject copies every file that git knows of or could be told of.
func copyProject(t *testing.T, to string) {
	t.Helper()
	const script = `git -c safe.directory='*' ls-files -z --cached --others --exclude-standard | xargs -0 sh -c 'for f; do [ ! -e "$f" ] || printf "%s\0" "$f"; done' sh | tar --null -T - -cf - | tar -C "$0" -xf -`
	cmd := exec.CommandContext(t.Context(), "sh", "-c", script, to)
	cmd.Dir = harness.Root()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("copying the project: %v\n%s", err, out)
	}
}

// products is everything in dist/ by name, with the digest of its bytes.
func products(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := make(map[string]string)
	for _, pattern := range []string{"*.deb", "*.rpm", "*.tar.gz", "*.tar", "*.json"} {
		paths, err := filepath.Glob(filepath.Join(dir, "dist", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range paths {
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			out[filepath.Base(path)] = fmt.Sprintf("%x", sha256.Sum256(content))
		}
	}
	return out
}

// TestReproducible builds everything twice, in directories of different names and
// with files of different ages, and compares the bytes.
func TestReproducible(t *testing.T) {
	harness.Tool(t, "buildah", "buildah")
	version := []string{"VERSION=v1.2.3", "SOURCE_DATE_EPOCH=1700000000"}
	scratch := t.TempDir()
	var got [2]map[string]string
	for i, name := range []string{"first", "the second place"} {
		place := filepath.Join(scratch, name)
		if err := os.Mkdir(place, 0o755); err != nil {
			t.Fatal(err)
		}
		copyProject(t, place)
		if i == 1 { // nothing may depend on when the sources were written
			if out, err := exec.Command("sh", "-c", `find "$0" -type f -exec touch -d 2001-02-03 {} +`, place).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
		}
		makeIn(t, place, append(version, "deb", "rpm", "tarball", "sbom", "image")...)
		got[i] = products(t, place)
		if i == 0 {
			sizes(t, place)
		}
	}
	for _, name := range []string{"geminid_1.2.3_amd64.deb", "geminid-1.2.3-1.x86_64.rpm", "geminid-v1.2.3-linux-amd64.tar.gz", "geminid.cdx.json", "gchat.cdx.json", "geminid-image.tar"} {
		name = native(name)
		if first, second := got[0][name], got[1][name]; first == "" || first != second {
			t.Errorf("%s: the first time %.12q, the second %.12q", name, first, second)
		}
	}
	if t.Failed() {
		t.Logf("made: %v", got)
	}
}

// sizes holds what was made against what is promised.
func sizes(t *testing.T, place string) {
	t.Helper()
	const mib = 1 << 20
	for name, limit := range map[string]int64{"bin/geminid": 20 * mib, "bin/gchat": 20 * mib, native("dist/geminid_1.2.3_amd64.deb"): 10 * mib} {
		info, err := os.Stat(filepath.Join(place, name))
		if err != nil {
			t.Error(err)
			continue
		}
		t.Logf("%s: %.1f MiB", name, float64(info.Size())/mib)
		if info.Size() > limit {
			t.Errorf("%s has %d bytes, more than %d", name, info.Size(), limit)
		}
	}
	// The image has no /usr/share/zoneinfo, and quiet hours go by TZ.
	if server, err := os.ReadFile(filepath.Join(place, "dist/image/geminid")); err != nil || !bytes.Contains(server, []byte("Asia/Shanghai")) {
		t.Errorf("the server of the image carries no time zones: %v", err)
	}
}
