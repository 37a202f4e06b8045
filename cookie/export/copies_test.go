package export_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
)

// copyOf is one copy of a cookie of the session in a file.
type copyOf struct {
	name, store string
	value       string // empty for none
	year        int    // in which it expires
}

// TestCopies: which of several copies of the session's cookies is taken. The stores
// hold the same PSID, as two windows of one browser do.
func TestCopies(t *testing.T) {
	const id, ts = cookie.NamePSID, cookie.NamePSIDTS
	psid, a, b := strings.Repeat("p", 60), strings.Repeat("a", 60), strings.Repeat("b", 60)
	tests := []struct {
		name   string
		copies []copyOf
		ts     string // empty for none
		year   int    // of the PSID that is taken
	}{
		{"the later end, first in the file", []copyOf{{id, "1", psid, 2099}, {ts, "1", a, 2099}, {ts, "1", b, 2098}}, a, 2099},
		{"the later end, last in the file", []copyOf{{id, "1", psid, 2099}, {ts, "1", a, 2098}, {ts, "1", b, 2099}}, b, 2099},
		{"the same end: the last in the file", []copyOf{{id, "1", psid, 2099}, {ts, "1", a, 2099}, {ts, "1", b, 2099}}, b, 2099},
		{"the store with the fresher copy", []copyOf{{id, "1", psid, 2097}, {ts, "1", a, 2098}, {id, "2", psid, 2098}, {ts, "2", b, 2099}}, b, 2098},
		{"the store with the fresher copy comes first", []copyOf{{id, "1", psid, 2097}, {ts, "1", a, 2099}, {id, "2", psid, 2098}, {ts, "2", b, 2098}}, a, 2097},
		{"stores among each other, the last copy in the file", []copyOf{{id, "1", psid, 2097}, {id, "2", psid, 2098}, {ts, "2", b, 2099}, {ts, "1", a, 2099}}, a, 2097},
		{"the only store with a copy that lives", []copyOf{{id, "1", psid, 2097}, {ts, "1", a, 2001}, {id, "2", psid, 2098}, {ts, "2", b, 2099}}, b, 2098},
		{"no store with a copy: the first", []copyOf{{id, "1", psid, 2097}, {id, "2", psid, 2098}}, "", 2097},
		{"an empty PSID is no second account", []copyOf{{id, "1", "", 2097}, {id, "2", psid, 2098}, {ts, "2", b, 2099}}, b, 2098},
		{"an empty copy beside the value", []copyOf{{id, "1", psid, 2097}, {id, "1", "", 2098}, {ts, "1", b, 2099}}, b, 2097},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var objects []string
			for _, c := range tt.copies {
				expires := time.Date(c.year, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
				objects = append(objects, fmt.Sprintf(`{"domain":".google.com","path":"/","name":%q,"value":%q,"storeId":%q,"expirationDate":%d}`,
					c.name, c.value, c.store, expires))
			}
			result, err := export.Parse("cookies.json", []byte("["+strings.Join(objects, ",\n")+"]"), today)
			if err != nil {
				t.Fatal(err)
			}
			if got := result.Set.PSIDTS().Reveal(); got != tt.ts {
				t.Errorf("PSIDTS %q, want %q", got, tt.ts)
			}
			if got := result.PSIDExpires.Year(); result.Set.PSID().Reveal() != psid || got != tt.year {
				t.Errorf("PSID of %d, want that of %d", got, tt.year)
			}
		})
	}
}

// TestSeveralAccountsAreNamed: a refusal names the stores whose sessions differ, and not
// one that repeats a session.
func TestSeveralAccountsAreNamed(t *testing.T) {
	object := func(store, value string) string {
		return fmt.Sprintf(`{"domain":".google.com","path":"/","name":%q,"value":%q,"storeId":%q}`, cookie.NamePSID, value, store)
	}
	p, q := strings.Repeat("p", 60), strings.Repeat("q", 60)
	text := "[" + strings.Join([]string{object("one", p), object("two", p), object("three", q)}, ",") + "]"
	_, err := export.Parse("cookies.json", []byte(text), today)
	if err == nil || !strings.Contains(err.Error(), `2 different Google accounts (stores "1" and "3")`) {
		t.Errorf("%v", err)
	}
}
