package cookie_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/internal/cookietest"
)

const secret = "g.a000-the-secret-that-nobody-may-see"

// TestValuesDoNotPrint prints values in every way there is, also from within
// fields that fmt can only reach by reflection.
func TestValuesDoNotPrint(t *testing.T) {
	value := cookie.NewValue(secret)
	set := cookie.NewSet(value, value, map[string]cookie.Value{"SID": value})
	hidden := struct {
		value cookie.Value
		set   cookie.Set
		list  []cookie.Value
		named []cookie.Named
	}{value, set, []cookie.Value{value}, set.Extra()}
	var printed bytes.Buffer
	for _, holder := range []any{value, &value, set, &set, hidden, &hidden, hidden.named, map[string]cookie.Value{"a": value}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t"} {
			fmt.Fprintf(&printed, verb+"\n", holder)
		}
		text, err := json.Marshal(holder)
		if err != nil {
			t.Fatal(err)
		}
		printed.Write(text)
		slog.New(slog.NewTextHandler(&printed, nil)).Info("x", "holder", holder)
		slog.New(slog.NewJSONHandler(&printed, nil)).Info("x", "holder", holder)
	}
	for _, form := range append(cookietest.ListDisguises(secret), secret) {
		if strings.Contains(printed.String(), form) {
			t.Errorf("printed as %q", form)
		}
	}
}

func TestValue(t *testing.T) {
	if got := cookie.NewValue(secret).Reveal(); got != secret {
		t.Errorf("Reveal: got %q", got)
	}
	for _, empty := range []cookie.Value{{}, cookie.NewValue("")} {
		if !empty.IsZero() || empty.Reveal() != "" || empty != (cookie.Value{}) {
			t.Errorf("an empty value is not the zero value: %q", empty.Reveal())
		}
	}
	if cookie.NewValue(secret).IsZero() {
		t.Error("a value is zero")
	}
	if cookie.NewValue(secret) != cookie.NewValue(strings.Clone(secret)) {
		t.Error("equal values differ")
	}
}

func TestSet(t *testing.T) {
	extra := map[string]cookie.Value{"SID": cookie.NewValue("1"), "NID": cookie.NewValue("2")}
	set := cookie.NewSet(cookie.NewValue("psid"), cookie.NewValue("ts"), extra)
	extra["SID"] = cookie.NewValue("changed outside")
	renewed := set.WithPSIDTS(cookie.NewValue("ts2"))
	laid := set.WithExtra([]cookie.Named{{Name: "SID", Value: cookie.NewValue("3")}, {Name: "AEC", Value: cookie.NewValue("4")}}, time.Now())
	names := func(s cookie.Set) (text string) {
		for _, n := range s.Extra() {
			text += n.Name + "=" + n.Value.Reveal() + " "
		}
		return text
	}
	for _, tt := range []struct{ name, got, want string }{
		{"extra is a sorted copy", names(set), "NID=2 SID=1 "},
		{"extra is laid over", names(laid), "AEC=4 NID=2 SID=3 "},
		{"the old set stays", set.PSIDTS().Reveal(), "ts"},
		{"the new set has the new value", renewed.PSIDTS().Reveal(), "ts2"},
		{"the identity stays", fmt.Sprint(set.Identity()), fmt.Sprint(renewed.Identity())},
		{"extra does not count", fmt.Sprint(set.Key()), fmt.Sprint(laid.Key())},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, tt.got, tt.want)
		}
	}
	if set.Key() == renewed.Key() {
		t.Error("a renewed set has the same key")
	}
	if !(cookie.Set{}).IsZero() || set.IsZero() {
		t.Error("IsZero is wrong")
	}
}

// The other cookies of a set stay below what any server takes, whatever the
// upstream sets, and cookies of a file that are longer are kept.
func TestExtraCookiesAreBounded(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	value := func(n int) cookie.Value { return cookie.NewValue(strings.Repeat("v", n)) }
	many := func(n, size int) (out []cookie.Named) {
		for i := range n {
			out = append(out, cookie.Named{Name: fmt.Sprintf("n%04d", i), Value: value(size)})
		}
		return out
	}
	empty := cookie.NewSet(value(30), value(30), nil)
	full := cookie.NewSet(value(30), value(30), map[string]cookie.Value{"a": value(4000), "b": value(4000), "c": value(4000), "d": value(4000), "e": value(4000)})
	for _, tt := range []struct {
		name string
		set  cookie.Set
		news []cookie.Named
		want int
	}{
		{"200 names", empty, many(300, 1), 200},
		{"16 KiB", empty, many(300, 1019), 16},
		{"as long as a cookie may be", empty, many(1, 4096), 1},
		{"one byte longer", empty, many(1, 4097), 0},
		{"no name", empty, []cookie.Named{{Value: value(3)}}, 0},
		{"a blank in the value", empty, []cookie.Named{{Name: "n", Value: cookie.NewValue("a b")}}, 0},
		{"no place beside those of a file", full, many(1, 1), 5},
		{"one of a file changes", full, []cookie.Named{{Name: "a", Value: value(4000)}}, 5},
		{"one of a file grows", full, []cookie.Named{{Name: "a", Value: value(4001)}}, 5},
		{"expired ones make room", empty.WithExtra([]cookie.Named{{Name: "old", Value: value(4000), Expires: now}}, now.Add(-1)), many(300, 1019), 16},
	} {
		got := tt.set.WithExtra(tt.news, now).Extra()
		if len(got) != tt.want {
			t.Errorf("%s: got %d cookies, want %d", tt.name, len(got), tt.want)
		}
		if tt.name == "one of a file grows" && got[0].Value != value(4000) {
			t.Error("a set that is full has grown")
		}
	}
	if got := full.WithoutExtra(); len(got.Extra()) != 0 || got.Key() != full.Key() || len(full.Extra()) != 5 {
		t.Error("WithoutExtra is wrong")
	}
}

func TestPlausibleSession(t *testing.T) {
	for value, want := range map[string]bool{
		"": false, strings.Repeat("v", 19): false, strings.Repeat("v", 20): true, strings.Repeat("v", 4096): true,
		strings.Repeat("v", 4097): false, strings.Repeat("v", 20) + " ": false, strings.Repeat("v", 20) + ";": false,
		"sidts-CjEBjiylAbcdefgh%3D": true,
	} {
		if got := cookie.PlausibleSession(value); got != want {
			t.Errorf("%d bytes %.30q: got %v", len(value), value, got)
		}
	}
}
