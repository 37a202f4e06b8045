package export_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
)

func parseSample(t *testing.T, path ...string) *export.Result {
	t.Helper()
	result, err := export.Parse(path[len(path)-1], sample(t, path...), today)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func extraNames(set cookie.Set) (names []string) {
	for _, n := range set.Extra() {
		names = append(names, n.Name)
	}
	return names
}

// TestExportFields reads what an accepted file tells besides the session.
func TestExportFields(t *testing.T) {
	long := time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name         string
		count        int
		psid, psidts time.Time
		extra        []string
	}{
		{"samples/netscape-basic.txt", 5, long, long, []string{"NID", "SAPISID", "__Secure-3PSID"}},
		{"samples/netscape-session-zero-expiry.txt", 2, time.Time{}, time.Time{}, nil},
		{"samples/puppeteer-page-cookies.json", 2, long, time.Time{}, nil},
		{"samples/raw-cookie-header.txt", 3, time.Time{}, time.Time{}, []string{"NID"}},
		{"samples/firefox-v15-seconds.sqlite", 2, long, long, nil},
		{"exports/firefox-large.sqlite", 303, long, long, []string{"BIG"}},
		{"exports/env-dialects.env", 2, time.Time{}, time.Time{}, nil},
		{"exports/list-iso-expiry.json", 2, long, long, nil},
		{"exports/map-updated-at.json", 3, time.Time{}, time.Time{}, []string{"NID"}},
		{"exports/map-cookie-string.json", 3, time.Time{}, time.Time{}, []string{"NID"}},
		{"exports/list-siblings.json", 8, long, long, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			result := parseSample(t, strings.Split(tt.name, "/")...)
			if result.Count != tt.count {
				t.Errorf("count: got %d, want %d", result.Count, tt.count)
			}
			if !result.PSIDExpires.Equal(tt.psid) || !result.PSIDTSExpires.Equal(tt.psidts) {
				t.Errorf("expiries: got %s and %s, want %s and %s", result.PSIDExpires, result.PSIDTSExpires, tt.psid, tt.psidts)
			}
			if got := extraNames(result.Set); !slices.Equal(got, tt.extra) {
				t.Errorf("extra: got %q, want %q", got, tt.extra)
			}
		})
	}
}

// TestExtraIsPicked has one cookie for every reason to leave one out.
func TestExtraIsPicked(t *testing.T) {
	const session = `{"name":"__Secure-1PSID","value":"g.a000-long-enough-for-a-session","domain":".google.com","storeId":"0"}`
	for _, tt := range []struct{ name, entry, want string }{
		{"plain", `{"name":"SID","value":"x","domain":".google.com","storeId":"0"}`, "SID"},
		{"of a host", `{"name":"SID","value":"x","domain":"gemini.google.com","storeId":"0"}`, ""},
		{"of another site", `{"name":"SID","value":"x","domain":".youtube.com","storeId":"0"}`, ""},
		{"of another store", `{"name":"SID","value":"x","domain":".google.com","storeId":"1"}`, ""},
		{"of a path", `{"name":"SID","value":"x","domain":".google.com","path":"/maps","storeId":"0"}`, ""},
		{"expired", `{"name":"SID","value":"x","domain":".google.com","expires":1600000000,"storeId":"0"}`, ""},
		{"partitioned", `{"name":"SID","value":"x","domain":".google.com","partitionKey":"https://a.example","storeId":"0"}`, ""},
		{"bound to its host", `{"name":"__Host-x","value":"x","domain":"google.com","storeId":"0"}`, ""},
		{"with a line break", `{"name":"SID","value":"x\r\ny: z","domain":".google.com","storeId":"0"}`, ""},
		{"with a bad name", `{"name":"S;D","value":"x","domain":".google.com","storeId":"0"}`, ""},
		{"not text", `{"name":"SID","value":7,"domain":".google.com","storeId":"0"}`, "SID"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			result, err := export.Parse("f", []byte("["+session+","+tt.entry+"]"), today)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(extraNames(result.Set), " "); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestParseKeepsNothing changes the data after Parse.
func TestParseKeepsNothing(t *testing.T) {
	data := sample(t, "samples", "netscape-basic.txt")
	result, err := export.Parse("f", data, today)
	if err != nil {
		t.Fatal(err)
	}
	before := result.Set.Key()
	clear(data)
	if result.Set.Key() != before {
		t.Error("the set changed with the data")
	}
}

// TestTooManyCookies has more cookies of google.com than a browser keeps.
func TestTooManyCookies(t *testing.T) {
	text := "__Secure-1PSID=g.a000-long-enough-for-a-session; " + repeat("a%d=b; ", cookie.MaxExtra+1)
	_, err := export.Parse("f", []byte(text), today)
	if err == nil || err.(*cookie.Rejection).Code != cookie.CodeTooBig {
		t.Fatalf("got %v, want %s", err, cookie.CodeTooBig)
	}
	checkMessage(t, "f", err)
}
