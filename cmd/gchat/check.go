package main

import (
	"fmt"
	"io"
	"time"

	"github.com/geminid/geminid/cmd/gchat/internal/browser"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
	"github.com/geminid/geminid/internal/printable"
	"github.com/geminid/geminid/supervisor/status"
)

type checkCommand struct {
	File string `arg:"" type:"path" help:"The export, in any format; - is standard input."`
}

// Help implements kong.HelpProvider.
func (checkCommand) Help() string {
	return `Exit codes: 0 usable, 1 refused, 2 cannot be read.

Examples:
  gchat cookies check ~/Downloads/cookies.txt
  pbpaste | gchat cookies check -`
}

// Run describes the file and says if it can be used.
func (cc checkCommand) Run(c *terminal.Console) error {
	now := time.Now()
	source, result, err := browser.ReadExport(c.In, cc.File, now)
	if err != nil {
		return err
	}
	describeExport(c.Out, source, result, now)
	return nil
}

// describeExport prints the cookies that were found, without a value.
func describeExport(out io.Writer, source browser.Candidate, e *export.Result, now time.Time) {
	line := func(label, format string, args ...any) {
		fmt.Fprintf(out, "  %-17s "+format+"\n", append([]any{label}, args...)...)
	}
	fmt.Fprintf(out, "%s: usable\n", printable.Text(source.DisplayName()))
	line("format", "%s", e.Format)
	if !source.Changed.IsZero() {
		line("age", "%s", status.FormatDuration(max(now.Sub(source.Changed), 0)))
	}
	line(cookie.NamePSID, "%s", describeExpiry(e.PSIDExpires, now))
	if e.Set.PSIDTS().IsZero() {
		line(cookie.NamePSIDTS, "not there")
	} else {
		line(cookie.NamePSIDTS, "%s", describeExpiry(e.PSIDTSExpires, now))
	}
	line("others", "%d of google.com go along, %d in the file", len(e.Set.Extra()), e.Count)
	for _, w := range e.Warnings {
		line("warning", "%s: %s", w.Code, w.Message)
	}
}

// describeExpiry describes the end that the browser has noted. It is no promise: a session
// usually ends long before.
func describeExpiry(end, now time.Time) string {
	if end.IsZero() {
		return "there, without an expiry"
	}
	return fmt.Sprintf("there, nominally until %s (%s)", end.UTC().Format(time.DateOnly), status.FormatDuration(end.Sub(now)))
}
