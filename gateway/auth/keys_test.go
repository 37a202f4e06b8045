package auth_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/gateway/auth"
)

func openKeys(t *testing.T, content string) (*auth.Keys, string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "keys")
	if content != "" {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keys, err := auth.OpenKeys(auth.KeysConfig{Path: path})
	return keys, path, err
}

func line(name, role, key string) string {
	return fmt.Sprintf("%s:%s:%x\n", name, role, auth.DigestOf(key))
}

func TestKeysAddListRevoke(t *testing.T) {
	keys, path, err := openKeys(t, "")
	if err != nil {
		t.Fatal(err)
	}
	if keys.HasRole(auth.RoleAPI) {
		t.Error("an absent file has keys")
	}
	first, err := keys.AddKey("phone", false)
	if err != nil {
		t.Fatal(err)
	}
	second, err := keys.AddKey("boss", true)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(first, "gmd_") || len(first) != 4+43 || first == second {
		t.Errorf("keys %d and %d long, alike %v", len(first), len(second), first == second)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	content, _ := os.ReadFile(path)
	if strings.Contains(string(content), first) || string(content) != line("phone", "api", first)+line("boss", "admin", second) {
		t.Errorf("the file holds\n%s", content)
	}
	if keys.RoleOf(first) != auth.RoleAPI || keys.RoleOf(second) != auth.RoleAdmin || keys.RoleOf("gmd_x") != "" || keys.RoleOf("") != "" {
		t.Error("keys are taken for what they are not")
	}
	if got := keys.ListKeys(); len(got) != 2 || got[0].Name != "phone" || got[1].Role != auth.RoleAdmin {
		t.Errorf("list %v", got)
	}
	if _, err := keys.AddKey("phone", false); !errors.Is(err, auth.ErrKeyExists) {
		t.Errorf("a second key of one name: %v", err)
	}
	for _, bad := range []string{"", "a b", "a:b", "a\nb", strings.Repeat("x", 65)} {
		if _, err := keys.AddKey(bad, false); !errors.Is(err, auth.ErrKeyName) {
			t.Errorf("name %q: %v", bad, err)
		}
	}
	if err := keys.RevokeKey("phone"); err != nil || keys.RoleOf(first) != "" || keys.RoleOf(second) != auth.RoleAdmin {
		t.Errorf("revoking: %v", err)
	}
	if err := keys.RevokeKey("phone"); !errors.Is(err, auth.ErrNoSuchKey) {
		t.Errorf("revoking twice: %v", err)
	}
}

// TestKeysAdopt: keys that clients have already go on, whatever they are called.
func TestKeysAdopt(t *testing.T) {
	keys, err := auth.OpenKeys(auth.KeysConfig{Path: filepath.Join(t.TempDir(), "keys")})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		key   string
		admin bool
		name  string
		err   error
	}{
		{"mellow-otter-77-q", false, "imported", nil},
		{"quiet-heron-88-z", false, "imported-2", nil},
		{"mellow-otter-77-q", false, "imported", auth.ErrKeyExists},
		{"quiet-heron-88-z", false, "imported-2", auth.ErrKeyExists},
		{"quiet-heron-88-z", true, "imported-3", nil},
	} {
		if name, err := keys.AdoptKey("imported", tt.key, tt.admin); name != tt.name || !errors.Is(err, tt.err) {
			t.Errorf("%s: it is %q, %v, want %q, %v", tt.key, name, err, tt.name, tt.err)
		}
	}
	if n := len(keys.ListKeys()); n != 3 {
		t.Errorf("there are %d keys", n)
	}
	if _, err := keys.AdoptKey("my phone", "brisk-marten-99-w", false); !errors.Is(err, auth.ErrKeyName) {
		t.Errorf("a bad name: %v", err)
	}
}

