package export

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// expiryLayouts are the written dates seen in exports, besides RFC 3339 and
// the forms of HTTP.
var expiryLayouts = []string{
	time.RFC3339,
	"2006-01-02T15:04:05",
	"2006-01-02 15:04:05",
	"2006-01-02 15:04:05 -0700",
	"2006-01-02 15:04:05 MST",
	time.DateOnly,
	"Mon, 02-Jan-2006 15:04:05 MST",
	"Mon, 2 Jan 2006 15:04:05 MST",
	"Mon Jan 2 2006 15:04:05 GMT-0700", // JavaScript, without the zone's name
	"1/2/2006, 3:04:05 PM",             // Safari's table, in American English
}

// parseExpiry reads an expiry in any spelling: seconds, milliseconds or microseconds as
// a number, ISO 8601, an HTTP date. Text that means or could only mean "no expiry" (0,
// -1, "Session", anything unreadable) is the zero time.
func parseExpiry(text string) time.Time {
	text = strings.TrimSpace(text)
	if n, err := strconv.ParseFloat(text, 64); err == nil {
		return expiryNumber(n)
	}
	text = strings.ReplaceAll(text, "\u202f", " ") // before AM and PM
	text, _, _ = strings.Cut(text, " (")
	for _, layout := range expiryLayouts {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC()
		}
	}
	if t, err := http.ParseTime(text); err == nil {
		return t.UTC()
	}
	return time.Time{}
}

// The unit of a bare number shows in its size: as seconds, 1e11 is the year
// 5138; as milliseconds, 1e14 is the same.
const (
	leastMillis = 1e11
	leastMicros = 1e14
	leastWebKit = 1e16 // microseconds since 1601, as Chrome counts
	webKitEpoch = 11_644_473_600
	lastSecond  = 253_402_300_799 // the end of the year 9999
)

func expiryNumber(n float64) time.Time {
	switch {
	case math.IsNaN(n) || n <= 0:
		return time.Time{}
	case n >= leastWebKit:
		n = n/1e6 - webKitEpoch
	case n >= leastMicros:
		n /= 1e6
	case n >= leastMillis:
		n /= 1e3
	}
	return expirySeconds(int64(min(n, lastSecond)))
}

// expirySeconds is for formats whose unit is known.
func expirySeconds(n int64) time.Time {
	if n <= 0 {
		return time.Time{}
	}
	return time.Unix(min(n, lastSecond), 0).UTC()
}
