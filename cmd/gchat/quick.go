package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

const startPage = "https://gemini.google.com"

type quickCommand struct {
	Host      string `help:"The server's ssh host (default: ssh in the configuration, or the host of the server's address)." placeholder:"HOST"`
	User      string `help:"User on that host (default: ssh decides)." placeholder:"NAME"`
	Port      string `help:"Port of its sshd (default: ssh decides)." placeholder:"N"`
	Browser   engine `enum:"firefox,chrome" default:"firefox" help:"firefox (recommended) or chrome, which stands for its relatives too."`
	NoTunnel  bool   `xor:"part" help:"Only start the browser; it goes out from this computer."`
	NoBrowser bool   `xor:"part" help:"Only open the tunnel and tell its address; Ctrl-C closes it."`
	Print     bool   `help:"Print the commands instead of running them."`
}

// Help implements kong.HelpProvider.
func (quickCommand) Help() string {
	return `Opens an SSH tunnel to the server and a browser with an empty throw-away profile
whose connections all come out of the server, so that Google sees one address
when you sign in and later. You sign in by hand; nothing is automated. Then close
the window without signing out: a browser that stays open renews the session
and takes it from the server.

Firefox is recommended. Recent Chrome and Edge can bind a session to the
computer it was made on; such a session can not be kept alive by a server.

Examples:
  gchat cookies quick
  gchat cookies quick --host gemini.example.org --user me --port 2222
  gchat cookies quick --print`
}

// Run opens the tunnel and the browser, and closes the tunnel at the end.
func (q quickCommand) Run(c *console, s *settings) (err error) {
	trip, err := q.plan(c, s)
	if err != nil {
		return err
	}
	if trip.browser != nil && trip.browser.engine == chromium {
		fmt.Fprintln(c.err, "note: recent Chrome and Edge can bind the session to this computer; a server can not keep such a session alive. Firefox does not.")
	}
	if q.Print {
		fmt.Fprint(c.out, trip.script())
		return nil
	}
	if trip.tunnel != nil {
		defer func() { err = cmp.Or(err, trip.tunnel.close()) }()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if trip.tunnel != nil {
		fmt.Fprintf(c.err, "opening a tunnel to %s …\n", trip.tunnel.to)
		if err := trip.tunnel.open(ctx, c); err != nil {
			return err
		}
	}
	if trip.browser == nil {
		fmt.Fprintf(c.out, "SOCKS5 proxy: 127.0.0.1:%d (let it resolve names too). Ctrl-C closes the tunnel.\n", trip.tunnel.port)
		return trip.tunnel.wait(ctx)
	}
	return trip.browse(ctx, c)
}

// trip is what quick is about to do.
type trip struct {
	tunnel  *tunnel  // nil without one
	browser *browser // nil without one
	goos    string
}

// plan finds the way and the browser.
func (q quickCommand) plan(c *console, s *settings) (*trip, error) {
	m := s.machine
	t := &trip{goos: m.goos}
	if !q.NoBrowser {
		found := m.installed(q.Browser)
		if len(found) == 0 {
			return nil, &failure{exitUnavailable, "no " + string(q.Browser) + " was found on this computer",
				"install Firefox; or --no-browser, and point a browser of your own at the tunnel"}
		}
		t.browser = &found[0]
	}
	if q.NoTunnel {
		return t, nil
	}
	to, err := s.sshDestination(q.Host)
	if err != nil {
		return nil, err
	}
	to.user, to.port = cmp.Or(q.User, to.user), cmp.Or(q.Port, to.port)
	if err := to.check(); err != nil {
		return nil, usage("the ssh destination: "+err.Error(), "check --host, --user and --port")
	}
	t.tunnel, err = newTunnel(to)
	return t, err
}

// port returns the tunnel's port, 0 without a tunnel.
func (t *trip) port() int {
	if t.tunnel == nil {
		return 0
	}
	return t.tunnel.port
}

// command returns the browser's command line.
func (t *trip) command() []string {
	b := t.browser
	if b.engine == firefox {
		args := []string{b.program, "--no-remote", "--profile", b.profile}
		if t.goos == "windows" {
			args = append(args, "--wait-for-browser") // else a launcher ends at once
		}
		return append(args, startPage)
	}
	args := []string{b.program, "--user-data-dir=" + b.profile, "--no-first-run", "--no-default-browser-check"}
	if port := t.port(); port != 0 {
		args = append(args, fmt.Sprintf("--proxy-server=socks5://127.0.0.1:%d", port))
	}
	return append(args, startPage)
}

// browse makes the profile, runs the browser until its window is closed, and
// tells the next step.
func (t *trip) browse(ctx context.Context, c *console) error {
	b := t.browser
	if err := newProfile(b.profile); err != nil {
		return err
	}
	if b.engine == chromium {
		defer removeProfile(b.profile) // save can not read it; the session must not lie there
	} else if err := os.WriteFile(filepath.Join(b.profile, "user.js"), []byte(preferences(t.port())), 0o600); err != nil {
		return fmt.Errorf("writing the browser's preferences: %w", err)
	}
	fmt.Fprintf(c.err, "starting %s: sign in at %s%s\n", b.name, startPage, map[engine]string{
		firefox:  ", then close the window without signing out.",
		chromium: ", export the cookies there (an export extension, or DevTools > Network > Copy as cURL), then close the window without signing out.",
	}[b.engine])
	started := time.Now()
	words := t.command()
	process := exec.CommandContext(ctx, words[0], words[1:]...)
	process.Cancel = func() error { return process.Process.Signal(os.Interrupt) }
	process.WaitDelay = farewell
	if err := process.Run(); err != nil && ctx.Err() == nil && !errors.As(err, new(*exec.ExitError)) {
		return &failure{exitUnavailable, b.name + " can not be started: " + err.Error(), "--no-browser, and point a browser of your own at the tunnel"}
	}
	if ctx.Err() != nil {
		return interrupted
	}
	if time.Since(started) < farewell && c.keyboard != nil {
		// Some browsers hand over to another process and return at once.
		fmt.Fprint(c.prompts, "Press Enter when the window is closed. ")
		if _, err := c.readLine(); err != nil {
			return interrupted
		}
	}
	fmt.Fprintln(c.out, "next: gchat cookies save")
	return nil
}
