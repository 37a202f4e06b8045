package geminiweb_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb"
)

func TestCookieHeader(t *testing.T) {
	t.Parallel()
	full := cookie.NewSet(cookie.NewValue("p"), cookie.NewValue("ts"), map[string]cookie.Value{
		"NID": cookie.NewValue("n"), "AEC": cookie.NewValue("a"), cookie.NamePSID: cookie.NewValue("stray"), "EMPTY": {},
	})
	others := make(map[string]cookie.Value)
	for name, value := range map[string]string{"COMPASS": "c", "OSID": "o", "__Secure-OSID": "so", "__Host-x": "h", "_ga": "g", "SID": "s", "SIDCC": "cc", "__Secure-3PSIDTS": "t3"} {
		others[name] = cookie.NewValue(value)
	}
	pasted := cookie.NewSet(cookie.NewValue("p"), cookie.NewValue("ts"), others) // a header, host-only cookies among it
	bare := cookie.NewSet(cookie.NewValue("p"), cookie.Value{}, nil)
	tests := []struct {
		set       cookie.Set
		url, want string
	}{
		{full, "https://gemini.google.com/app", "__Secure-1PSID=p; __Secure-1PSIDTS=ts; AEC=a; NID=n"},
		{full, "https://accounts.google.com/RotateCookies", "__Secure-1PSID=p; __Secure-1PSIDTS=ts"},
		{bare, "https://accounts.google.com/RotateCookies", "__Secure-1PSID=p"},
		{full, "https://work.fife.usercontent.google.com/x", "__Secure-1PSID=p; __Secure-1PSIDTS=ts; NID=n"},
		{pasted, "https://gemini.google.com/app", "__Secure-1PSID=p; __Secure-1PSIDTS=ts; COMPASS=c; OSID=o; SID=s; SIDCC=cc; __Host-x=h; __Secure-3PSIDTS=t3; __Secure-OSID=so; _ga=g"},
		{pasted, "https://contribution.usercontent.google.com/download", "__Secure-1PSID=p; __Secure-1PSIDTS=ts; SID=s; SIDCC=cc; __Secure-3PSIDTS=t3"},
		{pasted, "https://work.fife.usercontent.google.com/rd-gg-dl/x", "__Secure-1PSID=p; __Secure-1PSIDTS=ts; SID=s; SIDCC=cc; __Secure-3PSIDTS=t3"},
		{pasted, "https://push.clients6.google.com/upload/", "__Secure-1PSID=p; __Secure-1PSIDTS=ts; SID=s; SIDCC=cc; __Secure-3PSIDTS=t3"},
		{pasted, "https://accounts.google.com/RotateCookies", "__Secure-1PSID=p; __Secure-1PSIDTS=ts"},
		{full, "https://GEMINI.google.com/", "__Secure-1PSID=p; __Secure-1PSIDTS=ts; AEC=a; NID=n"},
		{full, "http://gemini.google.com/app", ""},
		{full, "https://lh3.googleusercontent.com/x", ""},
		{full, "https://notgoogle.com/", ""},
		{full, "https://google.com.evil.example/", ""},
		{full, "https://evil.example/?gemini.google.com", ""},
		{full, "https://gemini.google.com:443/app", "__Secure-1PSID=p; __Secure-1PSIDTS=ts; AEC=a; NID=n"},
		{full, "https://gemini.google.com:8443/app", ""},
		{full, "https://user@gemini.google.com/app", ""},
		{full, "https://[::ffff:127.0.0.1%25.google.com]/x", ""},
		{full, "https://[::1%25.google.com]/x", ""},
		{full, "https://.google.com/x", ""},
		{full, "https://..google.com/x", ""},
		{full, "https://a..google.com/x", ""},
		{full, "https://gemini.google.com./x", ""},
		{full, "https://a_b.google.com/x", ""},
		{full, "https://evil.example／.google.com/x", ""},
		{full, "https://evil.example＃.google.com/x", ""},
		{full, "https://evil.example＠.google.com/x", ""},
		{full, "https://evil.example℀.google.com/x", ""},
	}
	for _, tt := range tests {
		if got := geminiweb.CookieHeader(tt.set, mustURL(t, tt.url)); got != tt.want {
			t.Errorf("%s gets %q, want %q", tt.url, got, tt.want)
		}
	}
}

