package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/geminid/geminid/cmd/gchat/internal/browser"
	"github.com/geminid/geminid/cmd/gchat/internal/client"
	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
)

// settle parses a command line in an environment with a settings file.
func settle(t *testing.T, args []string, env map[string]string, file, stdin string) (*settings, error) {
	t.Helper()
	home := t.TempDir()
	for _, name := range []string{"GCHAT_SERVER", "GCHAT_KEY", "XDG_CONFIG_HOME", "APPDATA"} {
		t.Setenv(name, env[name])
	}
	c := &terminal.Console{In: bufio.NewReader(strings.NewReader(stdin)), Getenv: func(name string) string {
		if name == "HOME" || name == "USERPROFILE" {
			return home
		}
		return env[name]
	}}
	if file != "" {
		path := browser.ThisMachine(c.Getenv).ConfigFile()
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var flags grammar
	parser, err := newParser(&flags, c)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(append(args, "models")); err != nil {
		t.Fatal(err)
	}
	return flags.resolveSettings(c)
}

func TestSettingsPrecedence(t *testing.T) {
	const file = "server: https://saved.example\nkey: gmd_saved\n"
	tests := []struct {
		name        string
		args        []string
		env         map[string]string
		file, stdin string
		server, key string
	}{
		{name: "defaults", server: defaultServer},
		{name: "file", file: file, server: "https://saved.example", key: "gmd_saved"},
		{name: "environment over file", file: file, env: map[string]string{"GCHAT_SERVER": "https://env.example", "GCHAT_KEY": "gmd_env"},
			server: "https://env.example", key: "gmd_env"},
		{name: "flag over environment", file: file, env: map[string]string{"GCHAT_SERVER": "https://env.example", "GCHAT_KEY": "gmd_env"},
			args: []string{"--server", "https://flag.example", "--key", "gmd_flag"}, server: "https://flag.example", key: "gmd_flag"},
		{name: "a saved key is for the saved server", file: file, args: []string{"--server", "https://flag.example"}, server: "https://flag.example"},
		{name: "the saved server may be named", file: file, args: []string{"--server", "https://saved.example/v1/"}, server: "https://saved.example", key: "gmd_saved"},
		{name: "a key without a server is for the default one", file: "key: gmd_saved\n", server: defaultServer, key: "gmd_saved"},
		{name: "and for no other", file: "key: gmd_saved\n", args: []string{"--server", "other:1"}, server: "http://other:1"},
		{name: "key from standard input", args: []string{"--key", "-"}, stdin: " gmd_typed \r\nmore\n", server: defaultServer, key: "gmd_typed"},
		{name: "key without a newline", args: []string{"--key", "-"}, stdin: "gmd_typed", server: defaultServer, key: "gmd_typed"},
		{name: "empty file", file: "# nothing yet\n", server: defaultServer},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := settle(t, tt.args, tt.env, tt.file, tt.stdin)
			if err != nil {
				t.Fatal(err)
			}
			if s.server != tt.server || string(s.key) != tt.key {
				t.Errorf("got server %s and key %q, want %s and %q", s.server, string(s.key), tt.server, tt.key)
			}
			if shown := fmt.Sprintf("%v %+v %#v %s", s.key, s.key, s.key, s.key); tt.key != "" && strings.Contains(shown, tt.key) {
				t.Errorf("the key shows itself: %s", shown)
			}
		})
	}
}

// Without any settings gchat tries the demo; the demo's key goes nowhere else
// and never stands in for a key that someone has.
func TestDemoKey(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want client.Secret
	}{
		{"nothing set", nil, demoKey},
		{"a key", []string{"--key", "gmd_mine"}, "gmd_mine"},
		{"another server", []string{"--server", "http://127.0.0.1:8200"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, err := settle(t, tt.args, nil, "", "")
			if err != nil {
				t.Fatal(err)
			}
			if got := s.sentKey(); got != tt.want {
				t.Errorf("gchat sends the key %q, want %q", string(got), string(tt.want))
			}
		})
	}
}

func TestSettingsErrors(t *testing.T) {
	tests := []struct {
		name  string
		args  []string
		file  string
		stdin string
		code  int
		what  string // part of the text
	}{
		{name: "unknown key", file: "server: http://a\npassword: sesame\n", code: exit.Config, what: "gchat.yaml: line 2: not one of"},
		{name: "no YAML", file: "sesame: [\n", code: exit.Config, what: "it is not YAML"},
		{name: "wrong type", file: "key: [sesame]\n", code: exit.Config, what: "line 1"},
		{name: "saved address", file: "server: ftp://a\n", code: exit.Config, what: "server: the scheme must be http or https"},
		{name: "address", args: []string{"--server", "http://"}, code: exit.Usage, what: "not an address"},
		{name: "query", args: []string{"--server", "http://a/?key=sesame"}, code: exit.Usage, what: "must end with the path"},
		{name: "user", args: []string{"--server", "http://me:sesame@a"}, code: exit.Usage, what: "does not belong into the address"},
		{name: "blank in key", args: []string{"--key", "ses ame"}, code: exit.Usage, what: "a character that no key has"},
		{name: "no key there", args: []string{"--key", "-"}, stdin: "\n", code: exit.Usage, what: "holds no key"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := settle(t, tt.args, nil, tt.file, tt.stdin)
			got, ok := err.(*exit.Failure)
			if !ok || got.Code != tt.code || !strings.Contains(got.What, tt.what) || strings.Contains(got.What, "sesame") {
				t.Errorf("got %+v, want code %d and a text with %q and without the secret", err, tt.code, tt.what)
			}
		})
	}
}

func TestWritePrivate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	path := filepath.Join(dir, "file")
	for _, text := range []string{"first", "second"} {
		if err := writePrivate(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != text {
			t.Fatalf("got %q, %v, want %q", got, err, text)
		}
		if err := os.Chmod(path, 0o644); err != nil { // the next write mends it
			t.Fatal(err)
		}
	}
	if err := writePrivate(path, nil); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{path: 0o600, dir: 0o700} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); runtime.GOOS != "windows" && got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
	}
	// A failure leaves the old file and no remains.
	if err := os.Mkdir(filepath.Join(dir, "taken"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := writePrivate(filepath.Join(dir, "taken"), []byte("x")); err == nil {
		t.Error("a folder was replaced by a file")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("left in the folder: %v, %v", entries, err)
	}
}
