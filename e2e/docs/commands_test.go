package docs_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// mention is a command of ours in code: a span or a line of a block.
var mention = regexp.MustCompile("(?:^|[`$|&(] ?|sudo |bin/)(geminid|gchat)((?: [a-z][a-z-]+){1,2})")

// TestCommandsExist asks the programs for help on every command that a document
// names, so that none tells of a command that does not exist.
func TestCommandsExist(t *testing.T) {
	named := map[string]string{} // command → where it is named
	for _, name := range documents(t) {
		content, err := os.ReadFile(filepath.Join(harness.Root(), name))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(content)) {
			for _, m := range mention.FindAllStringSubmatch(line, -1) {
				named[m[1]+m[2]] = name
			}
		}
	}
	if len(named) < 10 {
		t.Fatalf("the documents name only %d commands", len(named))
	}
	for command, where := range named {
		words := strings.Fields(command)
		help, said, code := harness.Run(t, harness.Command{Name: words[0], Args: append(words[1:], "--help")})
		// gchat takes a word that is no command for the beginning of a question.
		if code != 0 || !strings.HasPrefix(help, "Usage: "+words[0]+" "+words[1]) {
			t.Errorf("%s names %q, which is no command: %s", where, command, said)
		}
	}
}
