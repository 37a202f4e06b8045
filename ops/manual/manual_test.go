package manual_test

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/geminid/geminid/ops/manual"
)

// grammar has one of everything.
type grammar struct {
	Loud bool `short:"l" help:"Say more."`
	Show struct {
		File  string `arg:"" type:"path" help:"The file; it is only read."`
		Wide  int    `help:"Columns." placeholder:"N"`
		Out   string `short:"o" help:"Where it goes." placeholder:"FILE"`
		Tint  string `enum:",warm,cold" default:"" help:"Light."`
		Ghost bool   `hidden:"" help:"Never told."`
	} `cmd:"" help:"Show a file."`
	Group struct {
		Inner struct {
			Kind string `arg:"" enum:"red,blue" help:"A colour."`
		} `cmd:"" help:"Inside. More of it."`
	} `cmd:"" help:"A group."`
	Secret struct{} `cmd:"" hidden:"" help:"Never told."`
}

const description = `Does things.

Try it:   thing show FILE
.begins with a dot`

func model(t *testing.T) *kong.Application {
	t.Helper()
	k, err := kong.New(&grammar{}, kong.Name("thing"), kong.Description(description))
	if err != nil {
		t.Fatal(err)
	}
	return k.Model
}

func page(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := manual.WritePage(&b, model(t), manual.About{Summary: "do things", Version: "1.2", SeeAlso: []string{"other(1)"}}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPage(t *testing.T) {
	got := page(t)
	for _, want := range []string{
		".TH THING 1", `thing \- do things`, `.SS thing show <file>`, `\fB\-l, \-\-loud\fR`, `\fB\-\-wide=N\fR`,
		`.SS thing group inner <kind>`, "other(1)", `\&.begins with a dot`, ".PP\n.nf\nTry it:   thing show FILE\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
	for _, hidden := range []string{"ghost", "Never told", "secret"} {
		if strings.Contains(got, hidden) {
			t.Errorf("%q is hidden and stands in the page", hidden)
		}
	}
}

func TestPageIsSound(t *testing.T) {
	mandoc, err := exec.LookPath("mandoc")
	if err != nil {
		t.Skip("SKIPPED: no mandoc on this machine to read the page")
	}
	cmd := exec.Command(mandoc, "-T", "lint", "-W", "warning")
	cmd.Stdin = strings.NewReader(page(t))
	out, _ := cmd.CombinedOutput()
	for line := range strings.Lines(string(out)) {
		if !strings.Contains(line, "missing date") {
			t.Errorf("mandoc: %s", line)
		}
	}
}

func TestCompletion(t *testing.T) {
	tests := []struct {
		shell string
		has   []string
	}{
		{"bash", []string{"complete -o default -F _thing thing", `"group inner") path="group inner"`, `words="red blue --help --loud "`,
			`--wide --out --tint " files=yes`, `--out | -o) files=yes ;;`, `--tint) words="warm cold "`, `--wide) compopt +o default`}},
		{"zsh", []string{"#compdef thing", "'inner:Inside'", "'--wide:Columns'", `--out | -o) _files; return ;;`, `--tint) values=('warm' 'cold' )`, "--wide) return ;;"}},
		{"fish", []string{"complete -c thing -f", "-a 'inner' -d 'Inside'", "-l 'wide' -x", "-l 'out' -s 'o' -r -F", "-l 'tint' -x -a 'warm cold '", "-l 'loud' -s 'l' -d"}},
	}
	for _, test := range tests {
		t.Run(test.shell, func(t *testing.T) {
			var b bytes.Buffer
			if err := manual.WriteCompletion(&b, test.shell, model(t)); err != nil {
				t.Fatal(err)
			}
			for _, want := range test.has {
				if !strings.Contains(b.String(), want) {
					t.Errorf("%q is missing in:\n%s", want, &b)
				}
			}
			if strings.Contains(b.String(), "secret") || strings.Contains(b.String(), "ghost") {
				t.Errorf("something hidden is offered:\n%s", &b)
			}
		})
	}
	if err := manual.WriteCompletion(&bytes.Buffer{}, "tcsh", model(t)); err == nil {
		t.Error("a shell without a script is no error")
	}
}
