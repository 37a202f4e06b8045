package main

import (
	"strings"
	"testing"
)

// TestDescription keeps the exit codes of the help and of exit.go together.
func TestDescription(t *testing.T) {
	text := strings.Join(strings.Fields(description), " ")
	for _, part := range []string{"0 ok", "1 refused", "2 file cannot be read", "64 usage", "69 server not available",
		"75 try again later", "77 no permission", "78 configuration", "130 interrupted"} {
		if !strings.Contains(text, part) {
			t.Errorf("the help does not tell %q", part)
		}
	}
}
