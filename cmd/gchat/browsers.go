package main

import (
	"os/exec"
	"path/filepath"
	"strings"
)

// engine is a family of browsers that take the same arguments.
type engine string

const (
	firefox  engine = "firefox"
	chromium engine = "chrome"
)

// browser is one program that may be installed, and where a profile of its own
// may live: a sandboxed one can not see the usual folder.
type browser struct {
	goos    string
	engine  engine
	name    string // as people know it
	program string // a path with ~ or %VARIABLE%, or a name that is looked up in PATH
	profile string // a folder with ~; empty means the state folder
}

// browsers are tried from top to bottom. The sandboxed ones come first because
// the plain name is often a wrapper around them.
var browsers = []browser{
	{"linux", firefox, "Firefox (snap)", "/snap/bin/firefox", "~/snap/firefox/common/geminid-quick"},
	{"linux", firefox, "Firefox", "firefox", ""},
	{"linux", firefox, "Firefox ESR", "firefox-esr", ""},
	{"linux", firefox, "Firefox (flatpak)", "/var/lib/flatpak/exports/bin/org.mozilla.firefox", "~/.var/app/org.mozilla.firefox/data/geminid-quick"},
	{"linux", firefox, "Firefox (flatpak)", "~/.local/share/flatpak/exports/bin/org.mozilla.firefox", "~/.var/app/org.mozilla.firefox/data/geminid-quick"},
	{"linux", chromium, "Google Chrome", "google-chrome", ""},
	{"linux", chromium, "Google Chrome", "google-chrome-stable", ""},
	{"linux", chromium, "Chromium (snap)", "/snap/bin/chromium", "~/snap/chromium/common/geminid-quick"},
	{"linux", chromium, "Chromium", "chromium", ""},
	{"linux", chromium, "Chromium", "chromium-browser", ""},
	{"linux", chromium, "Brave", "brave-browser", ""},
	{"linux", chromium, "Microsoft Edge", "microsoft-edge", ""},

	{"darwin", firefox, "Firefox", "/Applications/Firefox.app/Contents/MacOS/firefox", ""},
	{"darwin", firefox, "Firefox", "~/Applications/Firefox.app/Contents/MacOS/firefox", ""},
	{"darwin", chromium, "Google Chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", ""},
	{"darwin", chromium, "Google Chrome", "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", ""},
	{"darwin", chromium, "Chromium", "/Applications/Chromium.app/Contents/MacOS/Chromium", ""},
	{"darwin", chromium, "Brave", "/Applications/Brave Browser.app/Contents/MacOS/Brave Browser", ""},
	{"darwin", chromium, "Microsoft Edge", "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge", ""},

	{"windows", firefox, "Firefox", `%ProgramFiles%\Mozilla Firefox\firefox.exe`, ""},
	{"windows", firefox, "Firefox", `%ProgramFiles(x86)%\Mozilla Firefox\firefox.exe`, ""},
	{"windows", firefox, "Firefox", `%LOCALAPPDATA%\Mozilla Firefox\firefox.exe`, ""},
	{"windows", chromium, "Google Chrome", `%ProgramFiles%\Google\Chrome\Application\chrome.exe`, ""},
	{"windows", chromium, "Google Chrome", `%ProgramFiles(x86)%\Google\Chrome\Application\chrome.exe`, ""},
	{"windows", chromium, "Google Chrome", `%LOCALAPPDATA%\Google\Chrome\Application\chrome.exe`, ""},
	{"windows", chromium, "Brave", `%ProgramFiles%\BraveSoftware\Brave-Browser\Application\brave.exe`, ""},
	{"windows", chromium, "Microsoft Edge", `%ProgramFiles(x86)%\Microsoft\Edge\Application\msedge.exe`, ""},
	{"windows", chromium, "Microsoft Edge", `%ProgramFiles%\Microsoft\Edge\Application\msedge.exe`, ""},
}

// installed returns the browsers of an engine that this machine has, best first,
// with their paths filled in.
func (m machine) installed(e engine) []browser {
	var found []browser
	for _, b := range browsers {
		if b.goos != m.goos || b.engine != e {
			continue
		}
		program, ok := m.expand(b.program)
		if !ok {
			continue
		}
		path, err := m.lookPath(program)
		if err != nil {
			continue
		}
		b.program, b.profile = path, m.profile(b)
		found = append(found, b)
	}
	return found
}

// profile returns the throw-away profile's folder for a browser.
func (m machine) profile(b browser) string {
	if b.profile == "" {
		return filepath.Join(m.stateDir(), "quick", string(b.engine))
	}
	path, _ := m.expand(b.profile)
	return path
}

// expand fills ~ and one %VARIABLE% in. It fails when the variable is empty.
func (m machine) expand(path string) (string, bool) {
	if rest, ok := strings.CutPrefix(path, "~"); ok {
		return m.home + rest, m.home != ""
	}
	if rest, ok := strings.CutPrefix(path, "%"); ok {
		name, rest, _ := strings.Cut(rest, "%")
		value := m.getenv(name)
		return value + rest, value != ""
	}
	return path, true
}

func (m machine) lookPath(program string) (string, error) {
	if m.look != nil {
		return m.look(program)
	}
	return exec.LookPath(program)
}
