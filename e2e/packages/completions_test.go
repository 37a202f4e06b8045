package packages_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// TestCompletions has every shell that is handed a completion try it. The tests
// are gchat's own; they leave out the shells that a machine lacks, so here is one
// that lacks none.
func TestCompletions(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		harness.Tool(t, shell, shell)
	}
	cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-v", "-run", "^TestCompletion", "./cmd/gchat")
	cmd.Dir = harness.Root()
	out, err := cmd.CombinedOutput()
	if passed := strings.Count(string(out), "\n--- PASS"); err != nil || passed < 4 || strings.Contains(string(out), "SKIP") {
		t.Errorf("%d shells passed, %v:\n%s", passed, err, out)
	}
}
