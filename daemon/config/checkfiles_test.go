package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/geminid/geminid/daemon/config"
)

// TestCheckFiles: what would keep the server from starting is known before, with
// the line of the setting.
func TestCheckFiles(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	certify(t, at("cert.pem"), at("key.pem"), 1)
	certify(t, at("other.pem"), at("other.key"), 2)
	put(t, at("noise"), "x\n")
	put(t, at("revoked"), "# none\n")
	put(t, at("empty"), "")
	for _, dir := range []string{"emptied", "lost"} {
		if err := os.Mkdir(at(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	put(t, at("emptied/keys"), "")
	put(t, at("lost/keys.made"), "")
	if err := syscall.Mkfifo(at("pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	put(t, at("keys"), "me:api:"+strings.Repeat("0", 64)+"\n")
	tests := []struct {
		name, config string
		want         []string // empty: nothing is wrong
	}{
		{"a pair", "tls_cert: DIR/cert.pem\ntls_key: DIR/key.pem\n", nil},
		{"no certificate", "tls_cert: DIR/gone\ntls_key: DIR/key.pem\n", []string{":1: tls_cert", "no such file"}},
		{"no key of it", "tls_cert: DIR/cert.pem\ntls_key: DIR/gone\n", []string{":2: tls_key", "no such file"}},
		{"another one's key", "tls_cert: DIR/cert.pem\ntls_key: DIR/other.key\n", []string{":1: tls_cert", "DIR/other.key", "does not match"}},
		{"a certificate that is a pipe", "tls_cert: DIR/pipe\ntls_key: DIR/key.pem\n", []string{":1: tls_cert", "DIR/pipe", "named pipe"}},
		{"its key is a pipe", "tls_cert: DIR/cert.pem\ntls_key: DIR/pipe\n", []string{":2: tls_key", "DIR/pipe", "named pipe"}},
		{"a certificate that is a device", "tls_cert: /dev/zero\ntls_key: DIR/key.pem\n", []string{":1: tls_cert", "/dev/zero", "device"}},
		{"keys that are a pipe", "keys_file: DIR/pipe\n", []string{"DIR/pipe", "no regular file"}},
		{"garbage in the keys", "keys_file: DIR/noise\n", []string{"DIR/noise line 1", "name:api:"}},
		{"public without a key", "listen: :8100\nstate_dir: DIR/new\n", []string{":1: listen", "geminid keys add"}},
		{"public, every key revoked", "listen: :8100\nkeys_file: DIR/revoked\n", []string{":1: listen", "geminid keys add"}},
		{"loopback without a key", "state_dir: DIR/new\n", nil},
		{"loopback, every key revoked", "keys_file: DIR/revoked\n", nil},
		{"a named key file that is missing", "keys_file: DIR/none\n", []string{":1: keys_file", "DIR/none", "missing", "geminid keys add"}},
		{"the same, with consent", "insecure_no_auth: true\nkeys_file: DIR/none\n", []string{":2: keys_file", "DIR/none"}},
		{"an empty key file", "keys_file: DIR/empty\n", []string{":1: keys_file", "DIR/empty", "is empty", "geminid keys add"}},
		{"the usual key file, empty", "state_dir: DIR/emptied\n", []string{"keys_file", "DIR/emptied/keys", "is empty"}},
		{"the usual key file, lost", "state_dir: DIR/lost\n", []string{"keys_file", "DIR/lost/keys", "missing", "delete DIR/lost/keys.made"}},
		{"a key file that is a directory", "keys_file: DIR\n", []string{"DIR", "no regular file"}},
		{"a key file that is a device", "keys_file: /dev/null\n", []string{"/dev/null", "no regular file"}},
		{"public with a key", "listen: :8100\nkeys_file: DIR/keys\n", nil},
		{"open to everybody", "listen: :8100\ninsecure_no_auth: true\n", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			src := config.Sources{File: write(t, strings.ReplaceAll(test.config, "DIR", dir)), Environ: []string{"HOME=" + dir}}
			s, err := config.Load(src)
			if err != nil {
				t.Fatal(err)
			}
			err = s.CheckFiles()
			var refused *config.Error
			if errors.As(err, &refused) != (test.want != nil) {
				t.Fatalf("got %v", err)
			}
			for _, want := range test.want {
				if want = strings.ReplaceAll(want, "DIR", dir); !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}

// TestServiceKeys: a command by hand knows when the service has its keys from
// systemd, and does not mistake another server for it.
func TestServiceKeys(t *testing.T) {
	dir := t.TempDir()
	file, credential := filepath.Join(dir, "geminid.yaml"), filepath.Join(dir, "geminid.keys")
	t.Cleanup(config.SetServiceConfig(file))
	t.Cleanup(config.SetServiceKeys(credential))
	put(t, file, "")
	if got := config.ServiceKeys(config.Sources{File: file}); got != "" {
		t.Errorf("got %q without a credential", got)
	}
	put(t, credential, "")
	if got := config.ServiceKeys(config.Sources{Environ: []string{"HOME=" + dir}}); got != credential {
		t.Errorf("got %q, want %q", got, credential)
	}
	if got := config.ServiceKeys(config.Sources{File: os.DevNull}); got != "" {
		t.Errorf("got %q for another server", got)
	}
}

// TestLoadDevNull: the null device is a configuration that sets nothing.
func TestLoadDevNull(t *testing.T) {
	s, err := config.Load(config.Sources{File: os.DevNull, Flags: map[string]any{"listen": "127.0.0.1:8200"}})
	if err != nil || s.Listen != "127.0.0.1:8200" {
		t.Errorf("got listen %q, %v", s.Listen, err)
	}
}
