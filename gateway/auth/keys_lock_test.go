package auth_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/gateway/auth"
)

// A running daemon holds a lock on its state directory, where the keys lie too.
func TestKeysChangeWhileTheDirectoryIsLocked(t *testing.T) {
	dir := t.TempDir()
	held, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	if err := syscall.Flock(int(held.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	keys, err := auth.OpenKeys(auth.KeysConfig{Path: filepath.Join(dir, "keys")})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() {
		_, err := keys.AddKey("laptop", false)
		done <- err
	}()
	select {
	case err := <-done:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("AddKey waits for the daemon's lock")
	}
}
