package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
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
	name, data, err := readExport(c, cc.File)
	if err != nil {
		return err
	}
	now := time.Now()
	export, err := cookie.Parse(name, data, now)
	if err != nil {
		return refused(err)
	}
	describe(c.out, name, export, now)
	return nil
}

// readExport reads a file of at most cookie.MaxFile and one byte, or standard
// input when path is "-". The name is for messages.
func readExport(c *console, path string) (name string, data []byte, err error) {
	source := io.Reader(c.in)
	name = "standard input"
	if path != "-" {
		name = filepath.Base(path)
		file, err := os.Open(path)
		if err != nil {
			return name, nil, unreadable(err)
		}
		defer file.Close()
		source = file
	}
	data, err = io.ReadAll(io.LimitReader(source, cookie.MaxFile+1))
	if err != nil {
		return name, nil, unreadable(err)
	}
	return name, data, nil
}

func unreadable(err error) error {
	return &failure{exitUnreadable, "the export can not be read: " + err.Error(), "check the name and the file's mode"}
}

// refused words a rejection as the server does, with its code before it. Other
// errors stay what they are.
func refused(err error) error {
	var r *cookie.Rejection
	if errors.As(err, &r) {
		return &failure{code: exitRefused, what: string(r.Code) + ": " + r.Message}
	}
	return err
}

// describe prints what was found, without a value.
func describe(out io.Writer, name string, e *cookie.Export, now time.Time) {
	line := func(label, format string, args ...any) {
		fmt.Fprintf(out, "  %-17s "+format+"\n", append([]any{label}, args...)...)
	}
	fmt.Fprintf(out, "%s: usable\n", printable(name))
	line("format", "%s", e.Format)
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
