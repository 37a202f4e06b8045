package docs_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// TestMarks: a block with a mark that nobody knows would silently not run.
func TestMarks(t *testing.T) {
	for _, name := range documents(t) {
		content, err := os.ReadFile(filepath.Join(harness.Root(), name))
		if err != nil {
			t.Fatal(err)
		}
		if _, unknown := scan(string(content)); unknown != nil {
			t.Errorf("%s: blocks with marks that mean nothing here: %v; runnable are %v, shown only %v", name, unknown, runnable, shown)
		}
	}
}
