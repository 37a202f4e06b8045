package export_test

import (
	"reflect"
	"testing"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
)

// TestShellCommands compares the words with what the shells themselves make of
// each line.
func TestShellCommands(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       [][]string
	}{
		{"words", `curl  a	b`, [][]string{{"curl", "a", "b"}}},
		{"single quotes", `a 'b c' 'd'\''e'`, [][]string{{"a", "b c", "d'e"}}},
		{"double quotes", `a "b c" "\"\\\$\x"`, [][]string{{"a", "b c", `"\$\x`}}},
		{"adjoining", `-H'a'"b"c`, [][]string{{"-Habc"}}},
		{"empty word", `a '' ""`, [][]string{{"a", "", ""}}},
		{"ANSI-C", `$'a\nb\'c\u0021\x41\101\\'`, [][]string{{"a\nb'c!AA\\"}}},
		{"ANSI-C with a double quote", `$'\"a\"'`, [][]string{{`"a"`}}},
		{"dollar", `$a $ "$b"`, [][]string{{"$a", "$", "$b"}}},
		{"continued line", "a \\\n b \\\r\n c", [][]string{{"a", "b", "c"}}},
		{"escaped blank", `a\ b \\`, [][]string{{"a b", `\`}}},
		{"commands", "a b ;\nc 'd;e' & f | g\n\nh", [][]string{{"a", "b"}, {"c", "d;e"}, {"f"}, {"g"}, {"h"}}},
		{"line in quotes", "a 'b\nc'", [][]string{{"a", "b\nc"}}},
		{"cmd quotes", `a ^"b c^" ^"d^\^"e^"`, [][]string{{"a", "b c", `d"e`}}},
		{"cmd special characters", `a ^"b^&c ^%^7B1^%^7D^"`, [][]string{{"a", "b&c %7B1%7D"}}},
		{"cmd continued line", "a ^\r\n  \"b ^ c\" ^\n d", [][]string{{"a", "b ^ c", "d"}}},
		{"cmd commands", "a ^\"b^\" &\r\nc ^\"d^\"", [][]string{{"a", "b"}, {"c", "d"}}},
		{"cmd single quote", `a ^"it's^"`, [][]string{{"a", "it's"}}},
		{"cmd backslash", `a ^"b\\c^"`, [][]string{{"a", `b\\c`}}},
		{"nothing", " \n ; ", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, rejection := export.ShellCommands(tt.text)
			if rejection != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("%q: got %q, %v; want %q", tt.text, got, rejection, tt.want)
			}
		})
	}
}

func TestShellCommandsCut(t *testing.T) {
	for _, text := range []string{`a 'b`, `a "b`, `a "b\`, `a $'b`, `a $'b\`, `a ^"b`, "'"} {
		if got, rejection := export.ShellCommands(text); rejection == nil || rejection.Code != cookie.CodeTruncated {
			t.Errorf("%q: got %q, %v; want %s", text, got, rejection, cookie.CodeTruncated)
		}
	}
}
