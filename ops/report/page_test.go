package report_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/metrics"
	"github.com/geminid/geminid/ops/report"
	"github.com/geminid/geminid/supervisor/status"
)

var update = flag.Bool("update", false, "write the golden files anew")

// week is a week with a bit of everything.
func week() []report.Hour {
	var hours []report.Hour
	for i := range 7 * 24 {
		h := busy(noon.Add(time.Duration(i) * time.Hour))
		h.Asked, h.Answered = 1440, 1412
		h.Disk.Free -= int64(i) << 30 / 4
		if i == 100 {
			h.Lifetimes = report.Spread{N: 2, Sum: 90000, Below: report.Counts{"3600": 1, ">604800": 1}}
		}
		if i > 160 {
			h.Accounts["account1"] = report.Account{Watched: 3600, Missed: 3600, State: "expired"}
			h.Accounts["account0"] = report.Account{Watched: 3600, State: "expiring", End: noon.AddDate(0, 0, 7).Add(90 * time.Minute).Unix()}
		}
		hours = append(hours, h)
	}
	hours[20].Unasked, hours[20].Unreachable = 30, 60
	hours[3].Accounts["former"] = report.Account{Watched: 3600, Missed: 1800, State: "healthy"}
	return hours
}

func TestPages(t *testing.T) {
	quiet := []report.Hour{{Start: report.HourOf(noon), Watched: 3600, Accounts: map[string]report.Account{"default": {Watched: 3600, State: "healthy"}}}}
	tests := []struct {
		name  string
		hours []report.Hour
		live  bool
	}{{"week", week(), true}, {"quiet", quiet, false}, {"empty", nil, false}}
	for _, tt := range tests {
		for _, language := range report.Languages {
			for form, markdown := range map[string]bool{"txt": false, "md": true} {
				t.Run(tt.name+"."+language+"."+form, func(t *testing.T) {
					r := report.FoldHours(tt.hours, noon, noon.AddDate(0, 0, 7))
					r.Live = tt.live
					var page bytes.Buffer
					if err := r.Write(&page, report.Style{Markdown: markdown, Language: language, Zone: time.UTC}); err != nil {
						t.Fatal(err)
					}
					golden(t, tt.name+"."+language+"."+form, page.Bytes())
				})
			}
		}
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (write it anew with -update):\n%s", path, got)
	}
}

// A name cannot break out of its cell.
func TestMarkdownIsQuoted(t *testing.T) {
	h := hour(noon, 1)
	h.Models = map[string]report.Spread{"a|b\n# c <script> `x`": {N: 1, Sum: 1, Below: report.Counts{"1": 1}}}
	r := report.FoldHours([]report.Hour{h}, noon, noon.Add(time.Hour))
	var page strings.Builder
	must(t, r.Write(&page, report.Style{Markdown: true}))
	if want := `| a\|b # c &lt;script> 'x' |`; !strings.Contains(page.String(), want) {
		t.Errorf("%q is missing in:\n%s", want, page.String())
	}
}

// Nor off its line, nor into the terminal's own language.
func TestTextIsPlain(t *testing.T) {
	h := hour(noon, 1)
	h.Accounts = map[string]report.Account{"a\nb\x1b[31m": {Watched: 3600, State: "expired"}}
	r := report.FoldHours([]report.Hour{h}, noon, noon.Add(time.Hour))
	var page strings.Builder
	must(t, r.Write(&page, report.Style{}))
	if strings.Count(page.String(), "a b [31m") != 2 || strings.Contains(page.String(), "\x1b") {
		t.Errorf("got:\n%s", page.String())
	}
}

// TestLongGoneAccount: what was removed before the time of the report is not in it.
func TestLongGoneAccount(t *testing.T) {
	h := hour(noon, 1)
	h.Accounts = map[string]report.Account{"gone": {}, "going": {Watched: 60}}
	r := report.FoldHours([]report.Hour{h}, noon, noon.Add(time.Hour))
	var page strings.Builder
	must(t, r.Write(&page, report.Style{}))
	if strings.Contains(page.String(), "gone") || !regexp.MustCompile(`(?m)^  going +100 %, removed$`).MatchString(page.String()) {
		t.Errorf("got:\n%s", page.String())
	}
}

func TestBothLanguagesSayTheSame(t *testing.T) {
	verb := regexp.MustCompile(`%(\[\d\])?[a-z%]`)
	for key, phrase := range report.Words["en"] {
		other, ok := report.Words["zh"][key]
		got, want := verb.FindAllString(other, -1), verb.FindAllString(phrase, -1)
		slices.Sort(got)
		slices.Sort(want)
		if !ok || !slices.Equal(got, want) {
			t.Errorf("%q: zh has the figures %v, en %v", key, got, want)
		}
	}
	if len(report.Words["zh"]) != len(report.Words["en"]) {
		t.Errorf("zh has %d phrases, en %d", len(report.Words["zh"]), len(report.Words["en"]))
	}
}

// Every cause that can be counted has words.
func TestLabelsHaveWords(t *testing.T) {
	m := metrics.New(metrics.Build{})
	m.AddAccount("default")
	labels := map[string]string{
		"geminid_rate_limited_requests_total": "origin", "geminid_stream_aborts_total": "cause",
		"geminid_upstream_requests_total": "outcome", "geminid_cookie_rotations_total": "result",
	}
	families, err := m.Gatherer().Gather()
	must(t, err)
	var words []string
	for _, state := range status.States() {
		words = append(words, string(state))
	}
	for _, f := range families {
		for _, series := range f.GetMetric() {
			for _, l := range series.GetLabel() {
				if l.GetName() == labels[f.GetName()] {
					words = append(words, l.GetValue())
				}
			}
		}
	}
	if len(words) < 30 {
		t.Fatalf("only %d labels were found", len(words))
	}
	for _, word := range words {
		for _, language := range report.Languages {
			if report.Words[language][word] == "" {
				t.Errorf("%s has no words for %q", language, word)
			}
		}
	}
}
