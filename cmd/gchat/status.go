package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"time"
)

type statusCommand struct {
	JSON bool `help:"Print the server's answer as it is."`
}

// Help implements kong.HelpProvider.
func (statusCommand) Help() string {
	return `An API key is told states and ages; an admin key everything.

Exit codes: 0 questions are answered, 69 a person must act, 75 wait.`
}

// report is the answer of GET /api/cookies/status. What an api key is not told
// stays zero.
type report struct {
	Status      string    `json:"status"`
	Remedy      string    `json:"remedy"`
	Accounts    []account `json:"accounts"`
	GeneratedAt time.Time `json:"generated_at"`
}

// account is one session in a report.
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
	LastProbe    time.Time `json:"last_probe"`
	LastRotation time.Time `json:"last_rotation"`
	Generation   int       `json:"generation"`
	Notes        []string  `json:"notes"`
	LastFile     *lastFile `json:"last_file"`
}

// lastFile is how the last file for an account ended.
type lastFile struct {
	Time   time.Time `json:"time"`
	Result string    `json:"result"` // as in a verdict
	Code   string    `json:"code"`
	Detail string    `json:"detail"`
}

// stateWord is what a state means, and the exit code that goes with it.
type stateWord struct {
	meaning string
	exit    int
}

var stateWords = map[string]stateWord{
	"valid":        {"the session works", exitOK},
	"healthy":      {"the session works", exitOK},
	"expiring":     {"the session works, but its end is near", exitOK},
	"degraded":     {"the session worked; Google's side fails or answers oddly", exitOK},
	"unknown":      {"the session is not proven yet", exitOK},
	"rate_limited": {"Google asked to slow down; this passes", exitTemporary},
	"blocked":      {"Google refuses this server or account for now", exitUnavailable},
	"expired":      {"the session has ended; new cookies are needed", exitUnavailable},
	"missing":      {"there are no cookies yet", exitUnavailable},
	"unreadable":   {"the server cannot read what it saved of the session", exitUnavailable},
}

// Run asks and prints.
func (sc statusCommand) Run(c *console, s *settings) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	var raw json.RawMessage
	if err := s.client().get(ctx, "/api/cookies/status", &raw); err != nil {
		return err
	}
	r, err := readReport(raw)
	if err != nil {
		return err
	}
	if sc.JSON {
		_, err := c.out.Write(append(bytes.TrimSpace(raw), '\n'))
		return cmp.Or(err, r.exit())
	}
	r.print(c)
	return r.exit()
}

// readReport reads the status as the API and geminid cookies status --json give
// it.
func readReport(raw []byte) (report, error) {
	var r report
	if err := json.Unmarshal(raw, &r); err != nil || r.Status == "" {
		return r, &apiError{status: 200, message: "the answer is not geminid's: a status was expected"}
	}
	return r, nil
}

// exit is the error that gives the status' exit code and says nothing more.
func (r report) exit() error {
	word, known := stateWords[r.Status]
	switch {
	case !known:
		return &failure{code: exitUnavailable}
	case word.exit == exitOK:
		return nil
	}
	return &failure{code: word.exit}
}

// print writes the page for a person. Ages count from the server's own clock.
func (r report) print(c *console) {
	now := r.GeneratedAt
	if now.IsZero() {
		now = time.Now()
	}
	fmt.Fprintf(c.out, "%s: %s\n", printable(r.Status), cmp.Or(stateWords[r.Status].meaning, "a state this gchat does not know"))
	if r.Remedy != "" {
		fmt.Fprintf(c.out, "to do: %s\n", printable(r.Remedy))
	}
	for i, a := range r.Accounts {
		fmt.Fprintf(c.out, "\n%s\n", printable(cmp.Or(a.Name, fmt.Sprintf("account %d", i+1))))
		a.print(c, now)
	}
}

// print writes one account, leaving out what is not known.
func (a account) print(c *console, now time.Time) {
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(c.out, "  %-9s %s\n", label, printable(text))
		}
	}
	state := a.State
	if !a.Since.IsZero() {
		state += " since " + ago(a.Since, now)
	}
	if a.Activity == "paused" {
		state += ", paused"
	}
	line("state", state)
	line("because", a.Evidence)
	line("next", a.NextAction)
	line("to do", a.Remedy)
	if !a.PredictedEnd.IsZero() {
		end := "in about " + span(a.PredictedEnd.Sub(now))
		if !a.PredictedEnd.After(now) {
			end = "overdue by " + span(now.Sub(a.PredictedEnd))
		}
		line("ends", end+" ("+cmp.Or(a.Basis, "predicted")+")")
	} else if a.Basis != "" {
		line("ends", "not known ("+a.Basis+")")
	}
	if !a.LastProbe.IsZero() {
		line("probed", ago(a.LastProbe, now)+" ago")
	}
	if !a.LastRotation.IsZero() {
		line("renewed", ago(a.LastRotation, now)+" ago")
	}
	for _, note := range a.Notes {
		line("note", note)
	}
}

// ago is the time between then and now, as people say it.
func ago(then, now time.Time) string { return span(now.Sub(then)) }
