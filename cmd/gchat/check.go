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
	export, err := parseExport(name, data)
	if err != nil {
		return err
	}
	describe(c.out, name, export, time.Now())
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

// parseExport reads the session from an export. The error is the one that the
// server would give.
func parseExport(name string, data []byte) (*cookie.Export, error) {
	export, err := cookie.Parse(name, data, time.Now())
	var refused *cookie.Rejection
	if errors.As(err, &refused) {
		return nil, &failure{code: exitRefused, what: string(refused.Code) + ": " + refused.Message}
	}
	return export, err
}

// describe prints what was found, without a value.
func describe(out io.Writer, name string, e *cookie.Export, now time.Time) {
	fmt.Fprintf(out, "%s: usable\n", printable(name))
	fmt.Fprintf(out, "  format    %s, %d cookies\n", e.Format, e.Count)
	fmt.Fprintf(out, "  %-15s %s\n", cookie.NamePSID, expiry(e.PSIDExpires, now))
	if e.Set.PSIDTS().IsZero() {
		fmt.Fprintf(out, "  %-15s not there\n", cookie.NamePSIDTS)
	} else {
		fmt.Fprintf(out, "  %-15s %s\n", cookie.NamePSIDTS, expiry(e.PSIDTSExpires, now))
	}
	fmt.Fprintf(out, "  besides   %d more cookies of google.com\n", len(e.Set.Extra()))
	for _, w := range e.Warnings {
		fmt.Fprintf(out, "  warning   %s: %s\n", w.Code, w.Message)
	}
}

// expiry tells a nominal end. It is no promise: a session usually ends long
// before.
func expiry(end, now time.Time) string {
	if end.IsZero() {
		return "there, without an expiry"
	}
	return fmt.Sprintf("there, nominally until %s (%s)", end.Local().Format(time.DateOnly), span(end.Sub(now)))
}
