//go:build unix

package signin_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/geminid/geminid/cmd/gchat/internal/browser"
	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cmd/gchat/internal/signin"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
)

// transcript is what is shown to the user; it is safe for concurrent use.
type transcript struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (t *transcript) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.Write(p)
}

// String returns everything so far.
func (t *transcript) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}

// plan returns a plan whose browser is a shell script, and a console at which a
// person types what is written to keys.
func plan(t *testing.T, script string) (p *signin.Plan, c *terminal.Console, shown *transcript, keys io.Writer) {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "firefox")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	t.Cleanup(func() { r.Close() })
	shown = new(transcript)
	return &signin.Plan{GOOS: "linux", Browser: &browser.Browser{Engine: browser.Firefox, Name: "Firefox", Program: program, Profile: filepath.Join(dir, "profile")}},
		&terminal.Console{In: bufio.NewReader(r), Out: shown, Err: shown, Prompts: shown, Keyboard: os.Stdin, Getenv: os.Getenv}, shown, w
}

// TestBrowserThatFails: a browser that cannot start is no browser whose window was
// closed. Its own last words are shown, without what could steer the terminal.
func TestBrowserThatFails(t *testing.T) {
	for _, tt := range []struct {
		name, script string
		says         []string
	}{
		{"no display", `echo "Error: no DISPLAY environment variable specified" >&2; exit 1`,
			[]string{"Firefox ended at once (exit status 1): Error: no DISPLAY environment variable specified"}},
		{"many words", `i=0; while [ $i -lt 3000 ]; do echo "warning $i: something about a library" >&2; i=$((i+1)); done; echo "fatal: the end" >&2; exit 3`,
			[]string{"Firefox ended at once (exit status 3): ", "warning 2999: something about a library; fatal: the end"}},
		{"a hostile word", `printf 'Error:\033[31m red\n' >&2; exit 1`, []string{"(exit status 1): Error:[31m red"}},
		{"no word", `exit 1`, []string{"Firefox ended at once (exit status 1)"}},
		{"a crash", `kill -SEGV $$`, []string{"Firefox ended at once (signal: segmentation fault"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, c, shown, _ := plan(t, tt.script)
			err := p.RunBrowser(t.Context(), c)
			f, ok := errors.AsType[*exit.Failure](err)
			if !ok || f.Code != exit.Unavailable || !strings.Contains(f.Next, "--no-browser") {
				t.Fatalf("got %#v", err)
			}
			for _, want := range tt.says {
				if !strings.Contains(f.What, want) {
					t.Errorf("it says %q, want %q", f.What, want)
				}
			}
			if len(f.What) > 600 || strings.ContainsAny(f.What, "\x1b\n") {
				t.Errorf("it says %d bytes: %q", len(f.What), f.What)
			}
			if strings.Contains(shown.String(), "cookies save") || strings.Contains(shown.String(), "Enter") {
				t.Errorf("it goes on: %s", shown)
			}
		})
	}
}

// TestBrowserThatIsMissing: a program that cannot be run at all.
func TestBrowserThatIsMissing(t *testing.T) {
	p, c, _, _ := plan(t, "")
	p.Browser.Program = filepath.Join(t.TempDir(), "nothing")
	err := p.RunBrowser(t.Context(), c)
	if f, ok := errors.AsType[*exit.Failure](err); !ok || f.Code != exit.Unavailable || !strings.Contains(f.What, "cannot be started") {
		t.Errorf("got %v", err)
	}
}

// TestBrowserThatHandsOver: a browser that ends at once and well goes on in another
// process, which may write to the pipe still; Enter says that its window is closed.
func TestBrowserThatHandsOver(t *testing.T) {
	p, c, shown, keys := plan(t, `(sleep 1; echo late >&2 && echo alive >"$(dirname "$0")/alive") & exit 0`)
	ended := make(chan error)
	go func() { ended <- p.RunBrowser(t.Context(), c) }()
	await(t, shown, "Press Enter when its window is closed")
	for {
		if _, err := os.Stat(filepath.Join(filepath.Dir(p.Browser.Program), "alive")); err == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	select {
	case err := <-ended:
		t.Fatalf("it did not wait: %v", err)
	default:
	}
	if _, err := io.WriteString(keys, "\n"); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(shown.String(), "next: gchat cookies save") {
		t.Errorf("no next step: %s", shown)
	}
}

// TestInterrupt: Ctrl-C ends the program, at the prompt as well as while the browser
// runs.
func TestInterrupt(t *testing.T) {
	for name, script := range map[string]string{"at the prompt": "exit 0", "in the browser": "exec sleep 60", "in one that dies of it": "kill -INT $$"} {
		t.Run(name, func(t *testing.T) {
			p, c, shown, _ := plan(t, script)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			ended := make(chan error)
			go func() { ended <- p.RunBrowser(ctx, c) }()
			switch name {
			case "at the prompt":
				await(t, shown, "Press Enter")
				cancel()
			case "in the browser":
				await(t, shown, "starting Firefox")
				time.AfterFunc(200*time.Millisecond, cancel)
			}
			if err := <-ended; !errors.Is(err, exit.ErrInterrupted) {
				t.Errorf("got %v", err)
			}
			if strings.Contains(shown.String(), "cookies save") {
				t.Errorf("it goes on: %s", shown)
			}
		})
	}
}

// await waits until a text was shown.
func await(t *testing.T, shown *transcript, text string) {
	t.Helper()
	for range 1500 {
		if strings.Contains(shown.String(), text) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("it never said %q: %s", text, shown)
}
