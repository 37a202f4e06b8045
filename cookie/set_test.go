package cookie_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/geminid/geminid/cookie"
)

const secret = "g.a000-the-secret-that-nobody-may-see"

// TestValuesDoNotPrint prints values in every way there is, also from within
// fields that fmt can only reach by reflection.
func TestValuesDoNotPrint(t *testing.T) {
	value := cookie.NewValue(secret)
	set := cookie.NewSet(value, value, map[string]cookie.Value{"SID": value})
	export := &cookie.Export{Set: set}
	hidden := struct {
		value cookie.Value
		set   cookie.Set
		list  []cookie.Value
		named []cookie.Named
	}{value, set, []cookie.Value{value}, set.Extra()}
	var printed bytes.Buffer
	for _, holder := range []any{value, &value, set, &set, export, hidden, &hidden, hidden.named, map[string]cookie.Value{"a": value}} {
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
	for _, form := range append(disguises(secret), secret) {
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
	laid := set.WithExtra([]cookie.Named{{Name: "SID", Value: cookie.NewValue("3")}, {Name: "AEC", Value: cookie.NewValue("4")}})
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
