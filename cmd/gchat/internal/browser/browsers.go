package browser

import (
	"os/exec"
	"path/filepath"
	"strings"
)

// Engine is a family of browsers that take the same arguments.
type Engine string

// The families that quick can start. Chromium stands for Chrome and its relatives.
const (
	Firefox  Engine = "firefox"
	Chromium Engine = "chrome"
)

// Browser is one program that may be installed, and where a profile of its own
// may live: a sandboxed one cannot see the usual folder.
type Browser struct {
	goos    string
	Engine  Engine
	Name    string // as people know it
	Program string // a path with ~ or %VARIABLE%, or a name that is looked up in PATH
	Profile string // a folder with ~; empty means the state folder
}

// catalog are tried from top to bottom. The sandboxed ones come first because
// the plain name is often a wrapper around them.
var catalog = []Browser{
	{"linux", Firefox, "Firefox (snap)", "/snap/bin/firefox", "~/snap/firefox/common/geminid-quick"},
	{"linux", Firefox, "Firefox", "firefox", ""},
	{"linux", Firefox, "Firefox ESR", "firefox-esr", ""},
	{"linux", Firefox, "Firefox (flatpak)", "/var/lib/flatpak/exports/bin/org.mozilla.firefox", "~/.var/app/org.mozilla.firefox/data/geminid-quick"},
	{"linux", Firefox, "Firefox (flatpak)", "~/.local/share/flatpak/exports/bin/org.mozilla.firefox", "~/.var/app/org.mozilla.firefox/data/geminid-quick"},
	{"linux", Chromium, "Google Chrome", "google-chrome", ""},
	{"linux", Chromium, "Google Chrome", "google-chrome-stable", ""},
	{"linux", Chromium, "Chromium (snap)", "/snap/bin/chromium", "~/snap/chromium/common/geminid-quick"},
	{"linux", Chromium, "Chromium", "chromium", ""},
	{"linux", Chromium, "Chromium", "chromium-browser", ""},
	{"linux", Chromium, "Brave", "brave-browser", ""},
	{"linux", Chromium, "Microsoft Edge", "microsoft-edge", ""},

	{"darwin", Firefox, "Firefox", "/Applications/Firefox.app/Contents/MacOS/firefox", ""},
	{"darwin", Firefox, "Firefox", "~/Applications/Firefox.app/Contents/MacOS/firefox", ""},
	{"darwin", Chromium, "Google Chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", ""},
	{"darwin", Chromium, "Google Chrome", "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", ""},
	{"darwin", Chromium, "Chromium", "/Applications/Chromium.app/Contents/MacOS/Chromium", ""},
	{"darwin", Chromium, "Brave", "/Applications/Brave Browser.app/Contents/MacOS/Brave Browser", ""},
	{"darwin", Chromium, "Microsoft Edge", "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge", ""},

	{"windows", Firefox, "Firefox", `%ProgramFiles%\Mozilla Firefox\firefox.exe`, ""},
	{"windows", Firefox, "Firefox", `%ProgramFiles(x86)%\Mozilla Firefox\firefox.exe`, ""},
	{"windows", Firefox, "Firefox", `%LOCALAPPDATA%\Mozilla Firefox\firefox.exe`, ""},
	{"windows", Chromium, "Google Chrome", `%ProgramFiles%\Google\Chrome\Application\chrome.exe`, ""},
	{"windows", Chromium, "Google Chrome", `%ProgramFiles(x86)%\Google\Chrome\Application\chrome.exe`, ""},
	{"windows", Chromium, "Google Chrome", `%LOCALAPPDATA%\Google\Chrome\Application\chrome.exe`, ""},
	{"windows", Chromium, "Brave", `%ProgramFiles%\BraveSoftware\Brave-Browser\Application\brave.exe`, ""},
	{"windows", Chromium, "Microsoft Edge", `%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe`, ""},
	{"windows", Chromium, "Microsoft Edge", `%ProgramFiles%\Microsoft\Edge\Application\msedge.exe`, ""},
}

// FindInstalled returns the browsers of an engine that this machine has, best first,
// with their paths filled in.
func (m Machine) FindInstalled(e Engine) []Browser {
	var found []Browser
	for _, b := range catalog {
		if b.goos != m.GOOS || b.Engine != e {
			continue
		}
		program, ok := m.expandPath(b.Program)
		if !ok {
			continue
		}
		path, err := m.lookPath(program)
		if err != nil {
			continue
		}
		b.Program, b.Profile = path, m.profileDir(b)
		found = append(found, b)
	}
	return found
}

// profileDir returns the throw-away profile's folder for a browser.
func (m Machine) profileDir(b Browser) string {
	if b.Profile == "" {
		return filepath.Join(m.stateDir(), "quick", string(b.Engine))
	}
	path, _ := m.expandPath(b.Profile)
	return path
}

// expandPath fills ~ and one %VARIABLE% in. It fails if the variable is empty.
func (m Machine) expandPath(path string) (string, bool) {
	if rest, ok := strings.CutPrefix(path, "~"); ok {
		return m.Home + rest, m.Home != ""
	}
	if rest, ok := strings.CutPrefix(path, "%"); ok {
		name, rest, _ := strings.Cut(rest, "%")
		value := m.Getenv(name)
		return value + rest, value != ""
	}
	return path, true
}

func (m Machine) lookPath(program string) (string, error) {
	if m.FindProgram != nil {
		return m.FindProgram(program)
	}
	return exec.LookPath(program)
}
