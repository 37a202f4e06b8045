//go:build unix

package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
	"github.com/geminid/geminid/cookie/inbox"
	"github.com/geminid/geminid/cookie/internal/cookietest"
)

func init() { cookietest.Children["reader without rights"] = readerWithoutRights }

func TestInboxLinks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		outside := filepath.Join(t.TempDir(), "secret.json")
		writeFile(t, outside, exportOf(66))
		b.write(".store.json", exportOf(1))
		links := map[string]string{
			"inside.json":   ".store.json",
			"absolute.json": b.path(".store.json"),
			"outside.json":  outside,
			"climbing.json": "../../" + filepath.Base(filepath.Dir(outside)) + "/secret.json",
			"nowhere.json":  "missing",
			"loop.json":     "loop.json",
			"device.json":   "/dev/zero",
			"folder.json":   ".",
		}
		for name, target := range links {
			if err := os.Symlink(target, b.path(name)); err != nil {
				t.Fatal(err)
			}
		}
		got := strings.Fields(b.scan())
		slices.Sort(got)
		want := []string{
			"absolute.json=1", "climbing.json!E_NOT_A_FILE", "device.json!E_NOT_A_FILE", "folder.json!E_NOT_A_FILE", "inside.json=1",
			"loop.json!E_NOT_A_FILE", "nowhere.json!E_NOT_A_FILE", "outside.json!E_NOT_A_FILE",
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want the links that stay inside", got)
		}
		b.want("")                          // each is told once
		b.write(".store.json", exportOf(2)) // no event tells of this one
		if got := b.scan(); !strings.Contains(got, "inside.json=2") {
			t.Errorf("after the target changed: got %q", got)
		}
	})
}

// projectVolume writes a new version of a volume the way the kubelet does.
func projectVolume(t *testing.T, dir, version string, files map[string]string) {
	t.Helper()
	if err := os.Mkdir(filepath.Join(dir, version), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, content := range files {
		writeFile(t, filepath.Join(dir, version, name), content)
	}
	old, _ := os.Readlink(filepath.Join(dir, "..data"))
	if err := os.Symlink(version, filepath.Join(dir, "..data_tmp")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "..data_tmp"), filepath.Join(dir, "..data")); err != nil {
		t.Fatal(err)
	}
	for name := range files {
		if err := os.Symlink("..data/"+name, filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrExist) {
			t.Fatal(err)
		}
	}
	if old != "" {
		if err := os.RemoveAll(filepath.Join(dir, old)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestInboxKubernetesVolume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		for n := range 3 {
			projectVolume(t, b.dir, fmt.Sprintf("..2026_11_23_%d", n), map[string]string{"cookies.json": exportOf(n)})
			b.want(fmt.Sprintf("cookies.json=%d", n))
		}
		b.want("")
	})
}

func TestInboxPipesAndSockets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		if err := syscall.Mkfifo(b.path("pipe.json"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink("pipe.json", b.path("link.json")); err != nil {
			t.Fatal(err)
		}
		if got := b.scan(); got != "link.json!E_NOT_A_FILE pipe.json!E_NOT_A_FILE" { // and it does not hang
			t.Errorf("got %q", got)
		}
		b.want("")
	})
}

func TestInboxNotes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		b.write("bad.json", "<html>")
		b.want("bad.json!E_HTML")
		if err := b.Refuse("bad.json", &cookie.Rejection{Code: cookie.CodeHTML, Message: "bad.json is a web page."}); err != nil {
			t.Fatal(err)
		}
		note := readFile(t, b.path("bad.json.rejected.txt"))
		if !strings.Contains(note, "\nE_HTML: bad.json is a web page.\n") {
			t.Errorf("the note says %q", note)
		}
		if info, err := os.Stat(b.path("bad.json.rejected.txt")); err != nil || info.Mode().Perm() != 0o660 {
			t.Errorf("the note has mode %v, %v, want 0660", info.Mode(), err)
		}
		b.want("")
		if err := errors.Join(b.Accept("bad.json"), b.Accept("bad.json")); err != nil {
			t.Fatal(err)
		}
		if left := list(t, b.dir); left != "bad.json" {
			t.Errorf("left: %s", left)
		}

		if err := b.Refuse("bad.json", &cookie.Rejection{Code: cookie.CodeHTML, Message: "again"}); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(b.path("bad.json")); err != nil {
			t.Fatal(err)
		}
		b.want("-bad.json")
		if left := list(t, b.dir); left != "" {
			t.Errorf("the note outlives its file: %s", left)
		}
		if err := b.Refuse("bad.json", &cookie.Rejection{Code: cookie.CodeHTML, Message: "too late"}); err != nil {
			t.Errorf("refusing a file that is gone: %v", err)
		}
		if left := list(t, b.dir); left != "" {
			t.Errorf("a note without a file: %s", left)
		}
	})
}

func TestInboxNotesTouchNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBox(t)
		target := filepath.Join(t.TempDir(), "precious")
		writeFile(t, target, "keep me")
		b.write("a.json", "<html>")
		if err := os.Symlink(target, b.path("a.json.rejected.txt")); err != nil {
			t.Fatal(err)
		}
		if err := b.Refuse("a.json", &cookie.Rejection{Code: cookie.CodeHTML, Message: "text"}); err != nil {
			t.Fatal(err)
		}
		if got := readFile(t, target); got != "keep me" {
			t.Errorf("the note went through a link: %q", got)
		}
		for _, name := range []string{"../precious", "", ".", "..", "/etc/passwd", ".hidden", "a/b", "x.rejected.txt"} {
			if err := b.Refuse(name, &cookie.Rejection{Code: cookie.CodeHTML, Message: "text"}); err == nil {
				t.Errorf("Refuse(%q) succeeded", name)
			}
			if err := b.Accept(name); err == nil {
				t.Errorf("Accept(%q) succeeded", name)
			}
		}
		b.write("mine.rejected.txt", "a file of the owner's, whatever its name")
		_, _ = b.Rescan(t.Context())
		if left := list(t, b.dir); !strings.Contains(left, "mine.rejected.txt") {
			t.Errorf("a file that is no note of ours was removed: %s", left)
		}
	})
}

func TestInboxIsMadeForAGroup(t *testing.T) {
	old := syscall.Umask(0o077)
	defer syscall.Umask(old)
	b := newBox(t)
	info, err := os.Stat(b.dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := info.Mode(), fs.ModeDir|fs.ModeSetgid|0o770; got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if err := os.Chmod(b.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	reopen(t, b.dir)
	if info, _ := os.Stat(b.dir); info.Mode().Perm() != 0o700 {
		t.Errorf("a directory that exists was changed to %v", info.Mode())
	}
}

// dropRights makes a child run as nobody; root may read everything.
func dropRights(cmd *exec.Cmd) {
	if os.Geteuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
}

func TestInboxUnreadable(t *testing.T) {
	dir, err := os.MkdirTemp("/tmp", "inbox") // t.TempDir is closed to others
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := cookietest.PrepareChild(t, "reader without rights", "INBOX="+dir)
	dropRights(cmd)
	if os.Geteuid() == 0 { // the test binary lies where nobody may go
		copied := filepath.Join(dir, ".test-binary")
		data, err := os.ReadFile(exe)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(copied, data, 0o755); err != nil {
			t.Fatal(err)
		}
		cmd.Path = copied
	}
	out, err := cmd.Output()
	if errors.Is(err, fs.ErrPermission) {
		t.Skipf("NOT TESTED, unreadable files: a process without rights can not be started here (%v)", err)
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func readerWithoutRights() error {
	dir := filepath.Join(os.Getenv("INBOX"), "inbox")
	path := filepath.Join(dir, "it's mine.json")
	i, err := inbox.New(inbox.Config{Dir: dir})
	if err != nil {
		return err
	}
	expect := func(step string, want ...string) error {
		s, err := i.Rescan(context.Background())
		if err != nil {
			return fmt.Errorf("%s: %w", step, err)
		}
		got := ""
		for _, d := range s.Drops {
			if d.Rejection != nil {
				got += d.Rejection.Message
			} else {
				got += "applied"
			}
		}
		for _, w := range want {
			if !strings.Contains(got, w) {
				return fmt.Errorf("%s: got %q, want %q", step, got, w)
			}
		}
		if len(want) == 0 && got != "" {
			return fmt.Errorf("%s: got %q, want nothing", step, got)
		}
		return nil
	}
	uid := fmt.Sprintf("uid %d", os.Geteuid())
	steps := []struct {
		name string
		mode fs.FileMode
		want []string
	}{
		{"without any right", 0o000, []string{uid, "mode 0000", "chmod u+r '" + dir}},
		{"still without", 0o000, nil},
		{"another mode, still unreadable", 0o200, []string{"mode 0200"}},
		{"made readable", 0o600, []string{"applied"}},
		{"taken away again", 0o000, []string{"mode 0000"}},
		{"given back", 0o640, nil}, // the content was dealt with
	}
	if err := os.WriteFile(path, []byte(exportOf(1)), 0o600); err != nil {
		return err
	}
	for _, step := range steps {
		if err := os.Chmod(path, step.mode); err != nil {
			return err
		}
		if err := expect(step.name, step.want...); err != nil {
			return err
		}
		if got, want := i.Unreadable(), step.mode&0o400 == 0; got != want {
			return fmt.Errorf("%s: Unreadable is %v, want %v", step.name, got, want)
		}
	}
	if err := ownFileClosed(path); err != nil {
		return err
	}
	for _, mode := range []fs.FileMode{0o000, 0o600, 0o300} {
		if err := os.Chmod(dir, mode); err != nil {
			return err
		}
		s, err := i.Rescan(context.Background())
		if err == nil || !strings.Contains(err.Error(), uid+" may not list") || len(s.Gone) > 0 {
			return fmt.Errorf("a directory of mode %o: got %+v, %v, want an error for a person", mode, s, err)
		}
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return err
	}
	return expect("the directory is open again")
}

// ownFileClosed reads a file by name, as a person does, whose owner may not.
func ownFileClosed(path string) error {
	if err := os.Chmod(path, 0o240); err != nil {
		return err
	}
	_, err := export.ReadFile(path)
	var rejection *cookie.Rejection
	if !errors.As(err, &rejection) || rejection.Code != cookie.CodeNotReadable ||
		!strings.Contains(rejection.Message, "mode 0240). Run: chmod u+r '") {
		return fmt.Errorf("reading a closed file by name: %v", err)
	}
	return os.Chmod(path, 0o640)
}

func list(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name()
	}
	return strings.Join(names, " ")
}
