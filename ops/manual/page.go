// Package manual makes the companions of a command line from the command line itself:
// the man page and the completion scripts of the shells, out of the grammar that parses
// the arguments. So they cannot say anything else than the program does.
package manual

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// About holds the parts of a man page that the grammar does not have.
type About struct {
	// Summary is half a line on what the program is, without a full stop.
	Summary string
	// Version stands in the footer.
	Version string
	// SeeAlso are other pages, such as "gchat(1)".
	SeeAlso []string
}

// WritePage writes the man page of a program in section 1, with every command that is
// not hidden.
func WritePage(w io.Writer, app *kong.Application, about About) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, ".TH %s 1 \"\" \"%s %s\" \"User Commands\"\n", strings.ToUpper(app.Name), app.Name, about.Version)
	fmt.Fprintf(b, ".SH NAME\n%s \\- %s\n", app.Name, escapeRoff(about.Summary))
	fmt.Fprintf(b, ".SH SYNOPSIS\n.B %s\n[\\fIcommand\\fR] [\\fIflags\\fR]\n.SH DESCRIPTION\n", app.Name)
	writeParagraphs(b, app.Help)
	if flags := visibleFlags(app.Flags); len(flags) > 0 {
		fmt.Fprint(b, ".SH FLAGS\n")
		writeOptions(b, flags)
	}
	fmt.Fprint(b, ".SH COMMANDS\n")
	writeCommands(b, app.Node, app.Name)
	if len(about.SeeAlso) > 0 {
		fmt.Fprintf(b, ".SH SEE ALSO\n%s\n", escapeRoff(strings.Join(about.SeeAlso, ", ")))
	}
	return b.Flush()
}

// writeCommands writes the commands below a node that do something, depth first.
func writeCommands(b *bufio.Writer, at *kong.Node, path string) {
	for _, child := range at.Children {
		if child.Hidden {
			continue
		}
		here := path + " " + child.Name
		if len(child.Children) > 0 {
			writeCommands(b, child, here)
			continue
		}
		fmt.Fprintf(b, ".SS %s", escapeRoff(here))
		for _, arg := range child.Positional {
			fmt.Fprintf(b, " %s", escapeRoff(arg.Summary()))
		}
		fmt.Fprint(b, "\n")
		writeParagraphs(b, child.Help)
		writeParagraphs(b, child.Detail)
		for _, arg := range child.Positional {
			fmt.Fprintf(b, ".TP\n\\fI%s\\fR\n%s\n", escapeRoff(arg.Summary()), escapeRoff(arg.Help))
		}
		writeOptions(b, visibleFlags(child.Flags))
	}
}

func writeOptions(b *bufio.Writer, flags []*kong.Flag) {
	for _, flag := range flags {
		name := "--" + flag.Name
		if flag.Short != 0 {
			name = fmt.Sprintf("-%c, %s", flag.Short, name)
		}
		if !flag.IsBool() {
			name += "=" + flag.FormatPlaceHolder()
		}
		fmt.Fprintf(b, ".TP\n\\fB%s\\fR\n%s\n", escapeRoff(name), escapeRoff(flag.Help))
	}
}

func visibleFlags(flags []*kong.Flag) (shown []*kong.Flag) {
	for _, flag := range flags {
		if !flag.Hidden && flag.Name != "help" {
			shown = append(shown, flag)
		}
	}
	return shown
}

// writeParagraphs keeps empty lines as paragraphs and indented lines as they are.
func writeParagraphs(b *bufio.Writer, text string) {
	verbatim, blank := false, true
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if set := strings.HasPrefix(line, "  ") || strings.Contains(line, "   "); set != verbatim && line != "" {
			switch {
			case !set:
				fmt.Fprint(b, ".fi\n")
			case blank:
				fmt.Fprint(b, ".nf\n")
			default:
				fmt.Fprint(b, ".PP\n.nf\n")
			}
			verbatim = set
		}
		if blank = line == ""; blank && verbatim {
			fmt.Fprint(b, ".fi\n.PP\n")
			verbatim = false
		} else if blank {
			fmt.Fprint(b, ".PP\n")
		} else {
			fmt.Fprintln(b, escapeRoff(line))
		}
	}
	if verbatim {
		fmt.Fprint(b, ".fi\n")
	}
}

// escapeRoff keeps text from being read as roff.
func escapeRoff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}
