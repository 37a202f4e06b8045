package main

import (
	"cmp"
	"path/filepath"
	"runtime"
)

// machine is what the folders and programs of a computer depend on. Tests give
// another system's name and a home of their own.
type machine struct {
	goos   string
	home   string
	getenv func(string) string
	// look finds a program; nil means exec.LookPath.
	look func(string) (string, error)
}

func thisMachine(c *console) machine {
	variable := "HOME"
	if runtime.GOOS == "windows" {
		variable = "USERPROFILE"
	}
	return machine{goos: runtime.GOOS, home: c.getenv(variable), getenv: c.getenv}
}

// configFile is where the settings are kept. The XDG folders are used on macOS
// too: they are what a command-line tool's users look for.
func (m machine) configFile() string {
	base := cmp.Or(m.absolute("XDG_CONFIG_HOME"), filepath.Join(m.home, ".config"))
	if m.goos == "windows" {
		base = cmp.Or(m.absolute("APPDATA"), filepath.Join(m.home, "AppData", "Roaming"))
	}
	return filepath.Join(base, "geminid", "gchat.yaml")
}

// stateDir is where cookies on their way to the server wait.
func (m machine) stateDir() string {
	base := cmp.Or(m.absolute("XDG_STATE_HOME"), filepath.Join(m.home, ".local", "state"))
	if m.goos == "windows" {
		base = cmp.Or(m.absolute("LOCALAPPDATA"), filepath.Join(m.home, "AppData", "Local"))
	}
	return filepath.Join(base, "geminid")
}

// absolute returns an environment variable that must hold an absolute path to
// count, as the XDG specification demands.
func (m machine) absolute(name string) string {
	if path := m.getenv(name); filepath.IsAbs(path) {
		return path
	}
	return ""
}
