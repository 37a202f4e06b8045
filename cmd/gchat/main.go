// Command gchat is the small client on the owner's laptop. It talks to a
// geminid daemon over that daemon's own HTTP API: questions and conversations
// in the terminal, and the commands that bring browser cookies to the server.
//
// Its exit codes are those of sysexits(3) and stand in exit.go; gchat --help
// lists them.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/alecthomas/kong"
)

func main() { os.Exit(run(os.Args[1:], systemConsole())) }

// run is one invocation: it parses args, runs the command they name and returns
// the exit code. Whatever went wrong has been said on c.err.
func run(args []string, c *console) int {
	var flags grammar
	parser, err := newParser(&flags, c)
	if err != nil {
		panic(err) // the grammar is ours; TestGrammar keeps it sound
	}
	chosen, err := parser.Parse(args)
	if err != nil {
		return c.report(&failure{code: exitUsage, what: err.Error(), next: "gchat --help"})
	}
	return c.report(flags.run(chosen, c))
}

// newParser makes the parser of the whole command line.
func newParser(flags *grammar, c *console) (*kong.Kong, error) {
	return kong.New(flags,
		kong.Name("gchat"),
		kong.Description(description),
		kong.Writers(c.out, c.err),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, FlagsLast: true, WrapUpperBound: 100}),
		kong.Vars{"version": "gchat " + buildVersion(), "model": defaultModel, "server": defaultServer, "inbox": defaultInbox},
	)
}

// run runs the chosen command. The settings are read only for the commands that
// ask for them: a broken file does not keep the others from working.
func (g *grammar) run(chosen *kong.Context, c *console) error {
	s := &settings{machine: thisMachine(c)}
	err := chosen.BindSingletonProvider(func() (*settings, error) {
		found, err := g.settings(c)
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
	return s.explain(err)
}

// report says err on c.err and returns the exit code that goes with it.
func (c *console) report(err error) int {
	if err == nil {
		return exitOK
	}
	var f *failure
	if !errors.As(err, &f) {
		f = &failure{code: exitRefused, what: err.Error()}
	}
	if f.what != "" {
		fmt.Fprintf(c.err, "gchat: %s\n", printable(f.what))
	}
	if f.next != "" {
		fmt.Fprintf(c.err, "  next: %s\n", printable(f.next))
	}
	return f.code
}
