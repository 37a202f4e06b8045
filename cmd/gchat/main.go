// Command gchat is the small client on the owner's laptop. It talks to a
// geminid daemon over that daemon's own HTTP API: questions and conversations
// in the terminal, and the commands that carry browser cookies to the server.
//
// Its exit codes are those of sysexits(3) and stand in exit.go; gchat --help
// lists them.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/alecthomas/kong"

	"github.com/geminid/geminid/cmd/gchat/internal/browser"
	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
	"github.com/geminid/geminid/internal/printable"
)

func main() { os.Exit(run(os.Args[1:], terminal.SystemConsole())) }

// run is one invocation: it parses args, runs the command they name and returns
// the exit code. Whatever went wrong has been said on c.err.
func run(args []string, c *terminal.Console) int {
	var flags grammar
	parser, err := newParser(&flags, c)
	if err != nil {
		panic(err) // the grammar is ours; TestGrammar keeps it sound
	}
	chosen, err := parser.Parse(args)
	if err != nil {
		return reportError(c, &exit.Failure{Code: exit.Usage, What: err.Error(), Next: "gchat --help"})
	}
	return reportError(c, flags.runCommand(chosen, c))
}

// newParser makes the parser of the whole command line.
func newParser(flags *grammar, c *terminal.Console) (*kong.Kong, error) {
	return kong.New(flags,
		kong.Name("gchat"),
		kong.Description(description),
		kong.Writers(c.Out, c.Err),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true, WrapUpperBound: 100}),
		kong.Vars{"version": "gchat " + buildVersion(), "model": defaultModel, "server": defaultServer, "inbox": defaultInbox},
	)
}

// runCommand runs the chosen command. The settings are read only for the commands that
// ask for them: a broken file does not keep the others from working.
func (g *grammar) runCommand(chosen *kong.Context, c *terminal.Console) error {
	s := &settings{machine: browser.ThisMachine(c.Getenv)}
	err := chosen.BindSingletonProvider(func() (*settings, error) {
		found, err := g.resolveSettings(c)
		if err == nil {
			*s = *found
		}
		return s, err
	})
	if err == nil {
		err = chosen.Run(c, g, chosen.Kong)
	}
	if err == nil {
		return nil
	}
	return s.explainError(err)
}

// report says err on c.err and returns the exit code that goes with it.
func reportError(c *terminal.Console, err error) int {
	if err == nil {
		return exit.OK
	}
	var f *exit.Failure
	if !errors.As(err, &f) {
		f = &exit.Failure{Code: exit.Refused, What: err.Error()}
	}
	if f.What != "" {
		fmt.Fprintf(c.Err, "gchat: %s\n", printable.Text(f.What))
	}
	if f.Next != "" {
		fmt.Fprintf(c.Err, "  next: %s\n", printable.Text(f.Next))
	}
	return f.Code
}
