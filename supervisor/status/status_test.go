package status_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor/status"
)

// ExampleReport reads the answer of GET /api/cookies/status.
func ExampleReport() {
	body := []byte(`{"status":"valid","remedy":"","accounts":[{"name":"default","state":"healthy"}]}`)
	var report status.Report
	if err := json.Unmarshal(body, &report); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.State(), report.State().Serves())
	fmt.Println(report.Accounts[0].State.Meaning(status.English))
	// Output:
	// healthy true
	// signed in and working
}

func TestStates(t *testing.T) {
	tests := []struct {
		state  status.State
		word   string
		serves bool
	}{ // best first
		{status.Healthy, "valid", true},
		{status.Expiring, "expiring", true},
		{status.Unknown, "unknown", true},
		{status.Degraded, "degraded", true},
		{status.Suspect, "suspect", false},
		{status.Unreachable, "unreachable", false},
		{status.RateLimited, "rate_limited", false},
		{status.Blocked, "blocked", false},
		{status.PausedState, "paused", false}, // of no account
		{status.Expired, "expired", false},
		{status.Unreadable, "unreadable", false},
		{status.Missing, "missing", false},
	}
	var own []status.State
	for rank, tt := range tests {
		if got := tt.state.Rank(); got != rank {
			t.Errorf("%s ranks %d, want %d", tt.state, got, rank)
		}
		if tt.state != status.PausedState {
			own = append(own, tt.state)
		}
		if got := tt.state.Word(); got != tt.word || status.ParseWord(tt.word) != tt.state {
			t.Errorf("%s has the word %s, want %s, and back", tt.state, got, tt.word)
		}
		if tt.state.Serves() != tt.serves || !tt.state.Known() {
			t.Errorf("%s: serves %v, known %v", tt.state, tt.state.Serves(), tt.state.Known())
		}
		for _, language := range []status.Language{status.English, status.Chinese} {
			if tt.state.Meaning(language) == "" {
				t.Errorf("%s has no words in %s", tt.state, language)
			}
		}
	}
	if got := status.States(); !slices.Equal(got, own) {
		t.Errorf("the states are %q, want %q", got, own)
	}
}

func TestStateOfNewerServer(t *testing.T) {
	s := status.State("brand_new")
	if s.Known() || s.Serves() || s.Rank() != len(status.States())+1 || s.Word() != "brand_new" || s.Meaning(status.English) != "" {
		t.Errorf("known %v, serves %v, rank %d, word %q, meaning %q", s.Known(), s.Serves(), s.Rank(), s.Word(), s.Meaning(status.English))
	}
	list := status.States()
	list[0] = s
	if slices.Contains(status.States(), s) {
		t.Error("a caller changed the list of states")
	}
}

func TestQuotaText(t *testing.T) {
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		quota cookie.Quota
		want  string
	}{
		{cookie.Quota{Model: cookie.EveryModel, Window: cookie.WeekWindow, Remaining: 0.0899, Reset: now.Add(76 * time.Hour)}, "all questions in a week: 8 % left, full again in 3 d 4 h"},
		{cookie.Quota{Model: cookie.EveryModel, Window: "5h", Remaining: 1}, "all questions in 5 hours: 100 % left"},
		{cookie.Quota{Model: "pro", Window: "current", Remaining: 0.5, Reset: now.Add(-time.Hour)}, "pro: 50 % left"},
		{cookie.Quota{Model: "extras", Window: "current", Reset: now.Add(time.Hour)}, "beside the chat: 0 % left, full again in 1 h 0 min"},
	} {
		if got := status.QuotaText(tt.quota, now); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.quota, got, tt.want)
		}
	}
}

