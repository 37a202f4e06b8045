package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/geminid/geminid/cmd/gchat/internal/ssh"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
)

// completionScript writes a shell's script to a file.
func completionScript(t *testing.T, shell string) string {
	t.Helper()
	var out strings.Builder
	c := &terminal.Console{Out: &out, Err: &out, Getenv: os.Getenv}
	if code := run([]string{"completion", shell}, c); code != 0 {
		t.Fatalf("exit code %d: %s", code, out.String())
	}
	path := filepath.Join(t.TempDir(), "gchat."+shell)
	if err := os.WriteFile(path, []byte(out.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// shell runs a program that may not be installed.
func shell(t *testing.T, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("no %s on this machine: its completion is not tested", name)
	}
	out, err := exec.Command(path, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

func TestCompletionBash(t *testing.T) {
	script := completionScript(t, "bash")
	tests := []struct{ line, has, lacks string }{
		{"gchat ", "ask models login cookies completion version --model --server", "help check"},
		{"gchat coo", "cookies", "models"},
		{"gchat cookies ", "quick save update status check --key", "ask --raw"},
		{"gchat cookies q", "quick", "save"},
		{"gchat --server x cookies quick --p", "--port --print", "--host"},
		{"gchat completion ", "bash zsh fish", "quick"},
		{"gchat --mo", "--model", "--raw"},
	}
	for _, tt := range tests {
		words := strings.Split(tt.line, " ")
		var quotedWords []string
		for _, word := range words {
			quotedWords = append(quotedWords, ssh.QuoteWord(word))
		}
		out := shell(t, "bash", "--norc", "-c", fmt.Sprintf(`source %s; COMP_WORDS=(%s); COMP_CWORD=%d; _gchat; printf '%%s\n' "${COMPREPLY[@]}"`,
			ssh.QuoteWord(script), strings.Join(quotedWords, " "), len(words)-1))
		offered := " " + strings.Join(strings.Fields(out), " ") + " "
		for _, word := range strings.Fields(tt.has) {
			if !strings.Contains(offered, " "+word+" ") {
				t.Errorf("%q: %s is not offered in%s", tt.line, word, offered)
			}
		}
		for _, word := range strings.Fields(tt.lacks) {
			if strings.Contains(offered, " "+word+" ") {
				t.Errorf("%q: %s is offered in%s", tt.line, word, offered)
			}
		}
	}
}

func TestCompletionBashFiles(t *testing.T) {
	script := completionScript(t, "bash")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "export.json"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	out := shell(t, "bash", "--norc", "-c", fmt.Sprintf(
		`source %s; cd %s; COMP_WORDS=(gchat cookies check ex); COMP_CWORD=3; _gchat; printf '%%s\n' "${COMPREPLY[@]}"`,
		ssh.QuoteWord(script), ssh.QuoteWord(dir)))
	if strings.TrimSpace(out) != "export.json" {
		t.Errorf("got %q, want the file", out)
	}
}

func TestCompletionZsh(t *testing.T) {
	script := completionScript(t, "zsh")
	// zsh -n reads the whole script; the words are looked up in stubs of the
	// completion system.
	shell(t, "zsh", "-f", "-n", script)
	out := shell(t, "zsh", "-f", "-c", fmt.Sprintf(`compdef() { :; }; _files() { :; }
_describe() { eval "print -l -- \"\${$2[@]}\""; }
source %s
words=(gchat cookies ''); CURRENT=3; _gchat`, ssh.QuoteWord(script)))
	for _, want := range []string{"quick:Open a browser", "status:Show how", "--server:Address"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not offered in\n%s", want, out)
		}
	}
}

func TestCompletionFish(t *testing.T) {
	script := completionScript(t, "fish")
	out := shell(t, "fish", "--no-config", "-c", fmt.Sprintf(`source %s; complete -C "gchat cookies "`, ssh.QuoteWord(script)))
	if !strings.Contains(out, "quick\tOpen a browser") || strings.Contains(out, "completion") {
		t.Errorf("got\n%s", out)
	}
	if out := shell(t, "fish", "--no-config", "-c", fmt.Sprintf(`source %s; complete -C "gchat --th"`, ssh.QuoteWord(script))); !strings.Contains(out, "--thoughts") {
		t.Errorf("got\n%s", out)
	}
}

// TestGrammar keeps the grammar whole: each command has its help, with examples
// where there is something to show, and can be completed.
func TestGrammar(t *testing.T) {
	var flags grammar
	parser, err := newParser(&flags, &terminal.Console{Getenv: os.Getenv})
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	err = kong.Visit(parser.Model, func(node kong.Visitable, next kong.Next) error {
		switch n := node.(type) {
		case *kong.Node:
			if n.Help == "" {
				t.Errorf("the command %q has no help", n.FullPath())
			}
			if !n.Hidden {
				paths = append(paths, strings.TrimSpace(strings.TrimPrefix(n.Path(), "gchat")))
			}
		case *kong.Flag:
			if n.Help == "" {
				t.Errorf("the flag --%s has no help", n.Name)
			}
		}
		return next(nil)
	})
	if err != nil {
		t.Fatal(err)
	}
	want := "ask/image/models/login/cookies/cookies quick/cookies save/cookies update/cookies status/cookies check/completion/version"
	if got := strings.Join(paths, "/"); got != want {
		t.Errorf("got the commands %s, want %s", got, want)
	}
}
