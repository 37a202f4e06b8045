package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/geminid/geminid/supervisor/status"
)

// printStatus writes the report for a person: the overall state first, then one
// block for each account.
func printStatus(w io.Writer, r status.Report, now time.Time) {
	fmt.Fprintf(w, "%s\n", strings.ToUpper(r.Status))
	if others := r.States.Text(r.State(), status.English); others != "" {
		fmt.Fprintf(w, "%s.\n", others)
	}
	if r.Remedy != "" {
		fmt.Fprintf(w, "To do: %s.\n", r.Remedy)
	}
	if stray := fileOutcome(r.StrayFile); stray != "" {
		fmt.Fprintf(w, "File of no account: %s\n", stray)
	}
	for _, a := range r.Accounts {
		meaning := cmp.Or(a.Meaning(status.English), "a state this geminid does not know")
		fmt.Fprintf(w, "\n%s: %s, %s\n", a.Name, a.State, meaning)
		printAccount(w, a, now)
	}
	if len(r.Accounts) == 0 {
		fmt.Fprintln(w, "\nNo account yet.")
	}
}

// printAccount writes the rows of one account, leaving out the empty ones.
func printAccount(w io.Writer, a status.Account, now time.Time) {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(t, "  %s\t%s\n", name, value)
		}
	}
	moment := func(at time.Time) string { return status.FormatMoment(at.Local(), now) }
	row("why", a.Evidence)
	row("since", moment(a.Since))
	row("serving", map[bool]string{true: "yes", false: "no"}[a.Serving])
	row("last proof", moment(a.LastProof))
	row("last renewal", moment(a.LastRotation))
	row("next", a.NextAction)
	end := "unknown"
	if !a.PredictedEnd.IsZero() {
		end = "without renewal " + moment(a.PredictedEnd)
	}
	row("predicted end", end+" ("+a.Basis+")")
	if a.Activity != status.Idle {
		row("doing now", string(a.Activity))
	}
	if a.Generation > 0 {
		row("generation", fmt.Sprintf("%d, mark %s", a.Generation, cmp.Or(a.Mark, "none")))
	}
	row("last file", fileOutcome(a.LastFile))
	row("to do", a.Remedy)
	for _, q := range a.Quotas {
		row("quota", status.QuotaText(q, now))
	}
	for _, note := range a.Notes {
		row("note", note)
	}
	_ = t.Flush()
}

// fileOutcome says in one line how a file ended, empty if none is known.
func fileOutcome(e *status.Event) string {
	if e == nil || e.File == "" {
		return ""
	}
	return fmt.Sprintf("%s: %s: %s", e.File, e.Result, e.Detail)
}