func TestTally(t *testing.T) {
	account := func(s status.State) status.Account { return status.Account{State: s, Activity: status.Idle} }
	paused := status.Account{State: status.Healthy, Activity: status.Paused}
	for _, tt := range []struct {
		name     string
		accounts []status.Account
		overall  status.State
		en, zh   string
	}{
		{"none", nil, status.Missing, "", ""},
		{"one", []status.Account{account(status.Expired)}, status.Expired, "", ""},
		{"all alike", []status.Account{account(status.Healthy), account(status.Healthy)}, status.Healthy, "", ""},
		{"one of three ended", []status.Account{account(status.Expired), account(status.Healthy), account(status.Healthy)}, status.Healthy,
			"1 of 3 accounts has ended", "3 个账号中，1 个已失效"},
		{"several troubles", []status.Account{account(status.Blocked), account(status.Expired), account(status.Expired), account(status.Expiring), paused}, status.Expiring,
			"2 of 5 accounts have ended, 1 is paused, 1 is refused by Google for now", "5 个账号中，2 个已失效，1 个已暂停，1 个暂时被 Google 拒绝"},
		{"of a newer server", []status.Account{account("brand_new"), account(status.Healthy)}, status.Healthy, "1 of 2 accounts brand_new", "2 个账号中，1 个brand_new"},
	} {
		tally := status.CountStates(tt.accounts)
		if en, zh := tally.Text(tt.overall, status.English), tally.Text(tt.overall, status.Chinese); en != tt.en || zh != tt.zh {
			t.Errorf("%s: %q and %q, want %q and %q", tt.name, en, zh, tt.en, tt.zh)
		}
	}
	for _, language := range []status.Language{status.English, status.Chinese} {
		for _, s := range append(status.States(), status.PausedState) {
			if got := (status.Tally{s: 1, "x": 1}).Text("x", language); got == "1 of 2 accounts "+string(s) || strings.HasSuffix(got, "个"+string(s)) {
				t.Errorf("%s has no words in %s: %s", s, language, got)
			}
		}
	}
}

func TestFormatDuration(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                                     "0 s",
		17 * time.Second:                      "17 s",
		59*time.Second + 400*time.Millisecond: "59 s",
		59*time.Second + 600*time.Millisecond: "1 min",
		95 * time.Second:                      "2 min",
		-5 * time.Minute:                      "5 min",
		59*time.Minute + 29*time.Second:       "59 min",
		59*time.Minute + 59*time.Second:       "1 h 0 min",
		125 * time.Minute:                     "2 h 5 min",
		47*time.Hour + 59*time.Minute:         "47 h 59 min",
		48 * time.Hour:                        "2 d 0 h",
		76*time.Hour + 10*time.Minute:         "3 d 4 h",
		400 * 24 * time.Hour:                  "400 d 0 h",
	} {
		if got := status.FormatDuration(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestFormatMoment(t *testing.T) {
	now := time.Date(2026, 3, 4, 15, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		at   time.Time
		want string
	}{
		{time.Time{}, "never"},
		{now, "15:00:00 (0 s ago)"},
		{now.Add(-4 * time.Minute), "14:56:00 (4 min ago)"},
		{now.Add(90 * time.Minute), "16:30:00 (in 1 h 30 min)"},
		{now.Add(-12 * time.Hour), "03:00:00 (12 h 0 min ago)"},
		{now.Add(-12*time.Hour - time.Second), "2026-03-04 02:59 (12 h 0 min ago)"},
		{now.Add(72 * time.Hour), "2026-03-07 15:00 (in 3 d 0 h)"},
	} {
		if got := status.FormatMoment(tt.at, now); got != tt.want {
			t.Errorf("%v is %q, want %q", tt.at, got, tt.want)
		}
	}
}

func TestParseReport(t *testing.T) {
	r, err := status.ParseReport([]byte(`{"status":"expired","accounts":[{"name":"work","state":"expired","last_file":{"result":"parked"}}]}`))
	if err != nil || r.State() != status.Expired || r.Accounts[0].Name != "work" || r.Accounts[0].LastFile.Result != "parked" {
		t.Errorf("got %+v, %v", r, err)
	}
	for _, body := range []string{"", "<html>", `{"status":""}`, `{"status":"valid"`, `{"error":{"message":"no"}}`, `{"status":1}`} {
		if r, err := status.ParseReport([]byte(body)); err == nil || r.Status != "" {
			t.Errorf("%q is read as %+v, %v", body, r, err)
		}
	}
}
