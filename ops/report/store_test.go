package report_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/ops/report"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func open(t *testing.T, path string, now func() time.Time, log *strings.Builder) *report.Store {
	t.Helper()
	if log == nil {
		log = new(strings.Builder)
	}
	b, err := report.OpenStore(report.Config{Path: path, NoSync: true, Now: now, Logger: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })
	return b
}

func at(moment time.Time) func() time.Time { return func() time.Time { return moment } }

func hours(t *testing.T, b *report.Store) []report.Hour {
	t.Helper()
	got, err := b.HoursBetween(noon.AddDate(-1, -2, 0), noon.AddDate(2, 0, 0))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func hour(start time.Time, answered int64) report.Hour {
	return report.Hour{Start: report.HourOf(start), Watched: 900, Requests: report.Counts{"success": answered}}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestPartsOfAnHourAddUpAcrossRestarts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "figures")
	b := open(t, path, at(noon), nil)
	must(t, b.AppendHour(hour(noon, 3)))
	must(t, b.AppendHour(hour(noon.Add(20*time.Minute), 4)))
	must(t, b.MarkSent(noon))
	must(t, b.Close())

	b = open(t, path, at(noon.Add(time.Hour)), nil)
	must(t, b.AppendHour(hour(noon.Add(59*time.Minute), 5)))
	must(t, b.AppendHour(hour(noon.Add(time.Hour), 1)))
	got := hours(t, b)
	want := []report.Hour{hour(noon, 12), hour(noon.Add(time.Hour), 1)}
	want[0].Watched = 2700
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if !b.LastSent().Equal(noon) {
		t.Errorf("sent at %v, want %v", b.LastSent(), noon)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v; want it private", info.Mode(), err)
	}
}

// A crash may cut the file at any byte.
func TestTornAtEveryByte(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "whole")
	b := open(t, path, at(noon), nil)
	for i := range 3 {
		must(t, b.AppendHour(hour(noon.Add(time.Duration(i)*time.Hour), int64(i+1))))
	}
	must(t, b.Close())
	whole, err := os.ReadFile(path)
	must(t, err)
	for cut := range len(whole) + 1 {
		torn := filepath.Join(dir, "torn")
		must(t, os.WriteFile(torn, whole[:cut], 0o600))
		var log strings.Builder
		b := open(t, torn, at(noon), &log)
		kept := strings.Count(string(whole[:cut]), "\n")
		if got := len(hours(t, b)); got != kept {
			t.Fatalf("cut at byte %d: %d hours, want %d", cut, got, kept)
		}
		must(t, b.AppendHour(hour(noon.Add(9*time.Hour), 1)))
		if got := len(hours(t, b)); got != kept+1 {
			t.Fatalf("cut at byte %d: %d hours after one more, want %d", cut, got, kept+1)
		}
		if log.Len() > 0 {
			t.Fatalf("cut at byte %d: a torn line is nothing to report: %s", cut, log.String())
		}
		must(t, b.Close())
	}
}

func TestBrokenFileIsSetAside(t *testing.T) {
	good := `{"h":1795431600,"req":{"success":2}}` + "\n"
	tests := []struct {
		name, content string
		kept          int
	}{
		{"noise", "\x00\x01\x02 nothing of ours\n", 0},
		{"noise between", good + "}{\n" + strings.Replace(good, "1795431600", "1795435200", 1), 2},
		{"not an hour", good + `{"h":1795431601}` + "\n", 1},
		{"less than nothing", good + `{"h":1795435200,"req":{"success":-2}}` + "\n", 1},
		{"less than no time", good + `{"h":1795435200,"acc":{"a":{"w":-1}}}` + "\n", 1},
		{"less than no answer", good + `{"h":1795435200,"mod":{"m":{"n":1,"s":-1}}}` + "\n", 1},
		{"more than can be summed", good + `{"h":1795435200,"err":{"500":9223372036854775807}}` + "\n", 1},
		{"another JSON", good + "[1,2]\n", 1},
		{"longer than it can be", good + strings.Repeat(" ", 4*report.MaxBytes), 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "figures")
			must(t, os.WriteFile(path, []byte(tt.content), 0o600))
			var log strings.Builder
			b := open(t, path, at(noon), &log)
			if got := len(hours(t, b)); got != tt.kept {
				t.Errorf("%d hours are left, want %d", got, tt.kept)
			}
			if aside, err := os.ReadFile(path + ".broken"); err != nil || string(aside) != tt.content {
				t.Errorf("the broken file was not kept: %v", err)
			}
			if !strings.Contains(log.String(), "set aside") {
				t.Errorf("nobody was told: %s", log.String())
			}
			must(t, b.AppendHour(hour(noon, 1)))
		})
	}
}

func TestDirectoryInPlaceOfTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "figures")
	must(t, os.MkdirAll(filepath.Join(path, "inside"), 0o700))
	var log strings.Builder
	b := open(t, path, at(noon), &log)
	must(t, b.AppendHour(hour(noon, 1)))
	if !strings.Contains(log.String(), "set aside") {
		t.Errorf("nobody was told: %s", log.String())
	}
}

func TestOpenFails(t *testing.T) {
	tests := []struct{ name, path string }{
		{"no path", ""},
		{"no directory", filepath.Join(t.TempDir(), "gone", "figures")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if b, err := report.OpenStore(report.Config{Path: tt.path}); err == nil {
				t.Errorf("opened %q: %v", tt.path, b)
			}
		})
	}
}

