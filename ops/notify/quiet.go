package notify

import (
	"fmt"
	"strings"
	"time"
)

// QuietHours is a daily span of local time in which nothing is sent. It may reach
// over midnight. The zero value is no span.
type QuietHours struct {
	from, to time.Duration // since midnight
	set      bool
}

// ParseQuietHours reads "22:00-07:00"; an empty text is no span.
func ParseQuietHours(text string) (QuietHours, error) {
	if text == "" {
		return QuietHours{}, nil
	}
	first, second, ok := strings.Cut(text, "-")
	from, err1 := time.Parse("15:04", strings.TrimSpace(first))
	to, err2 := time.Parse("15:04", strings.TrimSpace(second))
	if !ok || err1 != nil || err2 != nil || from.Equal(to) {
		return QuietHours{}, fmt.Errorf("%q is not a span such as 22:00-07:00", text)
	}
	return QuietHours{from: sinceMidnight(from), to: sinceMidnight(to), set: true}, nil
}

func sinceMidnight(t time.Time) time.Duration {
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute +
		time.Duration(t.Second())*time.Second
}

// remainingAt is how long the span still lasts, zero outside of it. On the night the
// clocks change it is an hour off.
func (q QuietHours) remainingAt(now time.Time) time.Duration {
	if !q.set {
		return 0
	}
	const day = 24 * time.Hour
	at := sinceMidnight(now.Local())
	length, into := (q.to-q.from+day)%day, (at-q.from+day)%day
	if into >= length {
		return 0
	}
	return length - into
}
