package packages_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// TestCompletions has every shell that is handed a completion try it. The tests
// are gchat's own; they leave out the shells that a machine lacks, so here is one
// that lacks none.
func TestCompletions(t *testing.T) {
	shells(t)
	cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-v", "-run", "^TestCompletion", "./cmd/gchat")
	cmd.Dir = harness.Root()
	out, err := cmd.CombinedOutput()
	if passed := strings.Count(string(out), "\n--- PASS"); err != nil || passed < 4 || strings.Contains(string(out), "SKIP") {
		t.Errorf("%d shells passed, %v:\n%s", passed, err, out)
	}
}

func shells(t *testing.T) []string {
	t.Helper()
	all := []string{"bash", "zsh", "fish"}
	for _, shell := range all {
		harness.Tool(t, shell, shell)
	}
	return all
}

// TestCompletionOfValues: where a file is wanted every shell offers files, and
// where one of a few words is wanted those.
func TestCompletionOfValues(t *testing.T) {
	const file = "export.json"
	tests := []struct{ line, has, lacks string }{
		{"geminid cookies import ex", file, "--json"},
		{"geminid cookies check ex", file, ""},
		{"geminid config import ex", file, ""},
		{"geminid config import --from webai-to-api ex", file, "gemini-fastapi"},
		{"geminid config import --config ex", file, ""},
		{"geminid config import -c ex", file, ""},
		{"geminid config import --config=ex", file, ""},
		{"geminid config import --from ", "gemini-fastapi", "--force"},
		{"geminid config import --from=gemini-f", "gemini-fastapi", "cliproxyapi"},
		{"geminid audit verify ex", file, ""},
		{"geminid report --lang ", "zh", file},
		{"geminid serve --listen ex", "", file},
		{"geminid config ", "import", file},
		{"gchat -f ex", file, ""},
		{"gchat ask --file ex", file, ""},
		{"gchat image -i ex", file, ""},
		{"gchat image fox -o ex", file, ""},
		{"gchat cookies quick --browser ", "firefox chrome", file},
		{"gchat --model ex", "", file},
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, file), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, shell := range shells(t) {
		for _, program := range []string{"geminid", "gchat"} {
			script, err := exec.Command(harness.Binary(t, program), "completion", shell).Output()
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, "."+program), script, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		t.Run(shell, func(t *testing.T) {
			for _, tt := range tests {
				offered := strings.Fields(offer(t, shell, dir, tt.line))
				for i, word := range offered { // fish repeats the flag of --flag=value, zsh has word:help
					offered[i], _, _ = strings.Cut(word[strings.Index(word, "=")+1:], ":")
				}
				got := " " + strings.Join(offered, " ") + " "
				for word := range strings.FieldsSeq(tt.has) {
					if !strings.Contains(got, " "+word+" ") {
						t.Errorf("%q: %s is not offered in%s", tt.line, word, got)
					}
				}
				if tt.lacks != "" && strings.Contains(got, " "+tt.lacks+" ") {
					t.Errorf("%q: %s is offered in%s", tt.line, tt.lacks, got)
				}
			}
		})
	}
}

// offer asks a shell what may follow a line. Bash and zsh are asked as their line
// editors would, with stubs for what belongs to those.
func offer(t *testing.T, shell, dir, line string) string {
	t.Helper()
	program, _, _ := strings.Cut(line, " ")
	words := strings.Split(line, " ")
	if shell == "bash" { // it breaks words at = too
		words = strings.Split(strings.ReplaceAll(line, "=", " = "), " ")
	}
	quoted := "'" + strings.Join(words, "' '") + "'"
	args := map[string][]string{
		"bash": {"--norc", "-c", fmt.Sprintf(`source .%s; COMP_WORDS=(%s); COMP_CWORD=%d; _%s; printf '%%s\n' "${COMPREPLY[@]}"`,
			program, quoted, len(words)-1, program)},
		"zsh": {"-f", "-c", fmt.Sprintf(`compdef() { :; }; compset() { PREFIX=${PREFIX#*=}; }
_files() { print -l -- $PREFIX*; }; _describe() { eval "print -l -- \"\${(@M)$2:#$PREFIX*}\""; }
source ./.%s; words=(%s); CURRENT=%d; PREFIX=$words[CURRENT]; _%s`, program, quoted, len(words), program)},
		"fish": {"--no-config", "-c", fmt.Sprintf(`source .%s; complete -C "%s"`, program, line)},
	}
	cmd := exec.CommandContext(t.Context(), shell, args[shell]...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil && len(out) > 0 {
		t.Logf("%s on %q: %v\n%s", shell, line, err, out)
	}
	return string(out)
}
