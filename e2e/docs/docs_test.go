// Package docs_test follows the documents to the letter: it runs the blocks of
// every document in order, as a reader would, in a fresh copy of the repository
// with an empty home and against the built binaries.
//
// A block that is marked sh runs in a shell, one marked go, js or python is run
// as a program. A sh block that starts a server in the foreground keeps running
// while the following blocks run, as in a second terminal. Whatever can not run
// here, because it belongs to another machine or to root, is marked console.
package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// documents are the Markdown files of the repository, but for test data and what
// tells the past.
func documents(t *testing.T) []string {
	t.Helper()
	var found []string
	for _, name := range tracked(t) {
		if strings.HasSuffix(name, ".md") && !strings.Contains(name, "testdata/") && name != "CHANGELOG.md" {
			found = append(found, name)
		}
	}
	if len(found) == 0 {
		t.Fatal("there is no document")
	}
	return found
}

// tracked are the files that a fresh clone would have after a commit.
func tracked(t *testing.T) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = harness.Root()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("listing the files of the repository: %v", err)
	}
	names := strings.Split(strings.TrimRight(string(out), "\x00"), "\x00")
	slices.Sort(names)
	return names
}

func TestDocuments(t *testing.T) {
	followed := map[string]bool{}
	for _, name := range documents(t) {
		content, err := os.ReadFile(filepath.Join(harness.Root(), name))
		if err != nil {
			t.Fatal(err)
		}
		found := blocks(string(content))
		// A translation whose commands are those of the original is not run again.
		if key := essence(found); len(found) > 0 && !followed[key] {
			followed[key] = true
			t.Run(name, func(t *testing.T) {
				equip(t, found)
				r := newReader(t)
				for _, b := range found {
					r.follow(t, name, b)
				}
			})
		}
	}
}

// equip has what the blocks call, which a person would have or install.
func equip(t *testing.T, found []block) {
	t.Helper()
	for _, tool := range []struct{ lang, word, program, debianPackage string }{
		{"sh", "make ", "make", "make"}, {"sh", "curl ", "curl", "curl ca-certificates"}, {"sh", "npm ", "npm", "npm"},
		{"js", "", "node", "nodejs"}, {"python", "", "python3", "python3"},
	} {
		if slices.ContainsFunc(found, func(b block) bool { return b.lang == tool.lang && strings.Contains(b.text, tool.word) }) {
			harness.Tool(t, tool.program, tool.debianPackage)
		}
	}
}

var comment = regexp.MustCompile(`\s+# .*`)

// essence is what blocks do, without what they say.
func essence(found []block) string {
	var text strings.Builder
	for _, b := range found {
		text.WriteString(b.lang + "\n" + comment.ReplaceAllString(b.text, "") + "\n")
	}
	return text.String()
}

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
