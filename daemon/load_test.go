package daemon_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/daemon"
)

func write(t *testing.T, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "geminid.yaml")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoad(t *testing.T) {
	file := write(t, `
listen: 127.0.0.1:9000
model_interval: 7s
max_body: 2MiB
requests_per_hour: 10
aliases:
  best: gemini-2.5-pro
allowed_hosts: [a.example, b.example]
`)
	s, err := daemon.Load(daemon.Sources{
		File:    file,
		Environ: []string{"HOME=/h", "GEMINID_MODEL_INTERVAL=8s", "GEMINID_ALIASES=fast=gemini-2.5-flash, best=gemini-3-pro-preview", "GEMINID_TEST_ROTATE_FLOOR=0", "GEMINID_REQUESTS_PER_HOUR=20"},
		Flags:   map[string]any{"requests_per_hour": "30"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.Listen != "127.0.0.1:9000" {
		t.Errorf("listen %s, want the file's", s.Listen)
	}
	if s.ModelInterval != 8*time.Second {
		t.Errorf("model_interval %s, want the environment's", s.ModelInterval)
	}
	if s.RequestsPerHour != 30 {
		t.Errorf("requests_per_hour %d, want the flag's", s.RequestsPerHour)
	}
	if s.MaxBody != 2<<20 || len(s.AllowedHosts) != 2 || s.Aliases["fast"] != "gemini-2.5-flash" || s.Aliases["best"] != "gemini-3-pro-preview" {
		t.Errorf("got %+v", s)
	}
	if s.QueueSize != 8 || s.ChatMode != "temporary" || s.StateDir != "/h/.local/state/geminid/state" {
		t.Errorf("defaults are lost: %+v", s)
	}
}

// TestLoadRefuses: every error names where the setting stands, which one it is
// and what would be right.
func TestLoadRefuses(t *testing.T) {
	tests := []struct {
		name, file string
		environ    []string
		want       []string
	}{
		{name: "unknown key", file: "listen: 127.0.0.1:1\nchatmode: keep\n", want: []string{":2", "chatmode", "chat_mode"}},
		{name: "wrong word", file: "chat_mode: temp\n", want: []string{":1", "chat_mode", "temporary, keep, delete_after"}},
		{name: "wrong type", file: "queue_size: many\n", want: []string{":1", "queue_size", "a number"}},
		{name: "not a duration", file: "tick: 5\nmodel_interval: soon\n", want: []string{":2", "model_interval", "a duration"}},
		{name: "out of bounds", file: "\ntick: 1h\n", want: []string{":2", "tick", "5m0s"}},
		{name: "negative", file: "requests_per_hour: -1\n", want: []string{"requests_per_hour", "0 turns the limit off"}},
		{name: "no port", file: "listen: localhost\n", want: []string{":1", "listen", "host:port"}},
		{name: "not a URL", file: "public_url: ai.example\n", want: []string{"public_url", "https://"}},
		{name: "no such proxy", file: "upstream_proxy: ftp://x\n", want: []string{"upstream_proxy", "socks5"}},
		{name: "no network", file: "trusted_proxies: [nonsense]\n", want: []string{"trusted_proxies", "nonsense"}},
		{name: "broken YAML", file: "listen: [\n", want: []string{"line"}},
		{name: "from the environment", environ: []string{"GEMINID_WATCH=magic"}, want: []string{"GEMINID_WATCH", "inotify, poll"}},
		{name: "size", file: "max_body: huge\n", want: []string{"max_body", "32MiB"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := daemon.Load(daemon.Sources{File: write(t, tt.file), Environ: tt.environ})
			if err == nil {
				t.Fatal("accepted")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

func TestLoadFiles(t *testing.T) {
	if _, err := daemon.Load(daemon.Sources{File: filepath.Join(t.TempDir(), "none.yaml")}); err == nil {
		t.Error("a named file that is missing was accepted")
	}
	if _, err := daemon.Load(daemon.Sources{Environ: []string{"HOME=" + t.TempDir()}}); err != nil {
		t.Errorf("no file at all: %v", err)
	}
}

// TestPackagedPaths: under systemd the directories are the unit's.
func TestPackagedPaths(t *testing.T) {
	s, err := daemon.Load(daemon.Sources{File: write(t, ""), Environ: []string{
		"STATE_DIRECTORY=/var/lib/geminid", "RUNTIME_DIRECTORY=/run/geminid", "HOME=/nonexistent"}})
	if err != nil {
		t.Fatal(err)
	}
	if s.StateDir != "/var/lib/geminid/state" || s.InboxDir != "/var/lib/geminid/inbox" || s.Socket != "/run/geminid/geminid.sock" {
		t.Errorf("state %s, inbox %s, socket %s", s.StateDir, s.InboxDir, s.Socket)
	}
}

func TestSize(t *testing.T) {
	tests := map[string]daemon.Size{"0": 0, "1024": 1024, "4KiB": 4096, "32MiB": 32 << 20, "1 GiB": 1 << 30, "7B": 7}
	for text, want := range tests {
		var got daemon.Size
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q is %d, error %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "1.5MiB", "9999999999GiB", "12 parsecs"} {
		var got daemon.Size
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was accepted as %d", text, got)
		}
	}
}

func TestSecretDoesNotPrint(t *testing.T) {
	s, err := daemon.Load(daemon.Sources{File: write(t, "metrics_key: hunter2\n")})
	if err != nil || s.MetricsKey.Reveal() != "hunter2" {
		t.Fatalf("error %v", err)
	}
	text, _ := s.MetricsKey.MarshalText()
	for _, shown := range []string{s.MetricsKey.String(), s.MetricsKey.GoString(), s.MetricsKey.LogValue().String(), string(text)} {
		if strings.Contains(shown, "hunter2") {
			t.Errorf("shown: %s", shown)
		}
	}
}
