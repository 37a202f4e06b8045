package export_test

import (
	"testing"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
)

func TestShown(t *testing.T) {
	for _, tt := range []struct {
		name     string
		show     func(string) string
		in, want string
	}{
		{"a file", cookie.ShownFile, "cookies.txt", "cookies.txt"},
		{"a path", cookie.ShownFile, "/var/lib/geminid/inbox/me.json", "me.json"},
		{"a Windows path", cookie.ShownFile, `C:\Users\me\cookies.txt`, "cookies.txt"},
		{"a browser's copy", cookie.ShownFile, "gemini.google.com_cookies (1).txt", "gemini.google.com_cookies (1).txt"},
		{"no name", cookie.ShownFile, "", "the export"},
		{"a session as a name", cookie.ShownFile, ".cached_cookies_g.a000x.json", "….json"},
		{"a PSIDTS as a name", cookie.ShownFile, "sidts-abc", "…"},
		{"a session as an ending", cookie.ShownFile, "x.abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", "…"},
		{"a long word", cookie.ShownFile, "a0123456789012345678901234567890123456789 b.txt", "… b.txt"},
		{"lines", cookie.ShownFile, "a\nb\x00c\u200b.txt", "abc.txt"},
		{"broken UTF-8", cookie.ShownFile, "a\xff.txt", "a.txt"},
		{"a plain path", cookie.ShownPath, "/var/lib/geminid/inbox/me.json", "/var/lib/geminid/inbox/me.json"},
		{"a path with blanks", cookie.ShownPath, "/in box/it's (1).txt", `'/in box/it'\''s (1).txt'`},
		{"a path with a command", cookie.ShownPath, "/inbox/$(x).txt", `'/inbox/$(x).txt'`},
		{"a domain", export.ShownDomain, ".YouTube.com", ".youtube.com"},
		{"a country", export.ShownDomain, ".google.com.hk", ".google.com.hk"},
		{"a reserved domain", export.ShownDomain, "google.com.evil.example", "google.com.evil.example"},
		{"no domain", export.ShownDomain, "1799999999", "another site"},
		{"a value for a domain", export.ShownDomain, "g.a000abcdefghijklmnopqrstuvwxyz-0076", "another site"},
		{"a value in a domain", export.ShownDomain, "abcdefghijklmnopqrstuvwxyz.com", "another site"},
		{"blanks", export.ShownDomain, "youtube.com; x", "another site"},
		{"a title", export.ShownTitle, " Sign in -\n Google Accounts ", "Sign in - Google Accounts"},
		{"a value in a title", export.ShownTitle, "Hello g.a000abcdefghijklmnopqrstuvwxyz", ""},
		{"an address in a title", export.ShownTitle, "me@example.org - Gemini", ""},
		{"a long title", export.ShownTitle, "a b c d e f g h i j k l m n o p q r s t u v w x y z a b c d e f g h i j k l m n o", ""},
		{"a store", export.ShownStore, "1", "1"},
		{"a container", export.ShownStore, "firefox-container-12", "firefox-container-12"},
		{"a default store", export.ShownStore, "firefox-default", "firefox-default"},
		{"any text", export.ShownStore, "work", ""},
		{"no store", export.ShownStore, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.show(tt.in); got != tt.want {
				t.Errorf("%q: got %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestSessionKey(t *testing.T) {
	for _, tt := range []struct{ key, name, prefix string }{
		{"__Secure-1PSID", cookie.NamePSID, ""},
		{"__SECURE-1PSIDTS", cookie.NamePSIDTS, ""},
		{"SECURE_1PSID", cookie.NamePSID, ""},
		{"secure_1psidts", cookie.NamePSIDTS, ""},
		{"GEMINI_SECURE_1PSID", cookie.NamePSID, "gemini"},
		{"GEMINI_PSIDTS", cookie.NamePSIDTS, ""},
		{"GEMINI_1PSID", cookie.NamePSID, ""},
		{"gemini_cookie_1psidts", cookie.NamePSIDTS, ""},
		{"CONFIG_GEMINI__CLIENTS__1__SECURE_1PSID", cookie.NamePSID, "configgeminiclients1"},
		{"__Secure-3PSID", "", ""},
		{"__Secure-1PSIDCC", "", ""},
		{"__Secure-1PSIDRTS", "", ""},
		{"SID", "", ""},
		{"SAPISID", "", ""},
		{"UPSID", "", ""},
		{"", "", ""},
	} {
		name, prefix, ok := export.SessionKey(tt.key)
		if !ok {
			name, prefix = "", ""
		}
		if name != tt.name || prefix != tt.prefix {
			t.Errorf("%s: got %q, %q, want %q, %q", tt.key, name, prefix, tt.name, tt.prefix)
		}
	}
}

func TestHostOf(t *testing.T) {
	for url, want := range map[string]string{
		"https://gemini.google.com/app?x=1":       "gemini.google.com",
		"https://gemini.google.com?x=1":           "gemini.google.com",
		"https://gemini.google.com:443/":          "gemini.google.com",
		"https://gemini.google.com@evil.example/": "evil.example",
		"https://evil.example/@gemini.google.com": "evil.example",
		"https://evil.example#@gemini.google.com": "evil.example",
		".google.com":          ".google.com",
		"https://.google.com/": ".google.com",
	} {
		if got := export.HostOf(url); got != want {
			t.Errorf("%s: got %q, want %q", url, got, want)
		}
	}
}
