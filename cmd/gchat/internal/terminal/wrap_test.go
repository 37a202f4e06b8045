package terminal

import (
	"strings"
	"testing"
)

func TestWrap(t *testing.T) {
	tests := []struct {
		name, text string
		columns    int
		want       string
	}{
		{"fits", "some words", 20, "some words"},
		{"at a blank", "some words here", 12, "some words |here"},
		{"long word", "abcdefghij", 4, "abcd|efgh|ij"},
		{"newlines", "a\n\nb\n", 10, "a||b|"},
		{"wide", "漢字漢字", 5, "漢字|漢字"},
		{"emoji count two", "😀😀😀", 4, "😀😀|😀"},
		{"marks count nothing", "e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"},
		{"narrower than a character", "漢字", 1, "漢|字"},
		{"nothing", "", 10, ""},
	}
	for _, tt := range tests {
		if got := strings.Join(wrapText(tt.text, tt.columns), "|"); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}
