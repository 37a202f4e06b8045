package main

import (
	"embed"
	"fmt"
	"strings"
	"text/template"

	"github.com/alecthomas/kong"
)

//go:embed completion
var completionScripts embed.FS

type completionCommand struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help implements kong.HelpProvider.
func (completionCommand) Help() string {
	return `Examples:
  source <(gchat completion bash)                                   for this shell
  gchat completion bash > ~/.local/share/bash-completion/completions/gchat
  gchat completion zsh > "${fpath[1]}/_gchat"
  gchat completion fish > ~/.config/fish/completions/gchat.fish`
}

// Run prints the script. It is made from the grammar, so it knows what this
// build knows.
func (cc completionCommand) Run(c *console, k *kong.Kong) error {
	quote := template.FuncMap{
		"zsh":  strings.NewReplacer(`'`, `'\''`, `:`, `\:`).Replace,
		"fish": strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace,
	}
	name := cc.Shell + ".tmpl"
	script, err := template.New(name).Funcs(quote).ParseFS(completionScripts, "completion/"+name)
	if err != nil {
		return fmt.Errorf("reading the %s script: %w", cc.Shell, err)
	}
	return script.Execute(c.out, completionNodes(nil, "", k.Model.Node))
}

// completionNode is one place in the grammar: what may be typed next there.
type completionNode struct {
	Path     string // "", "cookies", "cookies save"
	Commands []completionWord
	Flags    []completionWord
	Files    bool // an argument names a file
	Values   []string
}

// completionWord is a word that may be typed.
type completionWord struct{ Word, Help string }

// completionNodes flattens the grammar. A flag of the default command may be
// typed without the command's name, so it is offered there too.
func completionNodes(above []*kong.Flag, path string, node *kong.Node) []completionNode {
	here := completionNode{Path: path}
	flags := append(append([]*kong.Flag{}, above...), node.Flags...)
	shown := flags
	if node.DefaultCmd != nil {
		shown = append(append([]*kong.Flag{}, flags...), node.DefaultCmd.Flags...)
	}
	for _, flag := range shown {
		if !flag.Hidden {
			here.Flags = append(here.Flags, completionWord{"--" + flag.Name, firstSentence(flag.Help)})
		}
	}
	for _, arg := range node.Positional {
		here.Files = here.Files || arg.Tag.Type == "path"
		if arg.Enum != "" {
			here.Values = append(here.Values, arg.EnumSlice()...)
		}
	}
	nodes := []completionNode{}
	for _, child := range node.Children {
		if child.Hidden {
			continue
		}
		here.Commands = append(here.Commands, completionWord{child.Name, firstSentence(child.Help)})
		nodes = append(nodes, completionNodes(flags, strings.TrimSpace(path+" "+child.Name), child)...)
	}
	return append([]completionNode{here}, nodes...)
}

// firstSentence keeps a menu to one line an entry.
func firstSentence(help string) string {
	if end := strings.IndexAny(help, ".;("); end > 0 {
		help = help[:end]
	}
	return strings.TrimSpace(help)
}
