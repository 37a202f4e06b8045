package load

import (
	"slices"
	"time"
)

// Durations is a sample of times.
type Durations []time.Duration

// Quantile returns the value below which the share q of the sample lies, 0 for
// an empty sample. It sorts the sample.
func (d Durations) Quantile(q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[min(int(q*float64(len(d))), len(d)-1)]
}

// Took collects the whole time of each answer.
func (r Result) Took() Durations {
	d := make(Durations, 0, len(r.Answers))
	for _, a := range r.Answers {
		d = append(d, a.Took())
	}
	return d
}
