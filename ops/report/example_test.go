package report_test

import (
	"fmt"
	"time"

	"github.com/geminid/geminid/ops/report"
)

func ExampleFoldHours() {
	from := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	hours := []report.Hour{
		{Start: report.HourOf(from), Watched: 3600, Asked: 114, Answered: 110},
		{Start: report.HourOf(from.Add(time.Hour)), Watched: 3600, Missed: 720, Asked: 86, Answered: 86},
	}
	r := report.FoldHours(hours, from, from.Add(2*time.Hour))
	fmt.Printf("%.0f %% of %d questions were answered\n", *r.Availability, r.Sum.Asked)
	for _, risk := range r.Risks {
		fmt.Printf("%s: %.0f %%\n", risk.Kind, risk.Percent)
	}
	// Output:
	// 98 % of 200 questions were answered
	// errors: 2 %
	// pauses: 10 %
}
