package browser

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// computer is a machine of another system with a home of its own and only the
// given programs.
func computer(t *testing.T, goos string, env map[string]string, programs ...string) Machine {
	m := Machine{GOOS: goos, Home: t.TempDir(), Getenv: func(name string) string { return env[name] }}
	m.FindProgram = func(name string) (string, error) {
		for _, program := range programs {
			program = strings.Replace(program, "~", m.Home, 1)
			if program == name || !strings.ContainsAny(name, `/\`) && filepath.Base(program) == name {
				return program, nil
			}
		}
		return "", errors.New("not found")
	}
	return m
}

func TestInstalled(t *testing.T) {
	windows := map[string]string{"ProgramFiles": `C:\Program Files`, "ProgramFiles(x86)": `C:\Program Files (x86)`}
	tests := []struct {
		name, goos    string
		env           map[string]string
		programs      []string
		engine        Engine
		want, profile string // of the first; ~ is the home folder
	}{
		{"Debian", "linux", nil, []string{"/usr/bin/firefox-esr", "/usr/bin/chromium"}, Firefox,
			"/usr/bin/firefox-esr", "~/.local/state/geminid/quick/firefox"},
		{"Ubuntu's wrapper", "linux", nil, []string{"/usr/bin/firefox", "/snap/bin/firefox"}, Firefox,
			"/snap/bin/firefox", "~/snap/firefox/common/geminid-quick"},
		{"flatpak", "linux", nil, []string{"/var/lib/flatpak/exports/bin/org.mozilla.firefox"}, Firefox,
			"/var/lib/flatpak/exports/bin/org.mozilla.firefox", "~/.var/app/org.mozilla.firefox/data/geminid-quick"},
		{"flatpak of the user", "linux", nil, []string{"~/.local/share/flatpak/exports/bin/org.mozilla.firefox"}, Firefox,
			"~/.local/share/flatpak/exports/bin/org.mozilla.firefox", "~/.var/app/org.mozilla.firefox/data/geminid-quick"},
		{"Chrome before Chromium", "linux", nil, []string{"/usr/bin/chromium", "/usr/bin/google-chrome"}, Chromium,
			"/usr/bin/google-chrome", "~/.local/state/geminid/quick/chrome"},
		{"state folder elsewhere", "linux", map[string]string{"XDG_STATE_HOME": "/state"}, []string{"/usr/bin/firefox"}, Firefox,
			"/usr/bin/firefox", "/state/geminid/quick/firefox"},
		{"none", "linux", nil, []string{"/usr/bin/chromium"}, Firefox, "", ""},
		{"macOS", "darwin", nil, []string{"/Applications/Firefox.app/Contents/MacOS/firefox"}, Firefox,
			"/Applications/Firefox.app/Contents/MacOS/firefox", "~/.local/state/geminid/quick/firefox"},
		{"macOS, own applications", "darwin", nil, []string{"~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"}, Chromium,
			"~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "~/.local/state/geminid/quick/chrome"},
		{"Windows", "windows", windows, []string{`C:\Program Files\Mozilla Firefox\firefox.exe`}, Firefox,
			`C:\Program Files\Mozilla Firefox\firefox.exe`, "~/AppData/Local/geminid/quick/firefox"},
		{"Edge", "windows", windows, []string{`C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`}, Chromium,
			`C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`, "~/AppData/Local/geminid/quick/chrome"},
		{"Windows without its variables", "windows", nil, []string{`\Mozilla Firefox\firefox.exe`}, Firefox, "", ""},
		{"another system", "plan9", nil, []string{"/bin/firefox"}, Firefox, "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := computer(t, tt.goos, tt.env, tt.programs...)
			program, profile := "", ""
			if found := m.FindInstalled(tt.engine); len(found) > 0 {
				program, profile = found[0].Program, found[0].Profile
			}
			at := func(path string) string { return strings.Replace(path, "~", m.Home, 1) }
			if program != at(tt.want) || profile != at(tt.profile) {
				t.Errorf("got %s with profile %s, want %s with %s", program, profile, at(tt.want), at(tt.profile))
			}
		})
	}
}

func TestDownloads(t *testing.T) {
	tests := []struct {
		name, goos, dirs, want string
	}{
		{"Linux without user-dirs", "linux", "", "~/Downloads"},
		{"translated", "linux", "# comment\nXDG_DESKTOP_DIR=\"$HOME/Bureau\"\nXDG_DOWNLOAD_DIR=\"$HOME/Téléchargements\"\n", "~/Téléchargements"},
		{"absolute", "linux", "XDG_DOWNLOAD_DIR=\"/data/in\"\n", "/data/in"},
		{"switched off", "linux", "XDG_DOWNLOAD_DIR=\"$HOME/\"\n", "~/Downloads"},
		{"relative is invalid", "linux", "XDG_DOWNLOAD_DIR=\"in\"\n", "~/Downloads"},
		{"macOS", "darwin", "XDG_DOWNLOAD_DIR=\"/data/in\"\n", "~/Downloads"},
		{"Windows", "windows", "", "~/Downloads"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := computer(t, tt.goos, nil)
			if tt.dirs != "" {
				if err := os.MkdirAll(filepath.Join(m.Home, ".config"), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(m.Home, ".config", "user-dirs.dirs"), []byte(tt.dirs), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if got, want := m.DownloadDir(), strings.Replace(tt.want, "~", m.Home, 1); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}

func TestConfigFile(t *testing.T) {
	tests := []struct {
		name, goos string
		env        map[string]string
		want       string
	}{
		{"Linux", "linux", nil, "~/.config/geminid/gchat.yaml"},
		{"macOS", "darwin", nil, "~/.config/geminid/gchat.yaml"},
		{"XDG", "linux", map[string]string{"XDG_CONFIG_HOME": "/xdg"}, "/xdg/geminid/gchat.yaml"},
		{"a relative XDG folder does not count", "linux", map[string]string{"XDG_CONFIG_HOME": "xdg"}, "~/.config/geminid/gchat.yaml"},
		{"Windows", "windows", map[string]string{"APPDATA": "/roaming"}, "/roaming/geminid/gchat.yaml"},
	}
	for _, tt := range tests {
		m := computer(t, tt.goos, tt.env)
		if got, want := m.ConfigFile(), strings.Replace(tt.want, "~", m.Home, 1); got != want {
			t.Errorf("%s: got %s, want %s", tt.name, got, want)
		}
	}
}

// TestCandidates looks into Downloads and the profiles of quick together.
func TestCandidates(t *testing.T) {
	now := time.Now()
	m := computer(t, "linux", nil)
	put := func(path string, age time.Duration) {
		t.Helper()
		path = filepath.Join(m.Home, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, now.Add(-age), now.Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	put("Downloads/old.json", 25*time.Hour)
	put("Downloads/hour.json", time.Hour)
	put("Downloads/minute.json", time.Minute)
	put("Downloads/folder/inside.json", time.Minute)
	put("snap/firefox/common/geminid-quick/cookies.sqlite", 30*time.Minute)
	put(".local/state/geminid/quick/firefox/cookies.sqlite", 90*time.Minute)
	put(".local/state/geminid/quick/firefox/cookies.sqlite-wal", 10*time.Second)
	var got []string
	for _, f := range m.FindCandidates(now) {
		name, err := filepath.Rel(m.Home, f.Path)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, name)
		if (f.Profile != "") != strings.HasSuffix(name, ".sqlite") {
			t.Errorf("%s has the profile %q", name, f.Profile)
		}
	}
	want := ".local/state/geminid/quick/firefox/cookies.sqlite Downloads/minute.json " +
		"snap/firefox/common/geminid-quick/cookies.sqlite Downloads/hour.json"
	if strings.Join(got, " ") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestProfile keeps quick from removing what it did not make.
func TestProfile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "quick", "firefox")
	for range 2 {
		if err := MakeProfile(dir); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "old"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := MakeProfile(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "old")); !os.IsNotExist(err) {
		t.Errorf("an earlier profile's file is still there: %v", err)
	}
	if err := RemoveProfile(dir); err != nil {
		t.Fatal(err)
	}
	if err := RemoveProfile(dir); err != nil {
		t.Errorf("removing nothing: %v", err)
	}
	mine := t.TempDir()
	if err := RemoveProfile(mine); err == nil {
		t.Error("a folder of somebody else was removed")
	}
}
