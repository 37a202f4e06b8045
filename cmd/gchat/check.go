package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/geminid/geminid/cookie"
)

type checkCommand struct {
	File string `arg:"" type:"path" help:"The export, in any format; - is standard input."`
}

// Help implements kong.HelpProvider.
func (checkCommand) Help() string {
	return `Exit codes: 0 usable, 1 refused, 2 can not be read.

Examples:
  gchat cookies check ~/Downloads/cookies.txt
  pbpaste | gchat cookies check -`
}

// Run says what is in the file and whether it can be used.
func (cc checkCommand) Run(c *console) error {
	now := time.Now()
	source, export, err := readExport(c, cc.File, now)
	if err != nil {
		return err
	}
	describe(c.out, source, export, now)
	return nil
}

// readExport reads the file that was named, or standard input when path is "-".
func readExport(c *console, path string, now time.Time) (found, *cookie.Export, error) {
	source := found{path: path}
	if path != "-" {
		source.changed = latest(path, path+"-wal")
		export, err := source.parse(now)
		return source, export, unusable(err)
	}
	data, err := io.ReadAll(io.LimitReader(c.in, cookie.MaxFile+1))
	if err != nil {
		return source, nil, unusable(err)
	}
	export, err := cookie.Parse(source.name(), data, now)
	return source, export, unusable(err)
}

// unusable tells what was refused from what can not even be read.
func unusable(err error) error {
	var r *cookie.Rejection
	var told *failure
	switch {
	case err == nil, errors.As(err, &told):
		return err
	case !errors.As(err, &r):
		return &failure{exitUnreadable, "the export can not be read: " + err.Error(), "check the name and the file's mode"}
	case r.Code == cookie.CodeNotReadable:
		return &failure{code: exitUnreadable, what: r.Line()}
	}
	return &failure{code: exitRefused, what: r.Line()}
}

// describe prints what was found, without a value.
func describe(out io.Writer, source found, e *cookie.Export, now time.Time) {
	line := func(label, format string, args ...any) {
		fmt.Fprintf(out, "  %-17s "+format+"\n", append([]any{label}, args...)...)
	}
	fmt.Fprintf(out, "%s: usable\n", printable(source.name()))
	line("format", "%s", e.Format)
	if !source.changed.IsZero() {
		line("age", "%s", span(max(now.Sub(source.changed), 0)))
	}
	line(cookie.NamePSID, "%s", nominal(e.PSIDExpires, now))
	if e.Set.PSIDTS().IsZero() {
		line(cookie.NamePSIDTS, "not there")
	} else {
		line(cookie.NamePSIDTS, "%s", nominal(e.PSIDTSExpires, now))
	}
	line("others", "%d of google.com go along, %d in the file", len(e.Set.Extra()), e.Count)
	for _, w := range e.Warnings {
		line("warning", "%s: %s", w.Code, w.Message)
	}
}

// nominal tells the end that the browser has noted. It is no promise: a session
// usually ends long before.
func nominal(end, now time.Time) string {
	if end.IsZero() {
		return "there, without an expiry"
	}
	return fmt.Sprintf("there, nominally until %s (%s)", end.UTC().Format(time.DateOnly), span(end.Sub(now)))
}
