package main

import (
	"github.com/alecthomas/kong"

	"github.com/geminid/geminid/cmd/gchat/internal/client"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
)

const description = `Talk to Gemini through your own geminid server.

  gchat "why is the sky blue?"       one question, one answer
  gchat -m gemini-2.5-pro "…"        another model (gchat ask --help: all options)
  gchat                              a conversation, line by line
  git diff | gchat "review this"     standard input goes before the question
  gchat -f photo.jpg "what is it?"   a file goes with the question
  gchat image "a fox" -o fox.png     make a picture; -i FILE edits one
  gchat login                        save the server's address and your key
  gchat cookies quick                bring new browser cookies to the server

Exit codes: 0 ok; 1 refused; 2 file cannot be read; 64 usage; 69 server not
available; 73 file cannot be written; 75 try again later; 77 no permission; 78
configuration; 130 interrupted.`

// grammar is the whole command line; kong reads it.
type grammar struct {
	Server  string           `help:"Address of the geminid server (default: the saved one, or ${server})." env:"GCHAT_SERVER" placeholder:"URL"`
	Key     client.Secret    `help:"API key; - reads it from the first line of standard input (default: the saved one)." env:"GCHAT_KEY" placeholder:"KEY"`
	Version kong.VersionFlag `help:"Print the version and exit."`

	Ask        askCommand        `cmd:"" default:"withargs" help:"Ask a question; without one, talk line by line. The word ask may be left out."`
	Image      imageCommand      `cmd:"" help:"Make a picture, or edit pictures."`
	Models     modelsCommand     `cmd:"" help:"List the models the server offers."`
	Login      loginCommand      `cmd:"" help:"Save the server's address and your key."`
	Cookies    cookiesCommand    `cmd:"" help:"Bring browser cookies to the server and see how they do."`
	Completion completionCommand `cmd:"" help:"Print the completion script of a shell."`
	Man        manCommand        `cmd:"" hidden:"" help:"Print the man page."`
	Help       helpCommand       `cmd:"" hidden:"" help:"Print the help."`
	About      versionCommand    `cmd:"" name:"version" help:"Print the version."`
}

// helpCommand keeps "gchat help" from becoming a question to the model.
type helpCommand struct{}

// Run prints the help of the whole program.
func (helpCommand) Run(c *terminal.Console, k *kong.Kong) error {
	_, err := k.Parse([]string{"--help"})
	return err
}
