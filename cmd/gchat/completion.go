package main

import (
	"github.com/alecthomas/kong"

	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
	"github.com/geminid/geminid/ops/manual"
)

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

// Run prints the script.
func (cc completionCommand) Run(c *terminal.Console, k *kong.Kong) error {
	return manual.WriteCompletion(c.Out, cc.Shell, k.Model)
}

type manCommand struct{}

// Run prints the man page.
func (manCommand) Run(c *terminal.Console, k *kong.Kong) error {
	return manual.WritePage(c.Out, k.Model, manual.About{
		Summary: "ask a geminid server from the terminal and carry cookies to it", Version: buildVersion(), SeeAlso: []string{"geminid(1)"},
	})
}
