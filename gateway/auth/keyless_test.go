package auth_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/gateway/auth"
)

// openMarked opens a key file as the daemon does: its mark lies beside it.
func openMarked(path string) (*auth.Keys, error) {
	return auth.OpenKeys(auth.KeysConfig{Path: path, Mark: path + ".made"})
}

// TestPipeInPlaceOfTheKeys: the keys read before stay valid while the file can not be
// read, and it is taken up again when that is mended.
func TestPipeInPlaceOfTheKeys(t *testing.T) {
	keys, path, err := openKeys(t, line("a", "api", "k1"))
	if err != nil {
		t.Fatal(err)
	}
	aside := path + ".aside"
	if err := errors.Join(os.Rename(path, aside), syscall.Mkfifo(path, 0o600)); err != nil {
		t.Fatal(err)
	}
	keys.ExpireCheck()
	if keys.RoleOf("k1") != auth.RoleAPI || keys.RoleOf("k2") != "" || keys.Err() == nil || !strings.Contains(keys.Err().Error(), path) {
		t.Errorf("a pipe took the keys away, or nobody was told: %v", keys.Err())
	}
	if _, err := keys.AddKey("b", false); err == nil {
		t.Error("a key was added to a pipe")
	}
	rewrite(t, aside, line("a", "api", "k3"))
	if err := os.Rename(aside, path); err != nil {
		t.Fatal(err)
	}
	keys.ExpireCheck()
	if keys.RoleOf("k1") != "" || keys.RoleOf("k3") != auth.RoleAPI || keys.Err() != nil {
		t.Errorf("the mended file was not taken up: %v", keys.Err())
	}
}

// TestKeyless: only a server for which no key was ever made asks for none.
func TestKeyless(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "keys")
	keys, err := openMarked(path)
	if err != nil || !keys.IsKeyless() || keys.Err() != nil || keys.LeaveMark() != nil {
		t.Fatalf("a new server is not keyless: %v, %v", err, keys.Err())
	}
	if _, err := os.Stat(path + ".made"); err == nil {
		t.Fatal("a mark without a key")
	}
	required, err := auth.OpenKeys(auth.KeysConfig{Path: path, Required: true})
	if err != nil || required.IsKeyless() || required.Err() == nil || !strings.Contains(required.Err().Error(), path) {
		t.Errorf("a file that should be there is not missed: %v, %v", err, required.Err())
	}

	// Another process makes the first key and loses it before the server looks.
	other, err := openMarked(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.AddKey("a", false); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	keys.ExpireCheck()
	if keys.IsKeyless() || keys.Err() == nil {
		t.Errorf("keys were made and lost, and the server is open: %v", keys.Err())
	}

	// A file written by hand is remembered by the server that saw it.
	if err := os.Remove(path + ".made"); err != nil {
		t.Fatal(err)
	}
	rewrite(t, path, line("a", "api", "k"))
	byHand, err := openMarked(path)
	if err == nil {
		err = byHand.LeaveMark()
	}
	if err := errors.Join(err, os.Remove(path)); err != nil {
		t.Fatal(err)
	}
	if again, err := openMarked(path); err != nil || again.IsKeyless() || again.Err() == nil {
		t.Errorf("a file written by hand is forgotten: %v", err)
	}
}

// TestChangesAtOnce: of two processes that change the keys at once neither undoes
// what the other did.
func TestChangesAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys")
	const each = 20
	failed := make(chan error, 4)
	for worker := range cap(failed) {
		go func() {
			keys, err := openMarked(path)
			for n := range each {
				if err == nil {
					_, err = keys.AddKey(fmt.Sprintf("k-%d-%d", worker, n), false)
				}
				if err == nil && n%2 == 0 {
					err = keys.RevokeKey(fmt.Sprintf("k-%d-%d", worker, n))
				}
			}
			failed <- err
		}()
	}
	for range cap(failed) {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
	keys, err := openMarked(path)
	if err != nil || len(keys.ListKeys()) != cap(failed)*each/2 {
		t.Errorf("%d keys are left, want %d: %v", len(keys.ListKeys()), cap(failed)*each/2, err)
	}
}

func rewrite(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	// However coarse the clock of the file system is, this is another content.
	at := time.Now().Add(time.Duration(len(content)+1) * time.Second)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}
