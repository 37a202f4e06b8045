package report

import (
	"maps"
	"math"
	"strconv"
	"strings"
	"time"
)

// Counts are numbers of things by cause or outcome.
type Counts map[string]int64

// Total is the sum of all counts.
func (c Counts) Total() (n int64) {
	for _, v := range c {
		n += v
	}
	return n
}

// Add counts n more of a kind; the map is made if need be, and nothing is noted of
// zero.
func (c *Counts) Add(kind string, n int64) {
	if n == 0 {
		return
	}
	if *c == nil {
		*c = make(Counts)
	}
	(*c)[kind] += n
}

func (c *Counts) addAll(other Counts) {
	for kind, n := range other {
		c.Add(kind, n)
	}
}

// Hour is the figures of one hour, or of a part of it: parts of the same hour add up.
type Hour struct {
	// Start is the beginning of the hour in unix seconds.
	Start int64 `json:"h"`
	// Watched is for how many seconds the server looked; Missed for how many of
	// them no account could answer. Of those, nobody asked in Unasked seconds, and
	// the upstream could not be reached in Unreachable ones.
	Watched     int64 `json:"w,omitempty"`
	Missed      int64 `json:"m,omitempty"`
	Unasked     int64 `json:"mq,omitempty"`
	Unreachable int64 `json:"mu,omitempty"`
	// Asked counts well-formed questions of known clients that no limit of this
	// server refused; Answered those that got their answer.
	Asked    int64 `json:"q,omitempty"`
	Answered int64 `json:"a,omitempty"`
	// Accounts are the same by account, with the last known standing.
	Accounts map[string]Account `json:"acc,omitempty"`
	// Rotations, Requests and Limited count by result, outcome and whose limit.
	Rotations Counts `json:"rot,omitempty"`
	Requests  Counts `json:"req,omitempty"`
	Limited   Counts `json:"lim,omitempty"`
	// Errors counts answers that failed by status, Upstream calls that failed by
	// outcome, Aborts streams that broke by cause.
	Errors   Counts `json:"err,omitempty"`
	Upstream Counts `json:"up,omitempty"`
	Aborts   Counts `json:"ab,omitempty"`
	// Lifetimes are the lives of cookie values that were seen to end, in seconds;
	// Models the times to the first piece of an answer.
	Lifetimes Spread            `json:"life,omitzero"`
	Models    map[string]Spread `json:"mod,omitempty"`
	// Disk is the last look at the disk.
	Disk Disk `json:"disk,omitzero"`
}

// Account is one account within an hour.
type Account struct {
	Watched int64 `json:"w,omitempty"` // seconds
	Missed  int64 `json:"m,omitempty"` // seconds
	// State is the last one, or paused, or empty if the account was removed; End is
	// the end that was foreseen in unix seconds.
	State string `json:"st,omitempty"`
	End   int64  `json:"end,omitempty"`
}

// Disk is the space around the state directory in bytes. A zero Total was not
// looked at.
type Disk struct {
	Free  int64 `json:"free,omitempty"`
	Total int64 `json:"total,omitempty"`
	// State is the size of the state directory, Log that of the audit log in it,
	// Journal that of the system's journal where it can be seen.
	State   int64 `json:"state,omitempty"`
	Log     int64 `json:"log,omitempty"`
	Journal int64 `json:"journal,omitempty"`
}

// Add adds the figures of a later part of the same hour, or of a later hour if whole
// stretches are summed; Start stays.
func (h *Hour) Add(later Hour) {
	h.Watched += later.Watched
	h.Missed += later.Missed
	h.Unasked += later.Unasked
	h.Unreachable += later.Unreachable
	h.Asked += later.Asked
	h.Answered += later.Answered
	for name, acc := range later.Accounts {
		if h.Accounts == nil {
			h.Accounts = make(map[string]Account)
		}
		acc.Watched += h.Accounts[name].Watched
		acc.Missed += h.Accounts[name].Missed
		h.Accounts[name] = acc
	}
	h.Rotations.addAll(later.Rotations)
	h.Requests.addAll(later.Requests)
	h.Limited.addAll(later.Limited)
	h.Errors.addAll(later.Errors)
	h.Upstream.addAll(later.Upstream)
	h.Aborts.addAll(later.Aborts)
	h.Lifetimes.Add(later.Lifetimes)
	for name, spread := range later.Models {
		if h.Models == nil {
			h.Models = make(map[string]Spread)
		}
		sum := h.Models[name]
		sum.Add(spread)
		h.Models[name] = sum
	}
	if later.Disk.Total > 0 {
		h.Disk = later.Disk
	}
}

// IsClockSet reports whether an hour, in the form of Hour.Start, is one that a clock
// shows after it was set. Before a machine without a battery clock is set it counts
// from 1970.
func IsClockSet(hour int64) bool {
	const year2000 = 946684800
	return hour >= year2000
}

// HourOf is the hour of a moment in the form of Hour.Start.
func HourOf(t time.Time) int64 { return t.Truncate(time.Hour).Unix() }

// Spread is how measurements in seconds lie: their number, their sum, and how
// many lie below which bound.
type Spread struct {
	N   int64   `json:"n,omitempty"`
	Sum float64 `json:"s,omitempty"`
	// Below counts by upper bound; a key ">60" is beyond the highest bound.
	Below Counts `json:"b,omitempty"`
}

// IsZero reports that nothing was measured.
func (s Spread) IsZero() bool { return s.N == 0 }

// Add takes in more measurements.
func (s *Spread) Add(more Spread) {
	s.N += more.N
	s.Sum = math.Round((s.Sum+more.Sum)*1000) / 1000 // milliseconds are enough
	s.Below = maps.Clone(s.Below)                    // a Spread is copied out of maps
	s.Below.addAll(more.Below)
}

// Mean is the average, zero of nothing.
func (s Spread) Mean() time.Duration {
	if s.N <= 0 {
		return 0
	}
	return toDuration(s.Sum / float64(s.N))
}

// Quantile is the bound below which the share q of the measurements lies; beyond
// reports that they lie above it instead, because it is the highest one.
func (s Spread) Quantile(q float64) (bound time.Duration, beyond bool) {
	want, seen := q*float64(s.N), int64(0)
	for _, b := range s.sortedBounds() {
		seen += b.n
		if float64(seen) >= want {
			return toDuration(b.upper), b.beyond
		}
	}
	return 0, false
}

func toDuration(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

type bound struct {
	upper  float64
	beyond bool
	n      int64
}

// sortedBounds are the bounds in rising order; a key that is no bound is left out.
func (s Spread) sortedBounds() []bound {
	var out []bound
	for key, n := range s.Below {
		text, beyond := strings.CutPrefix(key, ">")
		if upper, err := strconv.ParseFloat(text, 64); err == nil {
			out = append(out, bound{upper, beyond, n})
		}
	}
	sortBounds(out)
	return out
}
