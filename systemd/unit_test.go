package systemd_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/geminid/geminid/daemon/config"
)

// directives reads a unit file: section and name to the values, in their order.
func directives(t *testing.T, path string) map[string][]string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out := make(map[string][]string)
	section := ""
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		switch name, value, ok := strings.Cut(line, "="); {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			section = strings.Trim(line, "[]")
		case ok:
			out[section+"."+name] = append(out[section+"."+name], value)
		default:
			t.Errorf("%s: %q is no directive", path, line)
		}
	}
	return out
}

// TestUnit holds the unit to what the daemon relies on.
func TestUnit(t *testing.T) {
	unit := directives(t, "systemd/geminid.service")
	for name, want := range map[string]string{
		"Unit.After":                       "network-online.target time-set.target time-sync.target",
		"Unit.StartLimitIntervalSec":       "300",
		"Unit.StartLimitBurst":             "5",
		"Service.Type":                     "notify",
		"Service.WatchdogSec":              "60",
		"Service.ExecReload":               "/bin/kill -HUP $MAINPID",
		"Service.Restart":                  "on-failure",
		"Service.RestartPreventExitStatus": "64 65 75 78",
		"Service.User":                     "geminid",
		"Service.StateDirectory":           "geminid",
		"Service.StateDirectoryMode":       "0750",
		"Service.RuntimeDirectory":         "geminid",
		"Service.LimitCORE":                "0",
		"Service.CoredumpFilter":           "0x0",
		"Service.MemoryHigh":               "70%",
		"Service.MemoryMax":                "80%",
		"Service.MemorySwapMax":            "0",
		"Service.UMask":                    "0077",
		"Service.CapabilityBoundingSet":    "",
	} {
		if got := unit[name]; !slices.Equal(got, []string{want}) {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	for name := range unit {
		if name == "Service.DynamicUser" || name == "Service.StartLimitBurst" {
			t.Errorf("%s does not belong there", name)
		}
	}
	for _, credential := range unit["Service.LoadCredential"] {
		key, ok := strings.CutPrefix(credential, "geminid.")
		if !ok || key != "keys" && !slices.Contains(config.SettingNames(), key) {
			t.Errorf("credential %s is no setting", credential)
		}
	}
}

// TestUnitPaths compares where systemd makes the directories with where the
// daemon looks for them.
func TestUnitPaths(t *testing.T) {
	settings := config.Defaults(func(name string) string {
		return map[string]string{"STATE_DIRECTORY": "/var/lib/geminid", "RUNTIME_DIRECTORY": "/run/geminid"}[name]
	})
	tmpfiles, err := os.ReadFile("systemd/geminid.tmpfiles.conf")
	if err != nil {
		t.Fatal(err)
	}
	modes := make(map[string]string)
	for line := range strings.Lines(string(tmpfiles)) {
		if fields := strings.Fields(line); len(fields) == 6 && fields[0] == "d" {
			modes[fields[1]] = strings.Join(fields[2:5], " ")
		}
	}
	for path, want := range map[string]string{
		settings.InboxDir:               "2770 geminid geminid",
		settings.StateDir:               "0700 geminid geminid",
		filepath.Dir(settings.StateDir): "0750 geminid geminid",
		"/etc/geminid":                  "0750 root geminid",
	} {
		if modes[path] != want {
			t.Errorf("%s is made as %q, want %q", path, modes[path], want)
		}
	}
	if socket := directives(t, "systemd/geminid.socket"); !slices.Equal(socket["Socket.ListenStream"], []string{settings.Listen}) {
		t.Errorf("the socket listens on %v, the daemon by default on %s", socket["Socket.ListenStream"], settings.Listen)
	}
}
