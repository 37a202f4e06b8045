package config_test

import (
	"os"
	"strings"
	"testing"

	"github.com/geminid/geminid/daemon/config"
)

// TestZoneProblem: a TZ that the time package takes for UTC without a word is named
// where something goes by local time.
func TestZoneProblem(t *testing.T) {
	quiet := config.Settings{NotifyQuietHours: "23:00-07:00", Report: "off"}
	_, noFile := os.Stat("/usr/share/zoneinfo/UTC")
	for _, test := range []struct {
		name, zone string
		unset      bool
		settings   config.Settings
		bad        bool
	}{
		{name: "unset", unset: true, settings: quiet},
		{name: "empty", settings: quiet},
		{name: "a city", zone: "Asia/Shanghai", settings: quiet},
		{name: "a city after a colon", zone: ":Europe/Berlin", settings: quiet},
		{name: "UTC", zone: "UTC", settings: quiet},
		{name: "an offset by name", zone: "Etc/GMT-8", settings: quiet},
		{name: "a file", zone: "/usr/share/zoneinfo/UTC", settings: quiet, bad: noFile != nil},
		{name: "POSIX rules", zone: "CST-8", settings: quiet, bad: true},
		{name: "POSIX rules with summer time", zone: "CET-1CEST,M3.5.0,M10.5.0/3", settings: quiet, bad: true},
		{name: "an offset", zone: "UTC+8", settings: quiet, bad: true},
		{name: "a slip", zone: "Asia/Shangai", settings: quiet, bad: true},
		{name: "no file", zone: "/nowhere/zone", settings: quiet, bad: true},
		{name: "no zone file", zone: "/etc/passwd", settings: quiet, bad: true},
		{name: "Local", zone: "Local", settings: quiet, bad: true},
		{name: "nothing goes by it", zone: "CST-8", settings: config.Settings{Report: "off"}},
	} {
		got := config.ZoneProblem(test.settings, func(string) (string, bool) { return test.zone, !test.unset })
		if (got != "") != test.bad {
			t.Errorf("%s: got %q", test.name, got)
		}
		if test.bad && (!strings.Contains(got, "TZ="+test.zone) || !strings.Contains(got, "notify_quiet_hours") || !strings.Contains(got, "UTC; set TZ")) {
			t.Errorf("%s: it says %q", test.name, got)
		}
	}
	weekly := config.Settings{Report: "weekly"}
	if got := config.ZoneProblem(weekly, func(string) (string, bool) { return "CST-8", true }); !strings.Contains(got, "report goes by UTC") {
		t.Errorf("the report: %q", got)
	}
}
