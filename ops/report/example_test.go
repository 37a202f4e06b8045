package report_test

import (
	"fmt"
	"time"

	"github.com/geminid/geminid/ops/report"
)

func ExampleFoldHours() {
	from := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	hours := []report.Hour{
		{Start: report.HourOf(from), Watched: 3600, Requests: report.Counts{"success": 110, "error": 4}},
		{Start: report.HourOf(from.Add(time.Hour)), Watched: 3600, Missed: 720, Requests: report.Counts{"success": 86}},
	}
	r := report.FoldHours(hours, from, from.Add(2*time.Hour))
	fmt.Println(r.Sum.Requests.Total(), "requests")
	for _, risk := range r.Risks {
		fmt.Printf("%s: %.0f %%\n", risk.Kind, risk.Percent)
	}
	// Output:
	// 200 requests
	// errors: 2 %
	// pauses: 10 %
}
