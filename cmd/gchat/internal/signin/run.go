package signin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/geminid/geminid/cmd/gchat/internal/browser"
	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cmd/gchat/internal/ssh"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
)

// atOnce is a time in which no user can sign in: a browser that ends within it could
// not start, or handed over to another process.
const atOnce = 5 * time.Second

// RunBrowser makes the profile, runs the browser until its window is closed, and
// prints the next step. A browser that could not start is an error with its own last
// words, and the end of ctx is [exit.ErrInterrupted].
func (t *Plan) RunBrowser(ctx context.Context, c *terminal.Console) error {
	b := t.Browser
	if err := browser.MakeProfile(b.Profile); err != nil {
		return err
	}
	if b.Engine == browser.Chromium {
		defer browser.RemoveProfile(b.Profile) // save cannot read it; the session must not lie there
	} else if err := os.WriteFile(filepath.Join(b.Profile, "user.js"), []byte(browser.FirefoxPreferences(t.proxyPort())), 0o600); err != nil {
		return fmt.Errorf("writing the browser's preferences: %w", err)
	}
	fmt.Fprintf(c.Err, "starting %s: sign in at %s%s\n", b.Name, startPage, map[browser.Engine]string{
		browser.Firefox:  ", then close the window without signing out.",
		browser.Chromium: ", export the cookies there (an export extension, or DevTools > Network > Copy as cURL), then close the window without signing out.",
	}[b.Engine])
	words, err := listenForWords()
	if err != nil {
		return err
	}
	defer words.close()
	started := time.Now()
	err = t.runProcess(ctx, words)
	quick := time.Since(started) < atOnce
	switch {
	case ctx.Err() != nil || endedByInterrupt(err):
		return exit.ErrInterrupted
	case err != nil && !errors.As(err, new(*exec.ExitError)):
		return exit.New(exit.Unavailable, b.Name+" cannot be started: "+err.Error(), "--no-browser, and point a browser of your own at the tunnel")
	case err != nil && quick:
		return exit.New(exit.Unavailable, fmt.Sprintf("%s ended at once (%v)%s", b.Name, err, words.lastLines()),
			"start it where there is a screen; or: gchat cookies quick --no-browser, and point a browser of your own at the tunnel")
	case err != nil:
		fmt.Fprintf(c.Err, "gchat: %s ended with %v%s\n", b.Name, err, words.lastLines())
	case quick && c.Keyboard != nil:
		if err := awaitEnter(ctx, c, b.Name); err != nil {
			return err
		}
	}
	fmt.Fprintln(c.Out, "next: gchat cookies save")
	return nil
}

// runProcess runs the browser until its first process ends. The end of ctx asks it to
// stop, and kills it if it does not.
func (t *Plan) runProcess(ctx context.Context, words *lastWords) error {
	line := t.browserCommand()
	process := exec.CommandContext(ctx, line[0], line[1:]...)
	process.Stderr = words.writer
	process.Cancel = func() error { return process.Process.Signal(os.Interrupt) }
	process.WaitDelay = ssh.StopTimeout
	return process.Run()
}

// endedByInterrupt reports whether Ctrl-C ended the browser itself: it reaches all
// processes at the terminal.
func endedByInterrupt(err error) bool {
	ended, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return false
	}
	status, ok := ended.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGINT
}

// awaitEnter waits until the user says that the window is closed. Some browsers hand
// over to another process and return at once. The goroutine ends with the line that
// it reads, or with the program.
func awaitEnter(ctx context.Context, c *terminal.Console, name string) error {
	fmt.Fprintf(c.Prompts, "%s goes on in another window, or has ended. Press Enter when its window is closed (Ctrl-C gives up). ", name)
	read := make(chan error, 1)
	go func() {
		_, err := c.ReadLine()
		read <- err
	}()
	select {
	case err := <-read:
		if err == nil {
			return nil
		}
	case <-ctx.Done():
	}
	fmt.Fprintln(c.Prompts)
	return exit.ErrInterrupted
}
