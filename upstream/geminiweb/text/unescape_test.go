package text_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
	"github.com/geminid/geminid/upstream/geminiweb/text"
)

// escapeTwice returns the inside of a JSON string inside a JSON string, with the
// quote that ends the inner one.
func escapeTwice(s string) string {
	outer := wiretest.JSON(wiretest.JSON(s))
	return strings.TrimSuffix(strings.TrimPrefix(outer, `"\"`), `"`)
}

// Every escape is decoded as two JSON decoders do it, in whole and up to any
// rune, and a text that is torn anywhere is refused.
func TestUnescape(t *testing.T) {
	t.Parallel()
	const dst = "before"
	for _, s := range []string{
		"", "plain", "a\nb", "\n\n", "\ta\rb\bc\fd", `"quoted" \ / \\n`, "<b>&amp;</b>", "日本語 é 😀😀", "\u0000\u001f\u007f", "\u2028", "a\nb\"c\\d😀<",
	} {
		raw := escapeTwice(s)
		out, used, ok := text.UnescapeText(dst, raw+",1]", -1)
		if !ok || out != dst+s || used != len(raw)-len(`\"`) {
			t.Errorf("%q: got %q using %d of %d, %v", s, out, used, len(raw), ok)
		}
		for limit := range len(s) + 1 {
			out, used, ok := text.UnescapeText(dst, raw, limit)
			if limit < len(s) && !utf8.RuneStart(s[limit]) {
				continue
			}
			if !ok || out != dst+s[:limit] {
				t.Errorf("%q up to %d: got %q, %v", s, limit, out, ok)
			}
			rest, _, _ := text.UnescapeText("", raw[used:], -1)
			if rest != s[limit:] {
				t.Errorf("%q from %d: got %q", s, limit, rest)
			}
		}
		if _, _, ok := text.UnescapeText(dst, raw, len(s)+1); ok {
			t.Errorf("%q: more bytes than there are", s)
		}
		for torn := range len(raw) - 1 {
			if _, _, ok := text.UnescapeText(dst, raw[:torn], -1); ok {
				t.Errorf("%q torn at %d was read", s, torn)
			}
		}
	}
}

func TestUnescapeOtherSpellings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		raw, want string
		ok        bool
	}{
		{`\u0041\u0062\"`, "Ab", true},
		{`a\/b\\\/c\"`, "a/b/c", true},
		{`\\u0041\\u00e9\"`, "Aé", true},
		{`x\u005cn\u0022`, "x\n", true}, // the backslash and the quote as \u
		{`\\\"\\\\\"`, `"\`, true},
		{`\ud83d\ude00\"`, "😀", true},
		{`\\ud83d\\ude00\"`, "😀", true},
		{`\ud83dx\"`, "\uFFFDx", true},
		{`\\ud83d\ude00\"`, "", false}, // a pair in two spellings
		{`\\x\"`, "", false},
		{`\x\"`, "", false},
		{`\u00g0\"`, "", false},
		{`\u001f\"`, "", false},
		{"a\tb\\\"", "", false},
		{`\\\a\"`, "", false},
		{`\\\u0041\"`, "", false},
		{`a"`, "", false},
		{"\xff\\\"", "", false},
	} {
		got, _, ok := text.UnescapeText("", tt.raw, -1)
		if ok != tt.ok || ok && got != tt.want {
			t.Errorf("%s: got %q, %v; want %q, %v", tt.raw, got, ok, tt.want, tt.ok)
		}
	}
}
