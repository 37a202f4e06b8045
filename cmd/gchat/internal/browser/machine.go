package browser

import (
	"cmp"
	"path/filepath"
	"runtime"
)

// Machine holds the facts on which the folders and programs of a computer depend. Tests give
// another system's name and a home of their own.
type Machine struct {
	GOOS   string
	Home   string
	Getenv func(string) string
	// FindProgram finds a program; nil means exec.LookPath.
	FindProgram func(string) (string, error)
}

// ThisMachine returns the computer that the program runs on. getenv reads its
// environment.
func ThisMachine(getenv func(string) string) Machine {
	variable := "HOME"
	if runtime.GOOS == "windows" {
		variable = "USERPROFILE"
	}
	return Machine{GOOS: runtime.GOOS, Home: getenv(variable), Getenv: getenv}
}

// ConfigFile is where the settings are kept. The XDG folders are used on macOS
// too: users of command-line tools look there.
func (m Machine) ConfigFile() string {
	base := cmp.Or(m.absoluteEnv("XDG_CONFIG_HOME"), filepath.Join(m.Home, ".config"))
	if m.GOOS == "windows" {
		base = cmp.Or(m.absoluteEnv("APPDATA"), filepath.Join(m.Home, "AppData", "Roaming"))
	}
	return filepath.Join(base, "geminid", "gchat.yaml")
}

// stateDir is where cookies on their way to the server wait.
func (m Machine) stateDir() string {
	base := cmp.Or(m.absoluteEnv("XDG_STATE_HOME"), filepath.Join(m.Home, ".local", "state"))
	if m.GOOS == "windows" {
		base = cmp.Or(m.absoluteEnv("LOCALAPPDATA"), filepath.Join(m.Home, "AppData", "Local"))
	}
	return filepath.Join(base, "geminid")
}

// absoluteEnv returns an environment variable that must hold an absolute path to
// count, as the XDG specification demands.
func (m Machine) absoluteEnv(name string) string {
	if path := m.Getenv(name); filepath.IsAbs(path) {
		return path
	}
	return ""
}
