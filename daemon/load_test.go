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
		{name: "not a duration", file: "tick: 5s\nmodel_interval: soon\n", want: []string{":2", "model_interval", "a duration"}},
		{name: "out of bounds", file: "\ntick: 1h\n", want: []string{":2", "tick", "5m0s"}},
		{name: "negative", file: "requests_per_hour: -1\n", want: []string{"requests_per_hour", "0 turns the limit off"}},
		{name: "no port", file: "listen: localhost\n", want: []string{":1", "listen", "host:port"}},
		{name: "not a URL", file: "public_url: ai.example\n", want: []string{"public_url", "https://"}},
		{name: "no such proxy", file: "upstream_proxy: ftp://x\n", want: []string{"upstream_proxy", "socks5"}},
		{name: "a proxy without a scheme", file: "upstream_proxy: 127.0.0.1:7890\n", want: []string{":1: upstream_proxy", "http://"}},
		{name: "a full-width colon in a proxy", file: "upstream_proxy: http://127.0.0.1：7890\n", want: []string{":1: upstream_proxy", "：", "U+FF1A", "looks like :"}},
		{name: "a full-width colon behind the scheme", file: "upstream_proxy: socks5：//127.0.0.1:7890\n", want: []string{"upstream_proxy", "U+FF1A"}},
		{name: "full-width digits in a proxy", file: "upstream_proxy: http://１27.0.0.1:7890\n", want: []string{"upstream_proxy", "looks like 1"}},
		{name: "an ideographic full stop in a proxy", file: "upstream_proxy: http://proxy。example:7890\n", want: []string{"upstream_proxy", "looks like a dot"}},
		{name: "a space of no width in a proxy", file: "upstream_proxy: \"http://proxy.example\\u200b:7890\"\n", want: []string{"upstream_proxy", "invisible"}},
		{name: "a full-width colon in an address", file: "public_url: https://ai.example：8443\n", want: []string{"public_url", "U+FF1A"}},
		{name: "a percent in a password", file: "upstream_proxy: http://me:p%ss@proxy:1\n", want: []string{":1: upstream_proxy", "the % in the user or password must be written %25"}},
		{name: "a hash in a password", file: "upstream_proxy: \"http://me:p#ss@proxy:1\"\n", want: []string{"upstream_proxy", "the # in the user or password must be written %23"}},
		{name: "a slash in a password", file: "upstream_proxy: http://me:12/ss@proxy:1\n", want: []string{"upstream_proxy", "the / in the user or password must be written %2F"}},
		{name: "a question mark in a password", file: "upstream_proxy: http://me:12?ss@proxy:1\n", want: []string{"upstream_proxy", "must be written %3F"}},
		{name: "a space in a password", file: "upstream_proxy: http://me:p ss@proxy:1\n", want: []string{"upstream_proxy", "must be written %20"}},
		{name: "a bracket in a password", file: "upstream_proxy: \"http://me:p[ss@proxy:1\"\n", want: []string{"upstream_proxy", "must be written %5B"}},
		{name: "an umlaut in a password", file: "upstream_proxy: http://me:päss@proxy:1\n", want: []string{"upstream_proxy", "not ASCII", "%C3"}},
		{name: "a path behind a proxy", file: "upstream_proxy: http://proxy:1/path\n", want: []string{"upstream_proxy", "behind its host"}},
		{name: "a port out of range", file: "upstream_proxy: http://proxy:70000\n", want: []string{"upstream_proxy", "1 to 65535"}},
		{name: "a proxy without a port behind the colon", file: "upstream_proxy: \"http://proxy:\"\n", want: []string{"upstream_proxy", "without a port"}},
		{name: "a socket too deep", file: "socket: /srv/" + strings.Repeat("deep/", 20) + "g.sock\n", want: []string{":1: socket", "111 bytes", "107"}},
		{name: "no network", file: "trusted_proxies: [nonsense]\n", want: []string{"trusted_proxies", "nonsense"}},
		{name: "broken YAML", file: "listen: [\n", want: []string{":1: ", "no YAML"}},
		{name: "from the environment", environ: []string{"GEMINID_WATCH=magic"}, want: []string{"GEMINID_WATCH", "inotify, poll"}},
		{name: "a duration without a unit", file: "model_interval: 5\n", want: []string{":1: model_interval", "unit is missing", "write 5s or 5m"}},
		{name: "a duration without a unit from the environment", environ: []string{"GEMINID_QUEUE_WAIT=40"}, want: []string{"GEMINID_QUEUE_WAIT", "unit is missing"}},
		{name: "a fraction of a request", file: "requests_per_hour: 1.9\n", want: []string{"requests_per_hour", "a number"}},
		{name: "a truth for a number", file: "requests_per_hour: true\n", want: []string{"requests_per_hour", "a number"}},
		{name: "a text for a number", file: "queue_size: \"8\"\n", want: []string{"queue_size", "a number"}},
		{name: "nothing for a number", file: "requests_per_hour: \"\"\n", want: []string{"requests_per_hour", "a number"}},
		{name: "nothing for a number from the environment", environ: []string{"GEMINID_REQUESTS_PER_HOUR="}, want: []string{"GEMINID_REQUESTS_PER_HOUR", "a number"}},
		{name: "nothing for a truth from the environment", environ: []string{"GEMINID_FSYNC="}, want: []string{"GEMINID_FSYNC", "true or false"}},
		{name: "a number for a truth", file: "fsync: 2\n", want: []string{"fsync", "true or false"}},
		{name: "a metrics key that can be guessed", file: "metrics_key: scrapeme\n", want: []string{":1: metrics_key", "16 or more", "openssl rand"}},
		{name: "a list for a key", file: "metrics_key: [a]\n", want: []string{"metrics_key", "put it in quotes"}},
		{name: "a map for a list", file: "allowed_hosts: {a: b}\n", want: []string{"allowed_hosts", "a list"}},
		{name: "a list for a map", file: "models: [a]\n", want: []string{"models", "a map"}},
		{name: "a name twice in a map", file: "models: {a: b, a: c}\n", want: []string{"models", "a map"}},
		{name: "no such port", file: "listen: 127.0.0.1:99999\n", want: []string{":1: listen", "65535"}},
		{name: "a port of letters", file: "listen: :abc\n", want: []string{":1: listen", "65535"}},
		{name: "a header of two lines", file: "user_agent: \"a\\nb\"\n", want: []string{":1: user_agent", "one line"}},
		{name: "no state", file: "state_dir: \"\"\n", want: []string{":1: state_dir", "whole path"}},
		{name: "no inbox", file: "inbox_dir: \"\"\n", want: []string{":1: inbox_dir", "whole path"}},
		{name: "no socket", file: "socket: \"\"\n", want: []string{":1: socket", "whole path"}},
		{name: "a home that nobody writes out", file: "inbox_dir: ~/in\n", want: []string{":1: inbox_dir", "whole path"}},
		{name: "a relative key file", file: "keys_file: keys\n", want: []string{":1: keys_file", "whole path"}},
		{name: "one directory for both", file: "state_dir: /srv/g\ninbox_dir: /srv/g/\n", want: []string{":2: inbox_dir", "state_dir"}},
		{name: "the inbox in the state", file: "state_dir: /srv/g\ninbox_dir: /srv/g/in\n", want: []string{":2: inbox_dir", "state_dir"}},
		{name: "twice", file: "tick: 5s\ntick: 6s\n", want: []string{":2: tick: is there twice", ":1"}},
		{name: "a merge", file: "tick: 5s\n<<: {watch: poll}\n", want: []string{":2: <<: no such key"}},
		{name: "another file by mistake", file: strings.Repeat("#\n", 40_000), want: []string{"larger than 64 KiB", "--config"}},
		{name: "a second document", file: "tick: 5s\n---\nwatch: poll\n", want: []string{":2: a second document"}},
		{name: "a list of settings", file: "- tick: 5s\n", want: []string{":1: ", "key: value"}},
		{name: "a quote that stays open", file: "tick: 5s\nlanguage: 'en\nwatch: poll\n", want: []string{":2: this is no YAML"}},
		{name: "an alias of nothing", file: "tick: 5s\nlanguage: *x\n", want: []string{":2: this is no YAML"}},
		{name: "size", file: "max_body: huge\n", want: []string{"max_body", "32MiB"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := daemon.Load(daemon.Sources{File: write(t, tt.file), Environ: tt.environ})
			if err == nil {
				t.Fatal("accepted")
			}
			if strings.Contains(err.Error(), "ss@") {
				t.Errorf("a password in %q", err)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than a line: %q", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

// TestLoadTakes: what is written as its key wants it is taken as it is written.
func TestLoadTakes(t *testing.T) {
	s, err := daemon.Load(daemon.Sources{
		File: write(t, `
model_interval: 0
queue_size:
requests_per_hour: 0
metrics_key: 0123456789012345
max_body: 2097152
language: &l 007
notify_name: *l
trusted_proxies: 10.0.0.0/8, 192.0.2.1
`),
		Environ: []string{"GEMINID_ADMIN_KEY=x", "GEMINID_PURGE_STATE=yes", "GEMINID_TEST_X=y", "GEMINID_FSYNC=false", "GEMINID_ALLOWED_HOSTS=", "GEMINID_MAX_CONNECTIONS=7", "XDG_STATE_HOME=here"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if s.ModelInterval != 0 || s.QueueSize != 8 || s.RequestsPerHour != 0 || s.MaxBody != 2<<20 || s.Fsync || s.MaxConnections != 7 || len(s.AllowedHosts) != 0 {
		t.Errorf("numbers: %+v", s)
	}
	if s.MetricsKey.Reveal() != "0123456789012345" || s.Language != "007" || s.NotifyName != "007" || len(s.TrustedProxies) != 2 {
		t.Errorf("texts: %q %+v", s.MetricsKey.Reveal(), s)
	}
	if !filepath.IsAbs(s.StateDir) {
		t.Errorf("without a home the state is in %s", s.StateDir)
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
	s, err := daemon.Load(daemon.Sources{File: write(t, "metrics_key: hunter2hunter2hunter2\n")})
	if err != nil || s.MetricsKey.Reveal() != "hunter2hunter2hunter2" {
		t.Fatalf("error %v", err)
	}
	text, _ := s.MetricsKey.MarshalText()
	for _, shown := range []string{s.MetricsKey.String(), s.MetricsKey.GoString(), s.MetricsKey.LogValue().String(), string(text)} {
		if strings.Contains(shown, "hunter2hunter2hunter2") {
			t.Errorf("shown: %s", shown)
		}
	}
}

// TestLoadTakesProxies: what can stand in an address, and how the proxy gets it.
func TestLoadTakesProxies(t *testing.T) {
	for _, raw := range []string{
		"http://127.0.0.1:7890", "socks5h://[::1]:1080", "https://proxy.example.org", "HTTP://proxy:3128/",
		"http://me:p%25s%23s%2Fs@proxy:1", "http://me:p@ss:w0rd!$&'()*+,;=~@proxy:1", "http://bücher.example:8080", "socks5://me@proxy:1080",
	} {
		s, err := daemon.Load(daemon.Sources{File: write(t, "upstream_proxy: \""+raw+"\"\n")})
		if err != nil || s.UpstreamProxy != raw {
			t.Errorf("%s: %v", raw, err)
			continue
		}
		if _, err := daemon.ProxyTransport(s); err != nil {
			t.Errorf("%s: %v", raw, err)
		}
	}
}
