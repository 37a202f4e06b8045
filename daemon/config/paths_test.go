package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/geminid/geminid/daemon/config"
)

// Commands run by hand must find the files of the installed service, and must not
// when the caller has a server of his own.
func TestWhereFilesLive(t *testing.T) {
	etc, home := t.TempDir(), t.TempDir()
	system := filepath.Join(etc, "geminid.yaml")
	t.Cleanup(config.SetServiceConfig(system))
	own := filepath.Join(home, ".config/geminid/geminid.yaml")
	touch := func(path string) {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	steps := []struct {
		name                  string
		make                  string
		env                   map[string]string
		config, state, socket string
	}{
		{"nothing installed", "", nil, own, filepath.Join(home, ".local/state/geminid/state"), filepath.Join(home, ".local/state/geminid/state/geminid.sock")},
		{"nothing installed, a login session", "", map[string]string{"XDG_RUNTIME_DIR": "/run/user/7"}, own,
			filepath.Join(home, ".local/state/geminid/state"), "/run/user/7/geminid.sock"},
		{"inside the unit", "", map[string]string{"STATE_DIRECTORY": "/var/lib/geminid", "RUNTIME_DIRECTORY": "/run/geminid"}, system,
			"/var/lib/geminid/state", "/run/geminid/geminid.sock"},
		{"the service is installed", system, map[string]string{"XDG_RUNTIME_DIR": "/run/user/7"}, system, "/var/lib/geminid/state", "/run/geminid/geminid.sock"},
		{"an own configuration beside it", own, map[string]string{"XDG_RUNTIME_DIR": "/run/user/7"}, own,
			filepath.Join(home, ".local/state/geminid/state"), "/run/user/7/geminid.sock"},
	}
	for _, step := range steps {
		if step.make != "" {
			touch(step.make)
		}
		env := func(name string) string {
			if name == "HOME" {
				return home
			}
			return step.env[name]
		}
		s := config.Defaults(env)
		if got := config.ConfigPath(env); got != step.config {
			t.Errorf("%s: configuration %s, want %s", step.name, got, step.config)
		}
		if s.StateDir != step.state || s.InboxDir != filepath.Join(filepath.Dir(step.state), "inbox") || s.Socket != step.socket {
			t.Errorf("%s: state %s, inbox %s, socket %s, want %s and %s", step.name, s.StateDir, s.InboxDir, s.Socket, step.state, step.socket)
		}
	}
}

func TestCredentials(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"geminid.metrics_key": "sesame-sesame-sesame\n", "geminid.keys": "# none\n", "geminid.requests_per_hour": "7", "other.listen": "x",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o400); err != nil {
			t.Fatal(err)
		}
	}
	file := write(t, "metrics_key: an-old-key-of-the-scraper\nrequests_per_hour: 5\nkeys_file: /srv/keys\n")
	s, err := config.Load(config.Sources{File: file, Environ: []string{"CREDENTIALS_DIRECTORY=" + dir, "GEMINID_REQUESTS_PER_HOUR=9"}})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.MetricsKey.Reveal(); got != "sesame-sesame-sesame" {
		t.Errorf("metrics_key is %q, want the credential's", got)
	}
	if s.RequestsPerHour != 9 {
		t.Errorf("requests_per_hour is %d, want the environment's 9", s.RequestsPerHour)
	}
	if want := filepath.Join(dir, "geminid.keys"); s.KeysFile != want {
		t.Errorf("keys_file is %q, want %q", s.KeysFile, want)
	}
	if _, err := config.OpenKeys(s); err != nil {
		t.Error(err)
	}
}
