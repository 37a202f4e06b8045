package report_test

import (
	"slices"
	"testing"
	"time"

	"github.com/geminid/geminid/ops/report"
)

func TestRisks(t *testing.T) {
	account := func(state string) map[string]report.Account {
		return map[string]report.Account{"a": {Watched: 3600, State: state}}
	}
	tests := []struct {
		name string
		hour report.Hour
		want []string
	}{
		{"calm", report.Hour{Accounts: account("healthy")}, nil},
		{"signed out", report.Hour{Accounts: account("expired")}, []string{"signed_out"}},
		{"one signed out, the other paused", report.Hour{Accounts: map[string]report.Account{"a": {State: "expired"}, "b": {State: "paused"}}}, []string{"signed_out"}},
		{"one of two signed out", report.Hour{Accounts: map[string]report.Account{"a": {State: "missing"}, "b": {State: "healthy"}}}, []string{"account_out"}},
		{"signed out beside one in doubt", report.Hour{Accounts: map[string]report.Account{"a": {State: "expired"}, "b": {State: "degraded"}}}, []string{"account_out"}},
		{"signed out beside one that is refused", report.Hour{Accounts: map[string]report.Account{"a": {State: "expired"}, "b": {State: "blocked"}}}, []string{"signed_out", "refused"}},
		{"no way to Google", report.Hour{Accounts: account("unreachable")}, []string{"unreachable"}},
		{"no way for three, one of them signed out", report.Hour{Accounts: map[string]report.Account{"a": {State: "unreachable"}, "b": {State: "expired"}, "c": {State: "unreachable"}}}, []string{"unreachable", "signed_out"}},
		{"saved state not read", report.Hour{Accounts: account("unreadable")}, []string{"unreadable"}},
		{"refused", report.Hour{Accounts: account("blocked")}, []string{"refused"}},
		{"ends soon", report.Hour{Accounts: map[string]report.Account{"a": {State: "expiring", End: noon.Add(3 * time.Hour).Unix()}}}, []string{"ending"}},
		{"renewed in time", report.Hour{Accounts: map[string]report.Account{"a": {State: "healthy", End: noon.Add(3 * time.Hour).Unix()}}}, nil},
		{"disk nearly full", report.Hour{Disk: report.Disk{Free: 9, Total: 100}}, []string{"disk"}},
		{"disk as it should be", report.Hour{Disk: report.Disk{Free: 11, Total: 100}}, nil},
		{"renewals fail", report.Hour{Rotations: report.Counts{"rotated": 15, "no_new_ts": 5, "skipped": 100}}, []string{"renewals"}},
		{"few renewals fail", report.Hour{Rotations: report.Counts{"rotated": 16, "no_new_ts": 4}}, nil},
		{"questions fail", report.Hour{Asked: 100, Answered: 98}, []string{"errors"}},
		{"one of few fails", report.Hour{Asked: 10, Answered: 9}, nil},
		{"ten of eighteen fail", report.Hour{Asked: 18, Answered: 8}, []string{"errors"}},
		{"what nobody asked for fails", report.Hour{Requests: report.Counts{"success": 98, "error": 2}}, nil},
		{"limits", report.Hour{Requests: report.Counts{"success": 94, "throttled": 6}}, []string{"limits"}},
		{"pauses", report.Hour{Watched: 1000, Missed: 20}, []string{"pauses"}},
		{"outages", report.Hour{Watched: 1000, Missed: 20, Unreachable: 15}, []string{"outages"}},
		{"outages and pauses", report.Hour{Watched: 1000, Missed: 40, Unreachable: 20}, []string{"outages", "pauses"}},
		{"the worst first", report.Hour{Accounts: account("expired"), Disk: report.Disk{Free: 1, Total: 100}, Watched: 10, Missed: 10}, []string{"signed_out", "disk", "pauses"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.hour.Start = report.HourOf(noon)
			r := report.FoldHours([]report.Hour{tt.hour}, noon.Add(-time.Hour), noon.Add(time.Hour))
			var got []string
			for _, risk := range r.Risks {
				got = append(got, risk.Kind)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestDiskThatFills(t *testing.T) {
	var hours []report.Hour
	for i := range 49 {
		h := hour(noon.Add(time.Duration(i)*time.Hour), 1)
		h.Watched = 3600
		h.Disk = report.Disk{Free: 1000 - int64(i), Total: 2000}
		hours = append(hours, h)
	}
	end := noon.Add(48 * time.Hour)
	r := report.FoldHours(hours, noon, end)
	if r.Growth != 24 {
		t.Errorf("shrinks by %d a day, want 24", r.Growth)
	}
	want := report.Risk{Kind: "disk_fills", Bytes: 952, At: end.Add(952 * time.Hour).Truncate(time.Hour)}
	if len(r.Risks) != 1 || r.Risks[0] != want {
		t.Errorf("got %+v, want %+v", r.Risks, want)
	}
}

func TestTimeWithoutServer(t *testing.T) {
	hours := []report.Hour{hour(noon, 1), hour(noon.Add(23*time.Hour), 1)}
	r := report.FoldHours(hours, noon, noon.Add(24*time.Hour))
	if len(r.Risks) != 1 || r.Risks[0].Kind != "unwatched" || r.Risks[0].Percent < 97 {
		t.Errorf("got %+v, want that nearly all of the day was not watched", r.Risks)
	}
}

func TestRemovedAccountHasNoState(t *testing.T) {
	hours := []report.Hour{hour(noon, 1), hour(noon.Add(time.Hour), 1)}
	hours[0].Accounts = map[string]report.Account{"former": {Watched: 900, State: "expired", End: 5}}
	hours[1].Accounts = map[string]report.Account{"stays": {State: "healthy"}}
	r := report.FoldHours(hours, noon, noon.Add(2*time.Hour))
	if got, want := r.Sum.Accounts["former"], (report.Account{Watched: 900}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestFoldLeavesItsHoursAlone(t *testing.T) {
	hours := week()
	report.FoldHours(hours, noon, noon.AddDate(0, 0, 7))
	if got := hours[0].Requests["success"]; got != busy(noon).Requests["success"] {
		t.Errorf("the first hour has %d answers now", got)
	}
	if got := hours[0].Models["gemini-3.0-flash"].Below["1"]; got != 200 {
		t.Errorf("the first hour has %d measurements now", got)
	}
}

func TestShareOfASpread(t *testing.T) {
	s := report.Spread{N: 10, Sum: 50, Below: report.Counts{"0.5": 5, "10": 4, ">60": 1}}
	tests := []struct {
		q      float64
		want   time.Duration
		beyond bool
	}{{.5, 500 * time.Millisecond, false}, {.9, 10 * time.Second, false}, {.95, 60 * time.Second, true}}
	for _, tt := range tests {
		if got, beyond := s.Quantile(tt.q); got != tt.want || beyond != tt.beyond {
			t.Errorf("share %v: got %v %v, want %v %v", tt.q, got, beyond, tt.want, tt.beyond)
		}
	}
	if got := s.Mean(); got != 5*time.Second {
		t.Errorf("mean %v, want 5s", got)
	}
	if got, _ := (report.Spread{}).Quantile(.5); got != 0 {
		t.Errorf("share of nothing: %v", got)
	}
}

func TestSince(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("", 3600))
	tests := []struct {
		text string
		want time.Time // zero: an error
	}{
		{"36h", now.Add(-36 * time.Hour)},
		{"7d", now.AddDate(0, 0, -7)},
		{"4w", now.AddDate(0, 0, -28)},
		{"400d", now.AddDate(0, 0, -400)},
		{"2026-11-01", time.Date(2026, 11, 1, 0, 0, 0, 0, now.Location())},
		{"", time.Time{}}, {"d", time.Time{}}, {"7", time.Time{}}, {"7y", time.Time{}}, {"-7d", time.Time{}}, {"0d", time.Time{}},
		{"401d", time.Time{}}, {"99999999999999999999h", time.Time{}}, {"9000h9", time.Time{}}, {"2026-12-01", time.Time{}}, {"2020-01-01", time.Time{}},
	}
	for _, tt := range tests {
		t.Run(tt.text, func(t *testing.T) {
			got, err := report.ParseSince(tt.text, now)
			if (err != nil) != tt.want.IsZero() || err == nil && !got.Equal(tt.want) {
				t.Errorf("got %v, %v; want %v", got, err, tt.want)
			}
		})
	}
}

func TestDue(t *testing.T) {
	day := func(month time.Month, d, hour int) time.Time {
		return time.Date(2026, month, d, hour, 30, 0, 0, time.UTC)
	}
	tests := []struct {
		name, schedule string
		last, now      time.Time
		due            bool
		from           time.Time
	}{
		{"monday before eight", "weekly", day(11, 16, 8), day(11, 23, 7), false, time.Date(2026, 11, 9, 8, 0, 0, 0, time.UTC)},
		{"monday after eight", "weekly", day(11, 16, 8), day(11, 23, 8), true, time.Date(2026, 11, 16, 8, 0, 0, 0, time.UTC)},
		{"sent this morning", "weekly", day(11, 23, 8), day(11, 23, 9), false, time.Date(2026, 11, 16, 8, 0, 0, 0, time.UTC)},
		{"late, on a sunday", "weekly", day(11, 16, 8), day(11, 29, 22), true, time.Date(2026, 11, 16, 8, 0, 0, 0, time.UTC)},
		{"the first of the month", "monthly", day(11, 1, 8), day(12, 1, 8), true, time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)},
		{"the middle of the month", "monthly", day(11, 1, 8), day(11, 20, 8), false, time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)},
		{"dated by a clock that was ahead", "weekly", day(11, 25, 8), day(11, 24, 9), true, time.Date(2026, 11, 16, 8, 0, 0, 0, time.UTC)},
		{"never", "off", time.Time{}, day(11, 20, 8), false, time.Time{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			from, due := report.ReportDue(tt.schedule, tt.last, tt.now)
			if due != tt.due || !from.Equal(tt.from) {
				t.Errorf("got %v from %v, want %v from %v", due, from, tt.due, tt.from)
			}
		})
	}
}
