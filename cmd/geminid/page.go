package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/geminid/geminid/cookie"
)

// status is what GET /api/cookies/status tells an admin.
type status struct {
	Status   string    `json:"status"`
	Remedy   string    `json:"remedy"`
	Accounts []account `json:"accounts"`
	Stray    *file     `json:"stray_file"` // of no account
}

// file is how a file of the inbox, or a pushed one, ended.
type file struct {
	File   string `json:"file"`
	Result string `json:"result"`
	Detail string `json:"detail"`
}

// String is one line for people.
func (f *file) String() string {
	if f == nil || f.File == "" {
		return ""
	}
	return fmt.Sprintf("%s: %s: %s", f.File, f.Result, f.Detail)
}

type account struct {
	Name         string    `json:"name"`
	State        string    `json:"state"`
	Activity     string    `json:"activity"`
	Since        time.Time `json:"since"`
	Evidence     string    `json:"evidence"`
	NextAction   string    `json:"next_action"`
	Remedy       string    `json:"remedy"`
	PredictedEnd time.Time `json:"predicted_end"`
	Basis        string    `json:"basis"`
	LastProof    time.Time `json:"last_proof"`
	LastRotation time.Time `json:"last_rotation"`
	Generation   int       `json:"generation"`
	Mark         string    `json:"mark"`
	Serving      bool      `json:"serving"`
	Persisted    bool      `json:"persisted"`
	Notes        []string  `json:"notes"`
	LastFile     *file     `json:"last_file"`
}

// plain says what a state means to somebody who never read the manual.
var plain = map[string]string{
	"healthy": "signed in and working", "expiring": "signed in, but its end is near",
	"degraded": "working with doubts", "unknown": "loaded, not proven yet",
	"rate_limited": "Google said slow down", "blocked": "Google refuses this server for now",
	"expired": "signed out: new cookies are needed", "missing": "no cookies yet",
	"unreadable": "what is saved of it cannot be read",
}

// print writes the page: the verdict first, then one block an account.
func (s *status) print(w io.Writer, now time.Time) {
	fmt.Fprintf(w, "%s\n", strings.ToUpper(s.Status))
	if s.Remedy != "" {
		fmt.Fprintf(w, "To do: %s.\n", s.Remedy)
	}
	if stray := s.Stray.String(); stray != "" {
		fmt.Fprintf(w, "File of no account: %s\n", stray)
	}
	for _, a := range s.Accounts {
		fmt.Fprintf(w, "\n%s: %s, %s\n", a.Name, a.State, cmp.Or(plain[a.State], "unknown state"))
		a.print(w, now)
	}
	if len(s.Accounts) == 0 {
		fmt.Fprintln(w, "\nNo account yet.")
	}
}

func (a *account) print(w io.Writer, now time.Time) {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(t, "  %s\t%s\n", name, value)
		}
	}
	row("why", a.Evidence)
	row("since", moment(a.Since, now))
	row("serving", map[bool]string{true: "yes", false: "no"}[a.Serving])
	row("last proof", moment(a.LastProof, now))
	row("last renewal", moment(a.LastRotation, now))
	row("next", a.NextAction)
	end := "unknown"
	if !a.PredictedEnd.IsZero() {
		end = "without renewal " + moment(a.PredictedEnd, now)
	}
	row("predicted end", end+" ("+a.Basis+")")
	if a.Activity != "idle" {
		row("doing now", a.Activity)
	}
	if a.Generation > 0 {
		row("generation", fmt.Sprintf("%d, mark %s", a.Generation, cmp.Or(a.Mark, "none")))
	}
	row("last file", a.LastFile.String())
	row("to do", a.Remedy)
	for _, note := range a.Notes {
		row("note", note)
	}
	_ = t.Flush()
}

// moment spells a time as a clock people read, with how far away it is.
func moment(t, now time.Time) string {
	if t.IsZero() {
		return "never"
	}
	local := t.Local()
	clock := local.Format("15:04:05")
	if now.Sub(t).Abs() > 12*time.Hour {
		clock = local.Format("2006-01-02 15:04")
	}
	d := now.Sub(t).Round(time.Second)
	if d < 0 {
		return fmt.Sprintf("%s (in %s)", clock, span(-d))
	}
	return fmt.Sprintf("%s (%s ago)", clock, span(d))
}

func span(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d >= time.Hour:
		return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
	case d >= time.Minute:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%d s", d/time.Second)
}

// verdict is the answer to a command on an account.
type verdict struct {
	Account string `json:"account"`
	Result  string `json:"result"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Detail  string `json:"detail"`
	State   string `json:"state"`

	Warnings []cookie.Warning `json:"warnings"`
}

// String is the verdict in one line, and one more for each warning.
func (v verdict) String() string {
	words := []string{}
	for _, word := range []string{v.Result, v.Code, cmp.Or(v.Message, v.Detail)} {
		if word != "" {
			words = append(words, word)
		}
	}
	line := strings.Join(words, ": ")
	if v.State != "" {
		line = strings.TrimPrefix(fmt.Sprintf("%s (%s is %s)", line, v.Account, v.State), " ")
	}
	for _, w := range v.Warnings {
		line += fmt.Sprintf("\n%s: %s", w.Code, w.Message)
	}
	return line
}

// history is what GET /api/cookies/history tells.
type history struct {
	Accounts []struct {
		Account     string `json:"account"`
		Generations []struct {
			Number     int       `json:"number"`
			Mark       string    `json:"mark"`
			Parent     string    `json:"parent"`
			Origin     string    `json:"origin"`
			Since      time.Time `json:"since"`
			Until      time.Time `json:"until"`
			End        string    `json:"end"`
			Probes     int       `json:"probes"`
			Restorable bool      `json:"restorable"`
		} `json:"generations"`
	} `json:"accounts"`
}

func (h *history) print(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "ACCOUNT\tNO\tMARK\tFROM\tSINCE\tLIVED\tPROBES\tEND")
	for _, a := range h.Accounts {
		for _, g := range a.Generations {
			lived, end := "", g.End
			if !g.Until.IsZero() {
				lived = span(g.Until.Sub(g.Since).Round(time.Second))
			} else {
				end = "in use"
			}
			if g.Restorable && end != "in use" {
				end += " (kept for rollback)"
			}
			fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\t%d\t%s\n", a.Account, g.Number, g.Mark, g.Origin,
				g.Since.Local().Format("2006-01-02 15:04"), lived, g.Probes, end)
		}
	}
	return t.Flush()
}
