package main

import (
	"cmp"
	"fmt"
	"time"

	"github.com/geminid/geminid/cmd/gchat/internal/client"
	"github.com/geminid/geminid/cmd/gchat/internal/exit"
	"github.com/geminid/geminid/cmd/gchat/internal/terminal"
	"github.com/geminid/geminid/internal/printable"
	"github.com/geminid/geminid/supervisor/status"
)

// showVerdict prints a verdict that is good, and returns any other as a failure.
func showVerdict(c *terminal.Console, v status.Verdict) error {
	if v.IsUnproven() {
		return exit.New(exit.Temporary, v.Message, "the server tries again by itself; gchat cookies status")
	}
	switch v.Result {
	case status.Applied, status.Unchanged:
		fmt.Fprintf(c.Out, "accepted: account %s is %s since %s\n", printable.Text(v.Account), printable.Text(cmp.Or(string(v.State), "in use")),
			v.Since.Local().Format(time.DateTime))
		if v.Message != "" {
			fmt.Fprintf(c.Out, "  %s\n", printable.Text(v.Message))
		}
		for _, w := range v.Warnings {
			fmt.Fprintf(c.Out, "  %s: %s\n", printable.Text(w.Code), printable.Text(w.Message))
		}
		return nil
	case status.Parked:
		return exit.New(exit.Temporary, "not proven yet: "+v.Message, "the server tries again by itself; gchat cookies status")
	default: // refused, as below
	}
	what := "refused: " + cmp.Or(v.Message, "the server gave no reason")
	if v.Code != "" {
		what = "refused: " + v.Code + ": " + v.Message
	}
	return exit.New(exit.Refused, what, "the session that was in use stays; "+client.NewCookiesAdvice)
}
