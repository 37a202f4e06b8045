package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/signal"
	"time"

	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
	"github.com/geminid/geminid/internal/printable"
	"github.com/geminid/geminid/supervisor/status"
)

type statusCommand struct {
	JSON bool `help:"Print the server's answer as it is."`
}

// Help implements kong.HelpProvider.
func (statusCommand) Help() string {
	return `An API key is shown states and ages; an admin key everything.

Exit codes: 0 questions are answered, 69 a person must act, 75 wait.`
}

// Run fetches the status and prints it. The exit code depends on the state.
func (sc statusCommand) Run(c *terminal.Console, s *settings) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	report, body, err := s.newAdminClient().FetchStatus(ctx)
	if err != nil {
		return err
	}
	if sc.JSON {
		_, err := c.Out.Write(append(body, '\n'))
		return cmp.Or(err, stateFailure(report.State()))
	}
	printReport(c, report)
	return stateFailure(report.State())
}

// stateFailure returns the error whose exit code fits the state, without words;
// nil if questions are answered.
func stateFailure(state status.State) error {
	switch {
	case state.Serves():
		return nil
	case state == status.RateLimited, state == status.Unreachable, state == status.Suspect:
		return &exit.Failure{Code: exit.Temporary}
	}
	return &exit.Failure{Code: exit.Unavailable}
}

// printReport writes the report for a person. Ages count from the server's clock.
func printReport(c *terminal.Console, r status.Report) {
	now := r.GeneratedAt
	if now.IsZero() {
		now = time.Now()
	}
	meaning := cmp.Or(r.State().Meaning(status.English), "a state this gchat does not know")
	fmt.Fprintf(c.Out, "%s: %s\n", printable.Text(r.Status), meaning)
	if others := r.States.Text(r.State(), status.English); others != "" {
		fmt.Fprintln(c.Out, printable.Text(others))
	}
	if r.Remedy != "" {
		fmt.Fprintf(c.Out, "to do: %s\n", printable.Text(r.Remedy))
	}
	for i, a := range r.Accounts {
		fmt.Fprintf(c.Out, "\n%s\n", printable.Text(cmp.Or(a.Name, fmt.Sprintf("account %d", i+1))))
		printAccount(c, a, now)
	}
}

// printAccount writes one account, leaving out the fields that are not known.
func printAccount(c *terminal.Console, a status.Account, now time.Time) {
	line := func(label, text string) {
		if text != "" {
			fmt.Fprintf(c.Out, "  %-9s %s\n", label, printable.Text(text))
		}
	}
	age := func(then time.Time) string { return status.FormatDuration(now.Sub(then)) }
	state := string(a.State)
	if !a.Since.IsZero() && a.State != status.PausedState { // seen with an API key: since when is the admin's
		state += " since " + age(a.Since)
	}
	if a.Activity == status.Paused {
		state += ", paused"
	}
	line("state", state)
	line("because", a.Evidence)
	line("next", a.NextAction)
	line("to do", a.Remedy)
	line("ends", predictedEnd(a, now))
	if !a.LastProbe.IsZero() {
		line("probed", age(a.LastProbe)+" ago")
	}
	if !a.LastRotation.IsZero() {
		line("renewed", age(a.LastRotation)+" ago")
	}
	for _, q := range a.Quotas {
		line("quota", status.QuotaText(q, now))
	}
	for _, note := range a.Notes {
		line("note", note)
	}
}

// predictedEnd says when the session is expected to end, empty if nothing is known
// about it.
func predictedEnd(a status.Account, now time.Time) string {
	distance := status.FormatDuration(a.PredictedEnd.Sub(now))
	switch {
	case a.PredictedEnd.IsZero() && a.Basis == "":
		return ""
	case a.PredictedEnd.IsZero():
		return "not known (" + a.Basis + ")"
	case a.PredictedEnd.After(now):
		return "in about " + distance + " (" + cmp.Or(a.Basis, "predicted") + ")"
	}
	return "overdue by " + distance + " (" + cmp.Or(a.Basis, "predicted") + ")"
}
