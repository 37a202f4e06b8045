package auth_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/geminid/geminid/gateway/auth"
)

// Root makes keys for a daemon that runs as somebody else.
func TestKeysBelongToTheDaemon(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: only root can give files away")
	}
	dir := t.TempDir()
	if err := os.Chown(dir, 4711, 4712); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "keys")
	keys, err := auth.OpenKeys(auth.KeysConfig{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := keys.AddKey("laptop", false); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	owner := info.Sys().(*syscall.Stat_t)
	if owner.Uid != 4711 || owner.Gid != 4712 || info.Mode().Perm() != 0o600 {
		t.Errorf("the key file belongs to %d:%d with mode %o", owner.Uid, owner.Gid, info.Mode().Perm())
	}
}
