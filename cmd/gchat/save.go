package main

import (
	"cmp"
	"fmt"
	"os"
	"time"

	"github.com/geminid/geminid/cmd/gchat/internal/browser"
	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
	"github.com/geminid/geminid/cookie/export"
	"github.com/geminid/geminid/internal/printable"
)

type saveCommand struct {
	File        string `arg:"" optional:"" type:"path" help:"The export, in any format; - is standard input (default: the newest one in Downloads, or the Firefox of quick)."`
	Out         string `type:"path" placeholder:"FILE" help:"Where the small file goes (default: ~/.local/state/geminid/cookies.json)."`
	KeepProfile bool   `help:"Keep the profile that quick made; it is removed otherwise."`
}

// Help implements kong.HelpProvider.
func (saveCommand) Help() string {
	return `Takes the Google session, and nothing of other sites, out of what the browser
exported, and writes it to a small file that only you can read. Without FILE it
looks into the downloads of the last 24 hours.

Exit codes: 0 saved, 1 refused, 2 cannot be read.

Examples:
  gchat cookies save
  gchat cookies save ~/Downloads/gemini.google.com_cookies.txt
  pbpaste | gchat cookies save -`
}

// Run finds, checks and writes.
func (sc saveCommand) Run(c *terminal.Console) error {
	m, now := browser.ThisMachine(c.Getenv), time.Now()
	source, result, err := sc.findExport(c, m, now)
	if err != nil {
		return err
	}
	data, err := browser.EncodeSession(result)
	if err != nil {
		return err
	}
	out := cmp.Or(sc.Out, m.SessionFile())
	if err := writePrivate(out, data); err != nil {
		return err
	}
	describeExport(c.Out, source, result, now)
	fmt.Fprintf(c.Out, "saved to %s\n", out)
	switch {
	case source.Profile != "" && !sc.KeepProfile:
		if err := browser.RemoveProfile(source.Profile); err != nil {
			fmt.Fprintf(c.Err, "gchat: the profile of quick holds a copy of the session and could not be removed: %v\n", err)
		}
	case source.Profile == "" && source.Path != "-":
		fmt.Fprintf(c.Out, "%s is no longer needed; it is as good as your password, so delete it.\n", source.Path)
	}
	fmt.Fprintln(c.Out, "next: gchat cookies update")
	return nil
}

// findExport returns the export that was named, else the newest one.
func (sc saveCommand) findExport(c *terminal.Console, m browser.Machine, now time.Time) (browser.Candidate, *export.Result, error) {
	if sc.File != "" {
		return browser.ReadExport(c.In, sc.File, now)
	}
	best, result, passed, err := browser.NewestExport(m.FindCandidates(now), now)
	if err == nil && result == nil {
		err = exit.New(exit.Unreadable, "no cookie export of the last 24 hours in "+m.DownloadDir()+", and no browser of quick",
			"export the cookies of gemini.google.com, or: gchat cookies save FILE")
	}
	for _, reason := range passed {
		fmt.Fprintf(c.Err, "gchat: passed over: %s\n", printable.Text(reason.Error()))
	}
	if err == nil {
		fmt.Fprintf(c.Err, "gchat: taking %s\n", best.Path)
	}
	return best, result, err
}

// readSavedExport reads the file that update sends: the one that was named, else
// the saved one.
func readSavedExport(c *terminal.Console, m browser.Machine, file string, now time.Time) (*export.Result, error) {
	path := cmp.Or(file, m.SessionFile())
	if _, err := os.Stat(path); file == "" && os.IsNotExist(err) {
		return nil, exit.New(exit.Unreadable, "there is no saved session", "gchat cookies save")
	}
	_, result, err := browser.ReadExport(c.In, path, now)
	return result, err
}
