package manual

import (
	"embed"
	"fmt"
	"io"
	"strings"
	"text/template"

	"github.com/alecthomas/kong"
)

//go:embed completion
var scripts embed.FS

// Completion writes the completion script of a program for a shell: bash, zsh or
// fish. It is made from the grammar, so it knows what this build knows.
func Completion(w io.Writer, shell string, app *kong.Application) error {
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
	}{app.Name, nodes(nil, "", app.Node)})
}

// node is one place in the grammar: what may be typed next there.
type node struct {
	Path     string // "", "cookies", "cookies save"
	Commands []word
	Flags    []word
	Files    bool // an argument names a file
	Values   []string
}

// word is a word that may be typed.
type word struct{ Word, Help string }

// nodes flattens the grammar. A flag of the default command may be typed without
// the command's name, so it is offered there too.
func nodes(above []*kong.Flag, path string, at *kong.Node) []node {
	here := node{Path: path}
	flags := append(append([]*kong.Flag{}, above...), at.Flags...)
	shown := flags
	if at.DefaultCmd != nil {
		shown = append(append([]*kong.Flag{}, flags...), at.DefaultCmd.Flags...)
	}
	for _, flag := range shown {
		if !flag.Hidden {
			here.Flags = append(here.Flags, word{"--" + flag.Name, firstSentence(flag.Help)})
		}
	}
	for _, arg := range at.Positional {
		here.Files = here.Files || arg.Tag.Type == "path"
		if arg.Enum != "" {
			here.Values = append(here.Values, arg.EnumSlice()...)
		}
	}
	all := []node{}
	for _, child := range at.Children {
		if child.Hidden {
			continue
		}
		here.Commands = append(here.Commands, word{child.Name, firstSentence(child.Help)})
		all = append(all, nodes(flags, strings.TrimSpace(path+" "+child.Name), child)...)
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
