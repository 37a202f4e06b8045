// Geminid keeps a gemini.google.com session alive and serves it as
// Gemini-native and OpenAI-compatible HTTP endpoints.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/geminid/geminid/cookie/store"
	"github.com/geminid/geminid/daemon"
	"github.com/geminid/geminid/daemon/config"
)

// Exit codes, after sysexits where one fits. RestartPreventExitStatus= in the
// unit lists those that a restart cannot cure.
const (
	exitFailure     = 1
	exitUnreadable  = 2  // cookies check: the file cannot be read
	exitUsage       = 64 // a flag or command that does not exist
	exitUnavailable = 69 // no daemon answers, or the address to listen on is taken
	exitTemporary   = 75 // another daemon owns the state directory, or try later
	exitNoPerm      = 77 // the key, or the user, may not do this
	exitConfig      = 78 // a configuration that cannot be run
)

// commands is the command line.
type commands struct {
	Serve       serveCmd       `cmd:"" help:"Run the server in the foreground."`
	Demo        demoCmd        `cmd:"" help:"Run the server on a built-in pretend upstream, to try everything without an account."`
	Simulate    simulateCmd    `cmd:"" help:"Run the pretend upstream alone, with a control endpoint for its faults."`
	CheckConfig checkConfigCmd `cmd:"" help:"Read the configuration, say what is wrong with it, and exit."`
	Reload      reloadCmd      `cmd:"" help:"Have the running server read its configuration again."`
	Init        initCmd        `cmd:"" help:"Set up: three questions, a configuration, two keys, the next steps."`
	Config      configCmd      `cmd:"" help:"Take over the settings of another server."`
	Keys        keysCmd        `cmd:"" help:"Make, list and revoke the keys of clients."`
	Cookies     cookiesCmd     `cmd:"" help:"Look at the sessions and act on them."`
	Notify      notifyCmd      `cmd:"" help:"Try the channels that tell you what happens."`
	Audit       auditCmd       `cmd:"" help:"Check the audit log."`
	Report      reportCmd      `cmd:"" help:"Sum up the last week or month: availability, renewals, limits, errors, disk, next risk."`
	Doctor      doctorCmd      `cmd:"" help:"Examine the installation: what is wrong, and how to mend it."`
	Completion  completionCmd  `cmd:"" help:"Print the completion script of a shell."`
	Man         manCmd         `cmd:"" hidden:"" help:"Print the man page."`
	Version     versionCmd     `cmd:"" help:"Print the version."`
}

const description = `Geminid keeps a gemini.google.com session of yours alive and serves it to chat clients.

    geminid demo             try it, without an account
    geminid serve            run it
    geminid cookies status   see how the session is

The configuration is read from --config, else from geminid.yaml in /etc/geminid (as a service) or ~/.config/geminid; every key can also be set as GEMINID_<KEY> in the environment.

Exit codes: 0 done, 1 failed or rejected, 2 file not readable, 64 wrong usage, 69 no server answers or the address is taken, 75 try again later, 77 not permitted, 78 configuration.`

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	var c commands
	exited := -1
	parser, err := kong.New(&c, kong.Name("geminid"), kong.Description(description), kong.UsageOnError(),
		kong.Exit(func(code int) { exited = code }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}))
	if err != nil {
		return reportError(err)
	}
	command, err := parser.Parse(args)
	if exited >= 0 {
		return exited // --help
	}
	if err != nil {
		fmt.Fprintf(stderr, "geminid: %v\nRun geminid --help to see the commands.\n", err)
		return exitUsage
	}
	// A command that needs the context alone is run without the parser: a server that stays
	// for a year must not keep the model of a command line in memory.
	selected := command.Selected()
	if c, ok := selected.Target.Addr().Interface().(interface{ Run(context.Context) error }); ok {
		return exitCode(c.Run(context.Background()))
	}
	command.BindTo(context.Background(), (*context.Context)(nil))
	command.Bind(commandName(selected.Name))
	return exitCode(command.Run())
}

// exitCode is the exit code of a command that returned.
func exitCode(err error) int {
	if err != nil {
		return reportError(err)
	}
	return 0
}

// withSignals ends with the first SIGINT or SIGTERM; then the default comes back, and a
// second one ends the process at once. Only commands that have something to finish ask
// for it: the others may wait for a terminal, which no context ends.
func withSignals(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// exitError is an error that knows its exit code.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// reportError prints the error in one line and returns the exit code.
func reportError(err error) int {
	var quiet *silentExit
	if errors.As(err, &quiet) {
		return quiet.code
	}
	return printError(stderr, err)
}

// printError writes one line about an error and returns its exit code.
func printError(w io.Writer, err error) int {
	fmt.Fprintf(w, "geminid: %v\n", err)
	var (
		coded  *exitError
		config *config.Error
		locked *store.LockedError
		runs   *daemon.RunningError
	)
	switch {
	case errors.As(err, &coded):
		return coded.code
	case errors.Is(err, os.ErrPermission):
		return exitNoPerm
	case errors.As(err, &config):
		return exitConfig
	case errors.As(err, &locked), errors.As(err, &runs):
		return exitTemporary
	case errors.Is(err, syscall.EADDRINUSE):
		return exitUnavailable
	}
	return exitFailure
}

// silentExit ends the process with a code after everything was said.
type silentExit struct{ code int }

func (s *silentExit) Error() string { return fmt.Sprintf("exit %d", s.code) }
