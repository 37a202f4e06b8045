package signin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/geminid/geminid/cmd/gchat/internal/browser"
	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cmd/gchat/internal/ssh"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
)

const startPage = "https://gemini.google.com"

// Plan is what quick is about to do.
type Plan struct {
	Tunnel  *ssh.Tunnel      // nil without one
	Browser *browser.Browser // nil without one
	GOOS    string
}

// proxyPort returns the tunnel's port, 0 without a tunnel.
func (t *Plan) proxyPort() int {
	if t.Tunnel == nil {
		return 0
	}
	return t.Tunnel.Port
}

// browserCommand returns the browser's command line.
func (t *Plan) browserCommand() []string {
	b := t.Browser
	if b.Engine == browser.Firefox {
		args := []string{b.Program, "--no-remote", "--profile", b.Profile}
		if t.GOOS == "windows" {
			args = append(args, "--wait-for-browser") // else a launcher ends at once
		}
		return append(args, startPage)
	}
	args := []string{b.Program, "--user-data-dir=" + b.Profile, "--no-first-run", "--no-default-browser-check"}
	if port := t.proxyPort(); port != 0 {
		args = append(args, fmt.Sprintf("--proxy-server=socks5://127.0.0.1:%d", port))
	}
	return append(args, startPage)
}

// RunBrowser makes the profile, runs the browser until its window is closed, and
// tells the next step.
func (t *Plan) RunBrowser(ctx context.Context, c *terminal.Console) error {
	b := t.Browser
	if err := browser.MakeProfile(b.Profile); err != nil {
		return err
	}
	if b.Engine == browser.Chromium {
		defer browser.RemoveProfile(b.Profile) // save can not read it; the session must not lie there
	} else if err := os.WriteFile(filepath.Join(b.Profile, "user.js"), []byte(browser.FirefoxPreferences(t.proxyPort())), 0o600); err != nil {
		return fmt.Errorf("writing the browser's preferences: %w", err)
	}
	fmt.Fprintf(c.Err, "starting %s: sign in at %s%s\n", b.Name, startPage, map[browser.Engine]string{
		browser.Firefox:  ", then close the window without signing out.",
		browser.Chromium: ", export the cookies there (an export extension, or DevTools > Network > Copy as cURL), then close the window without signing out.",
	}[b.Engine])
	started := time.Now()
	words := t.browserCommand()
	process := exec.CommandContext(ctx, words[0], words[1:]...)
	process.Cancel = func() error { return process.Process.Signal(os.Interrupt) }
	process.WaitDelay = ssh.StopTimeout
	if err := process.Run(); err != nil && ctx.Err() == nil && !errors.As(err, new(*exec.ExitError)) {
		return exit.New(exit.Unavailable, b.Name+" can not be started: "+err.Error(), "--no-browser, and point a browser of your own at the tunnel")
	}
	if ctx.Err() != nil {
		return exit.ErrInterrupted
	}
	if time.Since(started) < ssh.StopTimeout && c.Keyboard != nil {
		// Some browsers hand over to another process and return at once.
		fmt.Fprint(c.Prompts, "Press Enter when the window is closed. ")
		if _, err := c.ReadLine(); err != nil {
			return exit.ErrInterrupted
		}
	}
	fmt.Fprintln(c.Out, "next: gchat cookies save")
	return nil
}
