package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/geminid/geminid/cmd/gchat/internal/browser"
	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cmd/gchat/internal/signin"
	"github.com/geminid/geminid/cmd/gchat/internal/ssh"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
	"github.com/geminid/geminid/internal/printable"
)

type quickCommand struct {
	Host      string         `help:"The server's ssh host (default: ssh in the configuration, or the host of the server's address)." placeholder:"HOST"`
	User      string         `help:"User on that host (default: ssh decides)." placeholder:"NAME"`
	Port      string         `help:"Port of its sshd (default: ssh decides)." placeholder:"N"`
	Browser   browser.Engine `enum:"firefox,chrome" default:"firefox" help:"firefox (recommended) or chrome, which stands for its relatives too."`
	NoTunnel  bool           `xor:"part" help:"Only start the browser; it goes out from this computer."`
	NoBrowser bool           `xor:"part" help:"Only open the tunnel and tell its address; Ctrl-C closes it."`
	Print     bool           `help:"Print the commands instead of running them."`
}

// Help implements kong.HelpProvider.
func (quickCommand) Help() string {
	return `Opens an SSH tunnel to the server and a browser with an empty throw-away profile
whose connections all come out of the server, so that Google sees one address
when you sign in and later. You sign in by hand; nothing is automated. Then close
the window without signing out: a browser that stays open renews the session
and takes it from the server.

Firefox is recommended. Recent Chrome and Edge can bind a session to the
computer it was made on; such a session cannot be kept alive by a server.

Examples:
  gchat cookies quick
  gchat cookies quick --host gemini.example.org --user me --port 2222
  gchat cookies quick --print`
}

// Run opens the tunnel and the browser, and closes the tunnel at the end.
func (q quickCommand) Run(c *terminal.Console, s *settings) (err error) {
	trip, err := q.makePlan(c, s)
	if err != nil {
		return err
	}
	if trip.Browser != nil && trip.Browser.Engine == browser.Chromium {
		fmt.Fprintln(c.Err, "note: recent Chrome and Edge can bind the session to this computer; a server cannot keep such a session alive. Firefox does not.")
	}
	if q.Print {
		fmt.Fprint(c.Out, trip.ShellScript())
		return nil
	}
	if trip.Tunnel != nil {
		defer func() { err = cmp.Or(err, trip.Tunnel.Close()) }()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	host := ""
	if trip.Tunnel != nil {
		host = trip.Tunnel.To.String()
	}
	if why := s.whyNoUpdate(ctx, host); why != nil && s.file.SSH == "" {
		fmt.Fprintf(c.Err, "note: gchat cookies update would fail: %s\n  next: %s\n", printable.Text(why.What), printable.Text(why.Next))
	}
	if trip.Tunnel != nil {
		fmt.Fprintf(c.Err, "opening a tunnel to %s …\n", trip.Tunnel.To)
		if err := trip.Tunnel.Open(ctx, c.Err); err != nil {
			return err
		}
	}
	if trip.Browser == nil {
		fmt.Fprintf(c.Out, "SOCKS5 proxy: 127.0.0.1:%d (let it resolve names too). Ctrl-C closes the tunnel.\n", trip.Tunnel.Port)
		return trip.Tunnel.Wait(ctx)
	}
	return trip.RunBrowser(ctx, c)
}

// makePlan finds the way and the browser.
func (q quickCommand) makePlan(c *terminal.Console, s *settings) (*signin.Plan, error) {
	m := s.machine
	t := &signin.Plan{GOOS: m.GOOS}
	if !q.NoBrowser {
		found := m.FindInstalled(q.Browser)
		if len(found) == 0 {
			return nil, exit.New(exit.Unavailable, "no "+string(q.Browser)+" was found on this computer",
				"install Firefox; or --no-browser, and point a browser of your own at the tunnel")
		}
		t.Browser = &found[0]
	}
	if q.NoTunnel {
		return t, nil
	}
	to, err := s.sshDestination(q.Host)
	if err != nil {
		return nil, err
	}
	to.User, to.Port = cmp.Or(q.User, to.User), cmp.Or(q.Port, to.Port)
	if err := to.CheckParts(); err != nil {
		return nil, exit.UsageError("the ssh destination: "+err.Error(), "check --host, --user and --port")
	}
	t.Tunnel, err = ssh.NewTunnel(to)
	return t, err
}
