package wire_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

func TestParsePage(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, html string
		want       wire.Page
	}{
		{name: "all keys", html: `<script>window.WIZ_global_data = {"FdrFJe":"-123","S06Grb":"","SNlM0e":"ADR5za:1764000000000","TuX5cc":"en","cfb2h":"boq_1","qKIAYe":"feeds/x"};`,
			want: wire.Page{Token: "ADR5za:1764000000000", Build: "boq_1", Session: "-123", Language: "en", Feed: "feeds/x"}},
		{name: "blanks behind the colon", html: "{\"SNlM0e\": \n \"a:1\"}", want: wire.Page{Token: "a:1"}},
		{name: "escapes", html: `{"SNlM0e":"a\u003db\/c"}`, want: wire.Page{Token: "a=b/c"}},
		{name: "empty first", html: `"SNlM0e":"","SNlM0e":"later"`, want: wire.Page{Token: "later"}},
		{name: "no string", html: `"SNlM0e":null,"cfb2h":7,"FdrFJe":["x"]`},
		{name: "line break in the value", html: "\"SNlM0e\":\"a\r\nX: y\""},
		{name: "escaped line break", html: `"SNlM0e":"a\r\nX: y"`},
		{name: "torn", html: `"SNlM0e":"abc`},
		{name: "endless", html: `"SNlM0e":"` + strings.Repeat("a", 10_000) + `"`},
		{name: "nothing", html: "<html></html>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := wire.ParsePage([]byte(tt.html)); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func TestParsePageHidesTheAccount(t *testing.T) {
	t.Parallel()
	a := wire.ParsePage([]byte(`"S06Grb":"108234567890123456789"`)).Account
	b := wire.ParsePage([]byte(`"S06Grb":"108234567890123456780"`)).Account
	if len(a) != 16 || a == b || strings.Contains(a, "1082345") {
		t.Errorf("got %q and %q", a, b)
	}
}

func TestParseInterval(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]time.Duration{
		")]}'\n\n[[\"identity.hfcr\",600],[\"di\",44]]":        10 * time.Minute,
		")]}'\n\n[[\"identity.hfcr\",2147483647],[\"di\",44]]": math.MaxInt32 * time.Second,
		")]}'\n\n[[\"identity.hfcr\",2147483648]]":             0,
		")]}'\n\n[[\"identity.hfcr\",3600]]":                   time.Hour,
		")]}'\n\n[[\"identity.hfcr\",-5]]":                     0,
		")]}'\n\n[[\"identity.hfcr\",\"600\"]]":                10 * time.Minute,
		")]}'\n\n[[\"di\",44]]":                                0,
		")]}'\n\n[[\"identity.hfcr\",":                         0,
		"":                                                     0,
	} {
		if got := wire.ParseInterval([]byte(body)); got != want {
			t.Errorf("%q gives %s, want %s", body, got, want)
		}
	}
}

func FuzzParsePage(f *testing.F) {
	f.Add([]byte(`"SNlM0e":"a:1","cfb2h": "b"`))
	f.Add([]byte(`"SNlM0e":"\u0000`))
	f.Add([]byte(`"FdrFJe":"\\\"`))
	f.Fuzz(func(t *testing.T, html []byte) {
		p := wire.ParsePage(html)
		for _, v := range []string{p.Token, p.Build, p.Session, p.Language, p.Feed, p.Account} {
			if strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r > '~' }) {
				t.Errorf("%q may not go into a request", v)
			}
		}
	})
}

func FuzzParseInterval(f *testing.F) {
	for _, c := range wiretest.LoadCaptures(f, captures) {
		f.Add(c.Raw)
	}
	f.Add([]byte("\n[[\"identity.hfcr\",1e99]]"))
	f.Fuzz(func(t *testing.T, body []byte) {
		if got := wire.ParseInterval(body); got < 0 || got > math.MaxInt32*time.Second {
			t.Errorf("got %s", got)
		}
	})
}
