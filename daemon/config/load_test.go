package config_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/daemon/config"
	"github.com/geminid/geminid/ops/report"
)

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
	s, err := config.Load(config.Sources{
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
			_, err := config.Load(config.Sources{File: write(t, tt.file), Environ: tt.environ})
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
	s, err := config.Load(config.Sources{
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
	if _, err := config.Load(config.Sources{File: filepath.Join(t.TempDir(), "none.yaml")}); err == nil {
		t.Error("a named file that is missing was accepted")
	}
	if _, err := config.Load(config.Sources{Environ: []string{"HOME=" + t.TempDir()}}); err != nil {
		t.Errorf("no file at all: %v", err)
	}
}

// TestPackagedPaths: under systemd the directories are the unit's.
func TestPackagedPaths(t *testing.T) {
	s, err := config.Load(config.Sources{File: write(t, ""), Environ: []string{
		"STATE_DIRECTORY=/var/lib/geminid", "RUNTIME_DIRECTORY=/run/geminid", "HOME=/nonexistent"}})
	if err != nil {
		t.Fatal(err)
	}
	if s.StateDir != "/var/lib/geminid/state" || s.InboxDir != "/var/lib/geminid/inbox" || s.Socket != "/run/geminid/geminid.sock" {
		t.Errorf("state %s, inbox %s, socket %s", s.StateDir, s.InboxDir, s.Socket)
	}
}

func TestSize(t *testing.T) {
	tests := map[string]config.Size{"0": 0, "1024": 1024, "4KiB": 4096, "32MiB": 32 << 20, "1 GiB": 1 << 30, "7B": 7}
	for text, want := range tests {
		var got config.Size
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%q is %d, error %v; want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "1.5MiB", "9999999999GiB", "12 parsecs"} {
		var got config.Size
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was accepted as %d", text, got)
		}
	}
}

func TestSecretDoesNotPrint(t *testing.T) {
	s, err := config.Load(config.Sources{File: write(t, "metrics_key: hunter2hunter2hunter2\n")})
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

// TestLoadReportsEveryMistake: all mistakes have a line each, always in the same
// order: by line in the file, then the other sources.
func TestLoadReportsEveryMistake(t *testing.T) {
	credentials := t.TempDir()
	put(t, filepath.Join(credentials, "geminid.metrics_key"), "short")
	src := config.Sources{
		File: write(t, `watch: magic
queue_size: -1
requests_per_hour: many
chatmode: keep
user_agent: "a\nb"
tick: 1h
tick: 5s
tls_key: key.pem
public_url: nowhere
exit_ip_url: nowhere
language: "a\nb"
notify_webhook: nowhere
notify_mail_server: nowhere
`),
		Environ: []string{"HOME=/h", "CREDENTIALS_DIRECTORY=" + credentials, "GEMINID_MAX_BODY=1", "GEMINID_LOG_LEVEL=loud"},
		Flags:   map[string]any{"listen": "here"},
	}
	want := []string{
		":1: watch: ", ":2: queue_size: must be at least 0; 0 turns the limit off", ":3: requests_per_hour: ", ":4: chatmode: no such key (did you mean chat_mode?)", ":5: user_agent: ",
		":6: tick: 1h0m0s is outside 1s to 5m0s", ":7: tick: is there twice", ":8: tls_cert: and tls_key belong together", ":8: tls_key: ", ":9: public_url: ", ":10: exit_ip_url: ", ":11: language: ",
		":12: notify_webhook: ", ":13: notify_mail_server: ",
		"credential geminid.metrics_key: metrics_key: has 5 characters",
		"GEMINID_MAX_BODY: max_body: 1 is outside 1KiB to 1GiB", "GEMINID_LOG_LEVEL: log_level: ", "--listen: listen: ",
	}
	_, first := config.Load(src)
	for range 20 {
		if _, err := config.Load(src); err == nil || err.Error() != first.Error() {
			t.Fatalf("another order:\n%v\n%v", first, err)
		}
	}
	lines := strings.Split(first.Error(), "\n")
	if len(lines) != len(want) {
		t.Fatalf("%d lines, want %d:\n%v", len(lines), len(want), first)
	}
	for i, line := range lines {
		if !strings.Contains(line, want[i]) {
			t.Errorf("line %d is %q, want in it %q", i+1, line, want[i])
		}
	}
}

// TestModelNames: a name that no client can ask for is a mistake of its line.
func TestModelNames(t *testing.T) {
	for name, ok := range map[string]bool{
		"google/gemini-2.5-flash": true, "gemini-2.5-flash:latest": true, "gpt 4o": true, "快速": false, "/a": false, "models/a": false, "a//b": false,
	} {
		for _, key := range []string{"aliases", "models"} {
			_, err := config.Load(config.Sources{File: write(t, key+":\n  \""+name+"\": gemini-2.5-flash\n")})
			if (err == nil) != ok || err != nil && !strings.Contains(err.Error(), "no client can ask for a model") {
				t.Errorf("%s %q: %v", key, name, err)
			}
		}
	}
}

// TestAliasOfAlias: an alias leads to a model and to no other alias, and the mistake
// says what to write.
func TestAliasOfAlias(t *testing.T) {
	for text, want := range map[string]string{
		"a=gemini-2.5-flash,b=gemini-2.5-flash":       "",
		"gemini-2.5-flash=gemini-2.5-flash":           "",
		"a=gemini-2.5-flash,b=a":                      "aliases: b leads to a, which is an alias itself; write b: gemini-2.5-flash",
		"a=gemini-2.5-flash,b=a,c=b":                  "aliases: b leads to a, which is an alias itself; write b: gemini-2.5-flash",
		"a=b,b=a":                                     "aliases: a leads to b, which is an alias itself; write a: and the id of a model",
		"gpt=gemini-2.5-flash,gemini-2.5-flash=other": "aliases: gpt leads to gemini-2.5-flash, which is an alias itself; write gpt: other",
	} {
		_, err := config.Load(config.Sources{File: write(t, ""), Environ: []string{"GEMINID_ALIASES=" + text}})
		if got := fmt.Sprint(err); want == "" && err != nil || want != "" && !strings.HasSuffix(got, want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// TestAliasNames: an alias may be a pattern, and must be such that a client can ask for
// it, and lead to a name that a model can have.
func TestAliasNames(t *testing.T) {
	for line, flaw := range map[string]string{
		`"claude-*haiku*": gemini-2.5-flash`: "", `"*": gemini-2.5-flash`: "", `"a/b:c@d e": gemini-2.5-pro`: "", `"Gemini Pro": own`: "",
		`"claude?": gemini-2.5-flash`: "no client can ask for a model", `"/*": gemini-2.5-flash`: "no client can ask for a model", `"models/*": a`: "no client can ask for a model",
		`"a": "gemini-*"`: "is the name of no model", `"a": "b;c"`: "is the name of no model",
	} {
		_, err := config.Load(config.Sources{File: write(t, "aliases:\n  "+line+"\n")})
		if (err == nil) != (flaw == "") || err != nil && !strings.Contains(err.Error(), flaw) {
			t.Errorf("%s: %v", line, err)
		}
	}
	if _, err := config.Load(config.Sources{File: write(t, "models:\n  \"a*\": 8c46e95b1a07cecc\n")}); err == nil {
		t.Error("a pattern among the models is taken")
	}
}

// TestMapsAndListsAsText: the forms that people write in an environment.
func TestMapsAndListsAsText(t *testing.T) {
	one := map[string]string{"gpt-4o": "gemini-2.5-flash"}
	two := map[string]string{"gpt-4o": "gemini-2.5-flash", "llama3:8b": "gemini-2.5-pro"}
	for text, want := range map[string]map[string]string{
		"":                        {},
		"gpt-4o=gemini-2.5-flash": one, "gpt-4o:gemini-2.5-flash": one, " gpt-4o = gemini-2.5-flash , ": one, "gpt-4o: gemini-2.5-flash": one,
		"{gpt-4o: gemini-2.5-flash}": one, `{"gpt-4o":"gemini-2.5-flash"}`: one, " {\"gpt-4o\": \"gemini-2.5-flash\"}\n": one,
		"gpt-4o=gemini-2.5-flash,llama3:8b=gemini-2.5-pro":              two,
		`{"gpt-4o": "gemini-2.5-flash", "llama3:8b": "gemini-2.5-pro"}`: two,
		"{}": {},
		// Neither of these says one thing.
		"llama3:8b:gemini-2.5-pro": nil, "a": nil, "a=": nil, "=b": nil, "a=b,a=c": nil, "[a]": nil, "{a: [b]}": nil, "{a: b": nil, "{a}": nil, `{"a": ""}`: nil,
	} {
		s, err := config.Load(config.Sources{File: write(t, ""), Environ: []string{"GEMINID_ALIASES=" + text}})
		if want == nil {
			if err == nil || !strings.Contains(err.Error(), "GEMINID_ALIASES: aliases: ") || !strings.Contains(err.Error(), "write name=value,name=value") {
				t.Errorf("%q is %v, error %v", text, s.Aliases, err)
			}
		} else if err != nil || !maps.Equal(s.Aliases, want) {
			t.Errorf("%q is %v, error %v; want %v", text, s.Aliases, err, want)
		}
	}
	for text, want := range map[string][]string{
		"": nil, "a.example": {"a.example"}, "a, b,": {"a", "b"}, "[a, b]": {"a", "b"}, `["a","b"]`: {"a", "b"}, "[]": nil, "[::1]": {"[::1]"}, "[2001:db8::1]:81": {"[2001:db8::1]:81"},
	} {
		s, err := config.Load(config.Sources{File: write(t, ""), Environ: []string{"GEMINID_ALLOWED_HOSTS=" + text}})
		if err != nil || !slices.Equal(s.AllowedHosts, want) {
			t.Errorf("%q is %q, error %v; want %q", text, s.AllowedHosts, err, want)
		}
	}
}

// TestBrokenLine: the line is the broken one, wherever the parser gives up, and a
// large file is no reason to think long.
func TestBrokenLine(t *testing.T) {
	many := strings.Repeat("# a comment\n", 2000)
	aliases := "aliases:\n" + strings.Repeat("  x: y\n", 5000)
	for content, want := range map[string]int{
		"a: b: c\n": 1, "tick: 5s\nlanguage: 'en\n": 2, "tick: 5s\n\n# note\naliases:\n  a: b\n  c: [\n  d: e\nwatch: poll\n": 6,
		"allowed_hosts: [\n  a,\n  b\n]\nlanguage: \"x\n": 5, "\ttick: 5s\n": 1, many + "tick: {\n" + many: 2001, aliases + "  'open: z\n": 5002,
	} {
		_, err := config.Load(config.Sources{File: write(t, content)})
		if err == nil || !strings.Contains(err.Error(), fmt.Sprintf(":%d: this is no YAML", want)) {
			t.Errorf("%.40q: %v, want line %d", content, err, want)
		}
	}
}

// TestTags: every default, bound and choice of the table is one that its key takes.
func TestTags(t *testing.T) {
	seen := make(map[string]bool)
	for _, key := range config.Keys() {
		if key.Name == "" || seen[key.Name] {
			t.Errorf("key %q is there twice", key.Name)
		}
		seen[key.Name] = true
		for _, value := range append([]string{key.Default, key.Min, key.Max}, key.Choices...) {
			if value == "" || value == key.Min && key.Zero != "" && key.Min == "0" {
				continue
			}
			if _, err := config.Load(config.Sources{File: write(t, ""), Environ: []string{"HOME=/h", "GEMINID_" + strings.ToUpper(key.Name) + "=" + value}}); err != nil {
				t.Error(err)
			}
		}
	}
	if !slices.Equal(keyOf(t, "report").Choices, report.Schedules) {
		t.Errorf("report takes %v, the reports know %v", keyOf(t, "report").Choices, report.Schedules)
	}
}

func keyOf(t *testing.T, name string) config.Key {
	t.Helper()
	for _, key := range config.Keys() {
		if key.Name == name {
			return key
		}
	}
	t.Fatalf("no key %s", name)
	return config.Key{}
}

// TestPipesAreNotWaitedFor: a running server reads its configuration and credentials
// again, and nobody may write to what lies in their place.
func TestPipesAreNotWaitedFor(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "geminid.yaml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{pipe, "/dev/zero", dir} {
		if _, err := config.Load(config.Sources{File: path}); err == nil || !strings.Contains(err.Error(), path+": it is a") {
			t.Errorf("%s: %v", path, err)
		}
	}
}
