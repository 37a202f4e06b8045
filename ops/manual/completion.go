package manual

import (
	"embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/template"

	"github.com/alecthomas/kong"
)

//go:embed completion
var scripts embed.FS

// WriteCompletion writes the completion script of a program for a shell: bash, zsh or
// fish. It is made from the grammar, so it knows what this build knows.
func WriteCompletion(w io.Writer, shell string, app *kong.Application) error {
	quote := template.FuncMap{
		"zsh":  strings.NewReplacer(`'`, `'\''`, `:`, `\:`).Replace,
		"fish": strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace,
	}
	name := shell + ".tmpl"
	script, err := template.New(name).Funcs(quote).ParseFS(scripts, "completion/"+name)
	if err != nil {
		return fmt.Errorf("reading the %s script: %w", shell, err)
	}
	return script.Execute(w, struct {
		Name  string
		Nodes []node
	}{app.Name, collectNodes(nil, "", app.Node)})
}

// node is one place in the grammar, with the words that may be typed next there.
type node struct {
	Path     string // "", "cookies", "cookies save"
	Commands []word
	Flags    []flag
	argument // any of its arguments
}

// word is a word that may be typed.
type word struct{ Word, Help string }

// flag is a word with a value behind it, unless it is a switch.
type flag struct {
	word
	Short  string // "c", may be empty
	Switch bool
	argument
}

// argument describes a value: a file, or one of several words. Nothing is known of one
// that is neither.
type argument struct {
	Files  bool
	Values []string
}

// argumentOf knows a file by its type, or by its name in the help.
func argumentOf(v *kong.Value, called string) argument {
	a := argument{Files: v.Tag.Type == "path" || strings.EqualFold(called, "file")}
	if v.Enum != "" {
		a.Values = slices.DeleteFunc(v.EnumSlice(), func(s string) bool { return s == "" })
	}
	return a
}

func newFlag(f *kong.Flag) flag {
	short := ""
	if f.Short != 0 {
		short = string(f.Short)
	}
	return flag{word{"--" + f.Name, firstSentence(f.Help)}, short, f.IsBool(), argumentOf(f.Value, f.PlaceHolder)}
}

// collectNodes flattens the grammar. A flag of the default command may be typed without
// the command's name, so it is offered there too.
func collectNodes(above []*kong.Flag, path string, at *kong.Node) []node {
	here := node{Path: path}
	flags := append(append([]*kong.Flag{}, above...), at.Flags...)
	shown := flags
	if at.DefaultCmd != nil {
		shown = append(append([]*kong.Flag{}, flags...), at.DefaultCmd.Flags...)
	}
	for _, flag := range shown {
		if !flag.Hidden {
			here.Flags = append(here.Flags, newFlag(flag))
		}
	}
	for _, arg := range at.Positional {
		a := argumentOf(arg, arg.Name)
		here.Files = here.Files || a.Files
		here.Values = append(here.Values, a.Values...)
	}
	all := []node{}
	for _, child := range at.Children {
		if child.Hidden {
			continue
		}
		here.Commands = append(here.Commands, word{child.Name, firstSentence(child.Help)})
		all = append(all, collectNodes(flags, strings.TrimSpace(path+" "+child.Name), child)...)
	}
	return append([]node{here}, all...)
}

// firstSentence keeps a menu to one line an entry.
func firstSentence(help string) string {
	if end := strings.IndexAny(help, ".;("); end > 0 {
		help = help[:end]
	}
	return strings.TrimSpace(help)
}
