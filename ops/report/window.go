package report

import (
	"errors"
	"strconv"
	"time"
)

// ParseSince is where a window begins that ends now. It is written as a number of
// hours, days or weeks (36h, 7d, 4w) or as a day (2026-11-01, in the zone of now) and
// reaches back at most 400 days. An error does not repeat the text, which may come
// from anywhere.
func ParseSince(text string, now time.Time) (time.Time, error) {
	from, ok := parseStart(text, now)
	if !ok {
		return from, errors.New("since is no stretch of time: write 36h, 7d, 4w, or a day such as 2026-11-01")
	}
	if from.Before(now.Add(-retention)) || !from.Before(now) {
		return from, errors.New("since does not lie within the last 400 days, for which there are figures")
	}
	return from, nil
}

func parseStart(text string, now time.Time) (time.Time, bool) {
	if day, err := time.ParseInLocation(time.DateOnly, text, now.Location()); err == nil {
		return day, true
	}
	if len(text) < 2 {
		return time.Time{}, false
	}
	unit := map[byte]time.Duration{'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}[text[len(text)-1]]
	n, err := strconv.Atoi(text[:len(text)-1])
	if err != nil || unit == 0 || n < 1 || n > int(retention/time.Hour) {
		return time.Time{}, false
	}
	return now.Add(-time.Duration(n) * unit), true
}

// Schedules are how often a report may be sent by itself.
var Schedules = []string{"off", "weekly", "monthly"}

// sendHour is the hour of the day at which reports are sent.
const sendHour = 8

// ReportDue reports whether a report is to be sent now, if the last one was sent at
// last, and the beginning of its window: on Monday, or on the first of the month, at
// eight in the zone of now, or as soon as possible after it. A last one that lies
// ahead was dated by a clock that was wrong, and is due to be dated anew. An unknown
// schedule is never due.
func ReportDue(schedule string, last, now time.Time) (from time.Time, due bool) {
	year, month, day := now.Date()
	var mark time.Time
	switch schedule {
	case "weekly":
		back := (int(now.Weekday()) + 6) % 7 // days since Monday
		if mark = time.Date(year, month, day-back, sendHour, 0, 0, 0, now.Location()); mark.After(now) {
			mark = mark.AddDate(0, 0, -7)
		}
		from = mark.AddDate(0, 0, -7)
	case "monthly":
		if mark = time.Date(year, month, 1, sendHour, 0, 0, 0, now.Location()); mark.After(now) {
			mark = mark.AddDate(0, -1, 0)
		}
		from = mark.AddDate(0, -1, 0)
	default:
		return from, false
	}
	return from, last.Before(mark) || last.After(now)
}
