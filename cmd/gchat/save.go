package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/geminid/geminid/cookie"
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

Exit codes: 0 saved, 1 refused, 2 can not be read.

Examples:
  gchat cookies save
  gchat cookies save ~/Downloads/gemini.google.com_cookies.txt
  pbpaste | gchat cookies save -`
}

// Run finds, checks and writes.
func (sc saveCommand) Run(c *console) error {
	m, now := thisMachine(c), time.Now()
	source, export, err := sc.source(c, m, now)
	if err != nil {
		return err
	}
	data, err := encode(export)
	if err != nil {
		return err
	}
	out := cmp.Or(sc.Out, m.carried())
	if err := writePrivate(out, data); err != nil {
		return err
	}
	describe(c.out, source, export, now)
	fmt.Fprintf(c.out, "saved to %s\n", out)
	switch {
	case source.profile != "" && !sc.KeepProfile:
		if err := removeProfile(source.profile); err != nil {
			fmt.Fprintf(c.err, "gchat: the profile of quick holds a copy of the session and could not be removed: %v\n", err)
		}
	case source.profile == "" && source.path != "-":
		fmt.Fprintf(c.out, "%s is no longer needed; it is as good as your password, so delete it.\n", source.path)
	}
	fmt.Fprintln(c.out, "next: gchat cookies update")
	return nil
}

// source returns the export that was named, else the newest one.
func (sc saveCommand) source(c *console, m machine, now time.Time) (found, *cookie.Export, error) {
	if sc.File != "" {
		return readExport(c, sc.File, now)
	}
	best, export, passed, err := newest(m.candidates(now), now)
	if err == nil && export == nil {
		err = &failure{exitUnreadable, "no cookie export of the last 24 hours in " + m.downloads() + ", and no browser of quick",
			"export the cookies of gemini.google.com, or: gchat cookies save FILE"}
	}
	for _, reason := range passed {
		fmt.Fprintf(c.err, "gchat: passed over: %s\n", printable(reason.Error()))
	}
	if err == nil {
		fmt.Fprintf(c.err, "gchat: taking %s\n", best.path)
	}
	return best, export, err
}

// carriedCookie is one cookie in the form of the common export extensions, which
// the server reads as it reads any export.
type carriedCookie struct {
	Name     string  `json:"name"`
	Value    string  `json:"value"`
	Domain   string  `json:"domain"`
	Path     string  `json:"path"`
	Secure   bool    `json:"secure"`
	HTTPOnly bool    `json:"httpOnly"`
	Expires  float64 `json:"expirationDate,omitempty"` // seconds since 1970
}

// encode writes the session's cookies for carrying. This is the one place of
// gchat where their values are taken out of their wrapping.
func encode(e *cookie.Export) ([]byte, error) {
	list := []carriedCookie{carry(cookie.NamePSID, e.Set.PSID(), e.PSIDExpires)}
	if ts := e.Set.PSIDTS(); !ts.IsZero() {
		list = append(list, carry(cookie.NamePSIDTS, ts, e.PSIDTSExpires))
	}
	for _, extra := range e.Set.Extra() {
		list = append(list, carry(extra.Name, extra.Value, time.Time{}))
	}
	data, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		return nil, fmt.Errorf("writing the cookies as JSON: %w", err)
	}
	return append(data, '\n'), nil
}

func carry(name string, value cookie.Value, expires time.Time) carriedCookie {
	c := carriedCookie{Name: name, Value: value.Reveal(), Domain: ".google.com", Path: "/", Secure: true, HTTPOnly: true}
	if !expires.IsZero() {
		c.Expires = float64(expires.Unix())
	}
	return c
}

// carriedExport reads the file that update sends: the one that was named, else
// the saved one.
func carriedExport(c *console, m machine, file string, now time.Time) (*cookie.Export, error) {
	path := cmp.Or(file, m.carried())
	if _, err := os.Stat(path); file == "" && os.IsNotExist(err) {
		return nil, &failure{exitUnreadable, "there is no saved session", "gchat cookies save"}
	}
	_, export, err := readExport(c, path, now)
	return export, err
}