func TestFresh(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	for header, want := range map[string][]string{
		"__Secure-1PSIDTS=sidts-CjEBjiylAbcdefgh; domain=.google.com; path=/; expires=Wed, 01 Sep 2027 12:00:00 GMT": {cookie.NamePSIDTS},
		"__Secure-1PSIDTS=sidts-CjEBjiylAbcdefgh; domain=google.com":                                                 {cookie.NamePSIDTS},
		"__Secure-1PSIDTS=sidts-CjEBjiylAbcdefgh; domain=.GOOGLE.com":                                                {cookie.NamePSIDTS},
		"__Secure-1PSIDTS=sidts-CjEBjiylAbcdefgh":                                                                    nil, // of this host only
		"__Secure-1PSIDTS=sidts-CjEBjiylAbcdefgh; domain=accounts.google.com":                                        nil,
		"__Secure-1PSIDTS=sidts-CjEBjiylAbcdefgh; domain=.google.com.hk":                                             nil,
		"__Secure-1PSIDTS=; domain=.google.com":                                                                      nil,
		"__Secure-1PSIDTS=sidts-CjEBjiylAbcdefgh; domain=.google.com; max-age=0":                                     nil,
		"__Secure-1PSIDTS=sidts-CjEBjiylAbcdefgh; domain=.google.com; expires=Thu, 01 Jan 1970 00:00:00 GMT":         nil,
		"__Secure-1PSID=other; domain=.google.com":                                                                   nil,
		"SIDCC=abc; domain=.google.com":                                                                              {"SIDCC"},
	} {
		resp := &http.Response{Header: http.Header{"Set-Cookie": {header}}}
		if got := geminiweb.Fresh(resp, now); !slices.Equal(got, want) {
			t.Errorf("%q gives %v, want %v", header, got, want)
		}
	}
}

func FuzzFresh(f *testing.F) {
	f.Add("__Secure-1PSIDTS=sidts-CjEBjiylAbcdefgh; domain=.google.com; path=/; max-age=9")
	f.Add("a=b; domain=.google.com\x00; expires=x")
	f.Fuzz(func(t *testing.T, header string) {
		resp := &http.Response{Header: http.Header{"Set-Cookie": {header}}}
		for _, name := range geminiweb.Fresh(resp, time.Unix(1, 0)) {
			if name == "" || name == cookie.NamePSID {
				t.Errorf("took %q from %q", name, header)
			}
		}
	})
}

// TestWrongClock: dates in an answer are meant against the upstream's own time, so
// that a machine whose clock is years ahead loses no new value.
func TestWrongClock(t *testing.T) {
	t.Parallel()
	header := http.Header{"Date": {"Tue, 01 Sep 2026 12:00:00 GMT"}, "Set-Cookie": {
		"__Secure-1PSIDTS=sidts-CjEBjiylAbcdefgh; Domain=.google.com; Expires=Wed, 01 Sep 2027 12:00:00 GMT",
		"gone=x; Domain=.google.com; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
	}}
	for _, now := range []time.Time{time.Unix(0, 0), time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)} {
		if got := geminiweb.Fresh(&http.Response{Header: header}, now); !slices.Equal(got, []string{"__Secure-1PSIDTS"}) {
			t.Errorf("in %d: taken %v, want the new value alone", now.Year(), got)
		}
		if got := geminiweb.AnsweredAt(header, now); got.Year() != 2026 {
			t.Errorf("answered in %d", got.Year())
		}
		if got := geminiweb.AnsweredAt(http.Header{}, now); !got.Equal(now) {
			t.Errorf("without a date: %s", got)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": 0, "soon": 0, "60": time.Minute, " 5 ": 5 * time.Second, "0": time.Second, "-3": time.Second, "999999999": 24 * time.Hour,
		"Tue, 01 Sep 2026 12:02:00 GMT": 2 * time.Minute, "Tue, 01 Sep 2026 11:00:00 GMT": time.Second,
	} {
		if got := geminiweb.RetryAfter(value, now); got != want {
			t.Errorf("%q gives %s, want %s", value, got, want)
		}
	}
}

func TestSized(t *testing.T) {
	t.Parallel()
	for link, want := range map[string]string{
		"https://lh3.googleusercontent.com/gg-dl/abc":          "https://lh3.googleusercontent.com/gg-dl/abc=s2048",
		"https://lh3.googleusercontent.com/gg-dl/abc=s512":     "https://lh3.googleusercontent.com/gg-dl/abc=s2048",
		"https://lh3.googleusercontent.com/gg-dl/abc=s1024-rj": "https://lh3.googleusercontent.com/gg-dl/abc=s2048",
		"https://lh3.googleusercontent.com/gg-dl/abc=w10-h10":  "https://lh3.googleusercontent.com/gg-dl/abc=w10-h10",
	} {
		if got := geminiweb.Sized(link); got != want {
			t.Errorf("%s becomes %s, want %s", link, got, want)
		}
	}
}

func TestPictureName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"3226530319638580133.png": "3226530319638580133.jpg",
		"":                        "picture.jpg",
		"../../etc/passwd":        "passwd.jpg",
		"a b\r\n\"c\".png":        "abc.jpg",
		"日本.png":                  "picture.jpg",
	} {
		if got := geminiweb.PictureName(name, "image/jpeg"); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}
