package config_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/geminid/geminid/daemon/config"
)

func TestExposed(t *testing.T) {
	tests := []struct {
		name, content string
		mode          os.FileMode
		want          string // in the sentence; empty wants none
	}{
		{"a key for everybody", "log_level: info\nmetrics_key: abcdefghijkl\n", 0o644, "metrics_key"},
		{"a key for the group", "metrics_key: abcdefghijkl\n", 0o640, ""},
		{"a key for the owner", "metrics_key: abcdefghijkl\n", 0o600, ""},
		{"an empty key", "metrics_key:\n", 0o644, ""},
		{"a token", "notify_ntfy_token: abcdefghijkl\n", 0o604, "notify_ntfy_token"},
		{"a proxy with a password", "upstream_proxy: socks5://me:secret@127.0.0.1:1080\n", 0o644, "upstream_proxy"},
		{"a proxy without", "upstream_proxy: socks5://127.0.0.1:1080\n", 0o644, ""},
		{"no secret", "log_level: info\n", 0o644, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			src := config.Sources{File: write(t, test.content)}
			if err := os.Chmod(src.File, test.mode); err != nil {
				t.Fatal(err)
			}
			s, _ := config.Load(src) // a mistake elsewhere hides nothing
			got := strings.Join(s.ExposedFiles(), "\n")
			if (got == "") != (test.want == "") || !strings.Contains(got, test.want) || strings.Contains(got, "abcdefghijkl") {
				t.Errorf("got %q, want in it %q", got, test.want)
			}
		})
	}
	key := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(key, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := (&config.Settings{TLSKey: key}).ExposedFiles(); len(got) != 1 || !strings.Contains(got[0], key) {
		t.Errorf("got %q for an open key of the certificate", got)
	}
}
