package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/geminid/geminid/supervisor/status"
)

// printHistory writes one line for each generation.
func printHistory(w io.Writer, h status.History) error {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "ACCOUNT\tNO\tMARK\tFROM\tSINCE\tLIVED\tPROBES\tEND")
	for _, a := range h.Accounts {
		for _, g := range a.Generations {
			lived, end := "", g.End
			if !g.Until.IsZero() {
				lived = status.FormatDuration(g.Until.Sub(g.Since))
			} else {
				end = "in use"
			}
			if g.Restorable && !g.Until.IsZero() {
				end += " (kept for rollback)"
			}
			fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s\t%d\t%s\n", a.Account, g.Number, g.Mark, g.Origin,
				g.Since.Local().Format("2006-01-02 15:04"), lived, g.Probes, end)
		}
	}
	return t.Flush()
}
