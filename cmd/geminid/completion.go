package main

import (
	"os"

	"github.com/alecthomas/kong"

	"github.com/geminid/geminid/ops/manual"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Help implements kong.HelpProvider.
func (completionCmd) Help() string {
	return `Examples:
  source <(geminid completion bash)                                 for this shell
  geminid completion fish > ~/.config/fish/completions/geminid.fish`
}

// Run prints the script.
func (c completionCmd) Run(k *kong.Kong) error {
	return manual.WriteCompletion(os.Stdout, c.Shell, k.Model)
}

type manCmd struct{}

// Run prints the man page.
func (manCmd) Run(k *kong.Kong) error {
	return manual.WritePage(os.Stdout, k.Model, manual.About{
		Summary: "keep a gemini.google.com session alive and serve it to chat clients", Version: version, SeeAlso: []string{"gchat(1)"},
	})
}