func TestAppendRefuses(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "figures"), at(noon), nil)
	if err := b.AppendHour(report.Hour{Start: 5}); err == nil {
		t.Error("half an hour was taken")
	}
	must(t, b.Close())
	must(t, b.Close())
	if err := b.AppendHour(hour(noon, 1)); err == nil {
		t.Error("a closed book was written")
	}
	if !b.LastSent().IsZero() {
		t.Errorf("sent at %v, want never", b.LastSent())
	}
}

// busy is an hour in which everything happened, on a server with more accounts
// and models than most have.
func busy(start time.Time) report.Hour {
	h := report.Hour{
		Start: report.HourOf(start), Watched: 3600, Missed: 59,
		Accounts:  map[string]report.Account{},
		Rotations: report.Counts{"rotated": 7, "no_new_ts": 1},
		Requests:  report.Counts{"success": 1412, "error": 12, "client_error": 3, "throttled": 40, "canceled": 11},
		Limited:   report.Counts{"limiter_ip": 31, "upstream_429": 9},
		Errors:    report.Counts{"502": 9, "503": 3},
		Upstream:  report.Counts{"network": 8, "server_error": 3},
		Aborts:    report.Counts{"client": 11, "upstream_reset": 2},
		Models:    map[string]report.Spread{},
		Disk:      report.Disk{Free: 76288598016, Total: 270553174016, State: 123456789, Log: 2345678, Journal: 456789012},
	}
	for i := range 2 {
		h.Accounts[fmt.Sprintf("account%d", i)] = report.Account{Watched: 3600, Missed: 59, State: "healthy", End: start.Unix()}
	}
	for i := range 2 {
		h.Models[fmt.Sprintf("gemini-3.%d-flash", i)] = report.Spread{N: 400, Sum: 512.345, Below: report.Counts{"0.5": 100, "1": 200, "2.5": 100}}
	}
	return h
}

// fill writes a file of whole hours that end at a moment.
func fill(t *testing.T, path string, until time.Time, n int, hourAt func(time.Time) report.Hour) {
	t.Helper()
	var lines []byte
	for i := range n {
		line, err := json.Marshal(hourAt(until.Add(time.Duration(i-n) * time.Hour)))
		must(t, err)
		lines = append(append(lines, line...), '\n')
	}
	must(t, os.WriteFile(path, lines, 0o600))
}

// grow appends parts in quarters of an hour, as the server does, and returns the
// largest size that the file had.
func grow(t *testing.T, path string, limit, parts int, hourAt func(time.Time) report.Hour) (largest int64, now time.Time) {
	t.Helper()
	now = noon
	b, err := report.OpenStore(report.Config{Path: path, NoSync: true, MaxBytes: limit, Now: func() time.Time { return now }})
	must(t, err)
	defer b.Close()
	for range parts {
		must(t, b.AppendHour(hourAt(now)))
		now = now.Add(15 * time.Minute)
		info, err := os.Stat(path)
		must(t, err)
		largest = max(largest, info.Size())
	}
	return largest, now
}

func TestFourHundredDaysFit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "figures")
	fill(t, path, noon, 400*24, busy)
	largest, now := grow(t, path, 0, 40, busy)
	got, err := report.ReadHours(path, now.Add(-399*24*time.Hour), now)
	must(t, err)
	if len(got) < 399*24 {
		t.Errorf("%d hours are kept, want all of 399 days: %d", len(got), 399*24)
	}
	if largest > report.MaxBytes {
		t.Errorf("the file grew to %d bytes, want at most %d", largest, report.MaxBytes)
	}
	t.Logf("at most %d bytes, of which an hour takes %d", largest, largest/(400*24))
}

// However much there is to note, the file stays small; the oldest goes first.
func TestFileIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "figures")
	crowded := func(start time.Time) report.Hour {
		h := busy(start)
		for i := range 5 {
			h.Models[fmt.Sprintf("a-model-with-quite-a-long-name-%d", i)] = h.Models["gemini-3.1-flash"]
		}
		return h
	}
	const limit = 150_000
	fill(t, path, noon, 300, crowded)
	largest, now := grow(t, path, limit, 100, crowded)
	if largest > limit {
		t.Errorf("the file grew to %d bytes, want at most %d", largest, limit)
	}
	got, err := report.ReadHours(path, noon.AddDate(0, 0, -100), now)
	must(t, err)
	if len(got) < 50 || got[len(got)-1].Start != report.HourOf(now.Add(-time.Minute)) {
		t.Errorf("%d hours are left, want the newest of them", len(got))
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"h":1795431600,"w":4,"acc":{"default":{"w":4,"st":"healthy"}},"mod":{"m":{"n":1,"s":0.1,"b":{"0.25":1,">60":2,"x":1}}}}` + "\n"))
	f.Add([]byte(`{"sent":5}` + "\n" + `{"h":3600,"req":{"success":-9223372036854775808}}` + "\n{"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		hours, bad := report.ParseFile(raw)
		for i, h := range hours {
			if h.Start%3600 != 0 || i > 0 && h.Start <= hours[i-1].Start {
				t.Errorf("hour %d begins at %d", i, h.Start)
			}
		}
		if bad < 0 || bad+len(hours) > strings.Count(string(raw), "\n") {
			t.Errorf("%d hours and %d bad lines of %q", len(hours), bad, raw)
		}
		r := report.FoldHours(hours, noon, noon.AddDate(0, 0, 7))
		if err := r.Write(new(strings.Builder), report.Style{Markdown: true}); err != nil {
			t.Error(err)
		}
	})
}
