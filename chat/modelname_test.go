package chat_test

import (
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
)

func TestIsModelName(t *testing.T) {
	for name, want := range map[string]bool{
		"gemini-2.5-flash": true, "google/gemini-2.5-flash": true, "gemini-2.5-flash:latest": true, "a/b/c": true, "o@2025+x": true, "X": true,
		strings.Repeat("m", 128): true, strings.Repeat("m", 129): false, "": false, "/a": false, "a/": false, "a//b": false, ":a": false, "a:": false,
		"a b": true, "Gemini 2.5 Pro": true, " a": false, "a ": false, "a\tb": false, "a\u00a0b": false, "ü": false, "快": false, "a\n": false, "models/a": false, "tunedModels/a": false, "../a": false, "a/./b": false, "..": false, "a..b": true, "a?b": false, "a%b": false, "a#b": false,
	} {
		if got := chat.IsModelName(name); got != want {
			t.Errorf("%q: %t", name, got)
		}
	}
}
