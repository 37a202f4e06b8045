package printable_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/geminid/geminid/internal/printable"
)

func TestText(t *testing.T) {
	for in, want := range map[string]string{
		"":                              "",
		"a\tb\nc":                       "a\tb\nc",
		"\x1b]52;c;cm0gLXJm\x07x":       "]52;c;cm0gLXJmx",
		"\x1b[2J\u009b2J\r\b\x7f\x00ok": "[2J2Jok",
		"a\u202eb\u2066c\u2069":         "abc",
		"Zoë 你好 🙂":                      "Zoë 你好 🙂",
	} {
		if got := printable.Text(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestWriter(t *testing.T) {
	var out strings.Builder
	if n, err := fmt.Fprintf(printable.Writer{Output: &out}, "%s\x1b[1m%s", "a", "b"); n != 6 || err != nil || out.String() != "a[1mb" {
		t.Errorf("wrote %d, %v: %q", n, err, out.String())
	}
	if n, err := (printable.Writer{Output: full{}}).Write([]byte("a")); n != 0 || err == nil {
		t.Errorf("to a full disk: %d, %v", n, err)
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("full") }
