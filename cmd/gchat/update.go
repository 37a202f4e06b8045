package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"github.com/geminid/geminid/cmd/gchat/internal/browser"
	"github.com/geminid/geminid/cmd/gchat/internal/client"
	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cmd/gchat/internal/ssh"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/internal/printable"
)

const defaultInbox = "/var/lib/geminid/inbox"

type updateCommand struct {
	File    string        `arg:"" optional:"" type:"path" help:"The export, in any format; - is standard input (default: what gchat cookies save wrote)."`
	Account string        `help:"Account on the server; by default the session and the file's name tell." placeholder:"NAME"`
	SSH     string        `name:"ssh" help:"Put the file into the server's inbox over ssh: [user@]host[:port]." placeholder:"HOST"`
	Inbox   string        `default:"${inbox}" help:"The inbox on the server, for --ssh." placeholder:"DIR"`
	Wait    time.Duration `default:"60s" help:"How long to wait for the verdict, for --ssh."`
}

// Help implements kong.HelpProvider.
func (updateCommand) Help() string {
	return `Sends the session, and nothing of other sites, to the server over its HTTP API
(with an admin key, see gchat login) or over ssh into its inbox, as a user of the
server's group geminid. With ssh: user@host in the configuration it goes by ssh if
the other way is closed. The server asks Google before it uses the session; what
it says is printed.

Exit codes: 0 accepted, 1 refused, 2 the file cannot be read, 75 not proven yet.

Examples:
  gchat cookies update
  gchat cookies update ~/Downloads/cookies.txt
  gchat cookies update --account work
  gchat cookies update --ssh me@gemini.example.org`
}

// Run reads, checks and sends.
func (u updateCommand) Run(c *terminal.Console, s *settings) error {
	if u.Account != "" && !cookie.ValidAccount(u.Account) {
		return exit.UsageError("--account: a name begins with a small letter or digit and has up to 32 of a-z, 0-9, _ and -", "gchat cookies status lists the accounts")
	}
	export, err := readSavedExport(c, s.machine, u.File, time.Now())
	if err != nil {
		return err
	}
	data, err := browser.EncodeSession(export)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if u.SSH == "" {
		fmt.Fprintf(c.Err, "asking %s, which asks Google …\n", s.server)
		v, err := s.newAdminClient().OfferCookies(ctx, u.Account, u.displayName(), data)
		if err == nil {
			return showVerdict(c, v)
		}
		cause, err := err, s.explainAdminError(err, "")
		if s.file.SSH == "" || !client.IsClosed(cause) {
			return err
		}
		fmt.Fprintf(c.Err, "gchat: %s\n  going by ssh to %s instead\n", printable.Text(err.Error()), s.file.SSH)
	}
	to, err := s.sshDestination(u.SSH)
	if err != nil {
		return err
	}
	v, err := (ssh.InboxDelivery{To: to, Inbox: u.Inbox, Account: u.Account, Wait: u.Wait, Log: c.Err}).Deliver(ctx, data)
	if err != nil {
		return err
	}
	return showVerdict(c, v)
}

// displayName is the name of the file in the server's messages.
func (u updateCommand) displayName() string {
	switch u.File {
	case "":
		return "cookies.json"
	case "-":
		return "standard input"
	}
	return filepath.Base(u.File)
}
