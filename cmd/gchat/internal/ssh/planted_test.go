package ssh_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/geminid/geminid/cmd/gchat/internal/ssh"
)

// TestPlantedLinks delivers into an inbox that another member of the group prepared:
// nothing but the inbox's own file is written, with the mode of the group.
func TestPlantedLinks(t *testing.T) {
	const cookies, mine = "# Netscape HTTP Cookie File\n", "precious\n"
	for _, tt := range []struct {
		name  string
		plant func(inbox, own string) error
		kept  bool // the inbox keeps the old file
	}{
		{"nothing", func(string, string) error { return nil }, false},
		{"a link at the old temporary name", func(inbox, own string) error {
			return os.Symlink(own, filepath.Join(inbox, ".cookies.json.tmp"))
		}, false},
		{"a link at the new temporary name", func(_, own string) error {
			return os.Setenv("PLANT", own) // date below makes it
		}, true},
		{"a link at the name itself", func(inbox, own string) error {
			return os.Symlink(own, filepath.Join(inbox, "cookies.json"))
		}, false},
		{"a link to a directory at the name itself", func(inbox, own string) error {
			return os.Symlink(filepath.Dir(own), filepath.Join(inbox, "cookies.json"))
		}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Setenv("PLANT", "")
			programs, inbox, home := t.TempDir(), t.TempDir(), t.TempDir()
			own := filepath.Join(home, "own.txt")
			shell, err := exec.LookPath("sh")
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(
				os.WriteFile(own, []byte(mine), 0o600),
				os.WriteFile(filepath.Join(programs, "ssh"), []byte("#!"+shell+"\nexec "+shell+" -s\n"), 0o700),
				os.WriteFile(filepath.Join(programs, "date"), []byte("#!"+shell+"\n[ -z \"$PLANT\" ] || ln -s \"$PLANT\" .cookies.json.$PPID-1.tmp\necho 1\n"), 0o700),
				tt.plant(inbox, own),
			); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", programs+":"+os.Getenv("PATH"))
			delivery := ssh.InboxDelivery{To: ssh.Destination{Host: "server"}, Inbox: inbox, Log: io.Discard}
			_, err = delivery.Deliver(t.Context(), []byte(cookies))
			if content, readErr := os.ReadFile(own); readErr != nil || string(content) != mine {
				t.Errorf("a file elsewhere holds %q, %v", content, readErr)
			}
			if info, statErr := os.Stat(own); statErr != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("a file elsewhere has the mode %v, %v", info.Mode(), statErr)
			}
			if entries, _ := os.ReadDir(home); len(entries) != 1 {
				t.Errorf("files were made elsewhere: %v", entries)
			}
			path := filepath.Join(inbox, "cookies.json")
			if tt.kept {
				if err == nil || !strings.Contains(err.Error(), "cannot be written") {
					t.Errorf("delivering: %v", err)
				}
				return
			}
			content, readErr := os.ReadFile(path)
			info, statErr := os.Lstat(path)
			if readErr != nil || statErr != nil || string(content) != cookies || info.Mode() != fs.FileMode(0o660) {
				t.Errorf("the inbox got %q with mode %v; %v, %v", content, info.Mode(), readErr, statErr)
			}
		})
	}
}
