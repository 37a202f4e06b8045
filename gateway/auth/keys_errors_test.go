package auth_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/gateway/auth"
)

// TestReadErrorsAreReportedOnce: the same error is returned for the log once, a new
// one once more, and also the old one after the file was read again.
func TestReadErrorsAreReportedOnce(t *testing.T) {
	good := line("phone", "api", "one")
	keys, path, err := openKeys(t, good)
	if err != nil {
		t.Fatal(err)
	}
	if err := keys.TakeNewError(); err != nil {
		t.Errorf("a good file has an error: %v", err)
	}
	for i, step := range []struct{ content, want string }{
		{"broken\n", "line 1"},
		{"broken\n# the same error in another content\n", ""},
		{"# a comment\nbroken\n", "line 2"},
		{"# a comment\nbroken\n#\n", ""},
		{good, ""},
		{"# a comment\nbroken\n", "line 2"},
	} {
		rewrite(t, path, step.content)
		_ = keys.ReloadFile()
		err := keys.TakeNewError()
		if (step.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), step.want) {
			t.Errorf("step %d: %v, want %q", i, err, step.want)
		}
		if err := keys.TakeNewError(); err != nil {
			t.Errorf("step %d: reported twice: %v", i, err)
		}
	}
	if keys.RoleOf("one") != auth.RoleAPI {
		t.Error("the last good keys are gone")
	}
}

func TestKeyFileIsBounded(t *testing.T) {
	const most = 1 << 20
	content := line("phone", "api", "one")
	fits := content + "#" + strings.Repeat(".", most-len(content)-2) + "\n"
	keys, path, err := openKeys(t, fits)
	if err != nil || keys.RoleOf("one") != auth.RoleAPI {
		t.Fatalf("a file of %d bytes: %v", len(fits), err)
	}
	rewrite(t, path, fits+"\n")
	if err := keys.ReloadFile(); err == nil || !strings.Contains(err.Error(), "more than 1048576 bytes") {
		t.Errorf("a file of %d bytes: %v", len(fits)+1, err)
	}
}

// TestContentOfTheSameMomentIsRead: a file that was changed within the resolution of
// the file system's clock is known by its size.
func TestContentOfTheSameMomentIsRead(t *testing.T) {
	keys, path, err := openKeys(t, line("phone", "api", "one"))
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(line("telephone", "api", "two")), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, info.ModTime(), info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if err := keys.ReloadFile(); err != nil || keys.RoleOf("two") != auth.RoleAPI || keys.RoleOf("one") != "" {
		t.Errorf("the old keys are used: %v", err)
	}
}

// TestMarkIsLeftOnce: the mark of a server that has keys is written at the first
// chance, not again if somebody removed it, and never for a server without keys.
func TestMarkIsLeftOnce(t *testing.T) {
	dir := t.TempDir()
	path, mark := filepath.Join(dir, "keys"), filepath.Join(dir, "mark")
	keys, err := openMarkedAt(path, mark)
	if err != nil {
		t.Fatal(err)
	}
	expect := func(when string, want bool) {
		t.Helper()
		if err := keys.LeaveMark(); err != nil {
			t.Errorf("%s: %v", when, err)
		}
		if _, err := os.Lstat(mark); (err == nil) != want {
			t.Errorf("%s: mark there %v, want %v", when, err == nil, want)
		}
	}
	expect("without keys", false)
	rewrite(t, path, line("phone", "api", "one"))
	keys.SetChecked(time.Time{})
	expect("with a key", true)
	if err := os.Remove(mark); err != nil {
		t.Fatal(err)
	}
	expect("removed", false)

	unmarked, err := openMarkedAt(path, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := unmarked.LeaveMark(); err != nil {
		t.Errorf("without a mark: %v", err)
	}
}

func openMarkedAt(path, mark string) (*auth.Keys, error) {
	return auth.OpenKeys(auth.KeysConfig{Path: path, Mark: mark})
}
