package export_test

import (
	"testing"
	"time"

	"github.com/geminid/geminid/cookie/export"
)

func TestParseExpiry(t *testing.T) {
	moment := time.Date(2027, 1, 15, 8, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		text string
		want time.Time
	}{
		{"1800000000", moment},
		{"1800000000.523871", moment},
		{" 1800000000 ", moment},
		{"1.8e9", moment},
		{"1800000000000", moment},
		{"1800000000000000", moment},
		{"13444473600000000", moment}, // Chrome's own count
		{"2027-01-15T08:00:00Z", moment},
		{"2027-01-15T08:00:00.000Z", moment},
		{"2027-01-15T10:00:00+02:00", moment},
		{"2027-01-15T08:00:00", moment},
		{"2027-01-15 08:00:00", moment},
		{"2027-01-15", moment.Truncate(24 * time.Hour)},
		{"Fri, 15 Jan 2027 08:00:00 GMT", moment},
		{"Fri, 15-Jan-2027 08:00:00 GMT", moment},
		{"Friday, 15-Jan-27 08:00:00 GMT", moment},
		{"Fri Jan 15 08:00:00 2027", moment},
		{"1e99", time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		{"99999999999", time.Date(5138, 11, 16, 9, 46, 39, 0, time.UTC)},
		{"0", time.Time{}},
		{"-1", time.Time{}},
		{"-1800000000", time.Time{}},
		{"", time.Time{}},
		{"Session", time.Time{}},
		{"null", time.Time{}},
		{"NaN", time.Time{}},
		{"Inf", time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)},
		{"tomorrow", time.Time{}},
	} {
		if got := export.ParseExpiry(tt.text); !got.Equal(tt.want) {
			t.Errorf("%q: got %s, want %s", tt.text, got, tt.want)
		}
	}
}
