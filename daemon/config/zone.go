package config

import (
	"path/filepath"
	"strings"
	"time"
)

// ZoneProblem says in one sentence with its cure that the environment's TZ is not
// understood, so that quiet hours and reports go by UTC; empty if it is, or if nothing
// goes by local time. env is [os.LookupEnv] of the process.
func ZoneProblem(s Settings, env func(string) (string, bool)) string {
	var affected []string
	if s.NotifyQuietHours != "" {
		affected = append(affected, "notify_quiet_hours")
	}
	if s.Report != "off" && s.Report != "" {
		affected = append(affected, "report")
	}
	zone, set := env("TZ")
	if !set || len(affected) == 0 || isZone(zone) {
		return ""
	}
	verb := map[bool]string{true: " goes", false: " go"}[len(affected) == 1]
	return "TZ=" + zone + " is no time zone that is known here, so that " + strings.Join(affected, " and ") + verb +
		" by UTC; set TZ to the name of an area and a city, such as Asia/Shanghai or Europe/Berlin, and install tzdata if the system has no zones"
}

// isZone reports whether the time package understands a value of TZ. Unlike libc it
// knows no rules such as CST-8, and takes UTC for whatever it does not know.
func isZone(zone string) bool {
	zone = strings.TrimPrefix(zone, ":")
	switch {
	case zone == "" || strings.EqualFold(zone, "UTC"):
		return true // UTC is wanted
	case zone == "Local":
		return false
	case filepath.IsAbs(zone):
		data, err := readFile(zone)
		if err == nil {
			_, err = time.LoadLocationFromTZData(zone, data)
		}
		return err == nil
	}
	_, err := time.LoadLocation(zone)
	return err == nil
}