func TestKeysFile(t *testing.T) {
	good := line("a", "api", "k1")
	tests := []struct {
		name, content string
		keys          int
		wantErr       string
	}{
		{"comments and blank lines", "# mine\n\n" + good + "\r\n", 1, ""},
		{"no last newline", strings.TrimSpace(good), 1, ""},
		{"unknown role", "a:root:" + strings.Repeat("0", 64), 0, "line 1"},
		{"short digest", good + "b:api:abcd", 0, "line 2"},
		{"the key itself", good + "b:api:gmd_secret", 0, "line 2"},
		{"one name twice", good + good, 0, "line 2"},
		{"garbage", "\x00\x01", 0, "line 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			keys, path, err := openKeys(t, tt.content)
			if tt.wantErr != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wantErr) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), "gmd_secret") {
					t.Errorf("error %v", err)
				}
				return
			}
			if err != nil || len(keys.ListKeys()) != tt.keys {
				t.Errorf("%v, %v", keys.ListKeys(), err)
			}
		})
	}
}

// Another process changes the file while we serve.
func TestKeysFollowTheFile(t *testing.T) {
	keys, path, err := openKeys(t, line("a", "api", "k1"))
	if err != nil {
		t.Fatal(err)
	}
	write := func(content string) {
		if err := os.WriteFile(path+".new", []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(path+".new", path); err != nil {
			t.Fatal(err)
		}
		keys.ExpireCheck() // the second between two looks has passed
	}
	write(line("a", "api", "k2"))
	if keys.RoleOf("k1") != "" || keys.RoleOf("k2") != auth.RoleAPI {
		t.Error("a change of the same length was not seen")
	}
	write("broken")
	if keys.RoleOf("k2") != auth.RoleAPI || keys.Err() == nil {
		t.Errorf("a broken file locked the clients out, or nobody was told: %v", keys.Err())
	}
	write(line("a", "admin", "k3"))
	if keys.RoleOf("k2") != "" || keys.RoleOf("k3") != auth.RoleAdmin || keys.Err() != nil {
		t.Errorf("a mended file was not taken: %v", keys.Err())
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	keys.ExpireCheck()
	if keys.RoleOf("k3") != auth.RoleAdmin || keys.Err() == nil {
		t.Errorf("a file that vanished opened the door or shut everybody out: %v", keys.Err())
	}
	write("")
	if keys.RoleOf("k3") != "" || keys.IsKeyless() || keys.Err() == nil {
		t.Errorf("an empty file still has keys, opened the server, or nobody was told: %v", keys.Err())
	}
}

// Known keys cost no look at the file, a key that is not known gets one.
func TestKeysAreLookedAtOnceASecond(t *testing.T) {
	keys, path, err := openKeys(t, line("a", "api", "k1"))
	if err != nil {
		t.Fatal(err)
	}
	keys.SetChecked(time.Now().Add(time.Hour)) // within the second, however slow the test
	if err := os.WriteFile(path, []byte(line("b", "api", "k2")+line("c", "api", "k3")), 0o600); err != nil {
		t.Fatal(err)
	}
	if keys.RoleOf("k1") != auth.RoleAPI {
		t.Error("the file was looked at for every request")
	}
	if keys.RoleOf("k3") != auth.RoleAPI {
		t.Error("a key that was made within the second is refused")
	}
}

func TestFixedKeys(t *testing.T) {
	keys := auth.StaticKeys(auth.Key{Name: "demo", Role: auth.RoleAPI, Digest: auth.DigestOf("sk-demo")})
	if keys.RoleOf("sk-demo") != auth.RoleAPI || keys.RoleOf("sk-demo-") != "" {
		t.Error("wrong match")
	}
	if _, err := keys.AddKey("x", false); !errors.Is(err, auth.ErrFixedKeys) {
		t.Errorf("%v", err)
	}
	if err := keys.RevokeKey("demo"); !errors.Is(err, auth.ErrFixedKeys) {
		t.Errorf("%v", err)
	}
}

func FuzzKeys(f *testing.F) {
	f.Add([]byte(line("a", "api", "k") + "# x\n"))
	f.Add([]byte("a:admin:zz"))
	f.Fuzz(func(t *testing.T, content []byte) {
		keys, err := auth.ParseKeys(content)
		if err != nil {
			return
		}
		for _, k := range keys {
			if k.Digest == (auth.Digest{}) && !strings.Contains(string(content), strings.Repeat("0", 64)) {
				t.Error("a key without a digest")
			}
			if k.Role != auth.RoleAPI && k.Role != auth.RoleAdmin || k.Name == "" {
				t.Errorf("key %+v", k)
			}
		}
	})
}
