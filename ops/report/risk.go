package report

import (
	"maps"
	"slices"
	"time"
)

// Risk is something to look after.
type Risk struct {
	// Kind is signed_out, account_out, refused, ending, disk_fills, disk,
	// renewals, errors, limits, pauses or unwatched.
	Kind string `json:"kind"`
	// Account is whose it is, empty when everybody's.
	Account string `json:"account,omitempty"`
	// Percent, Bytes and At are its figures; which of them are set depends on the
	// kind.
	Percent float64   `json:"percent,omitempty"`
	Bytes   int64     `json:"bytes,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// The bounds from which something is a risk.
const (
	endsSoon     = 48 * time.Hour
	fillsSoon    = 60 * 24 * time.Hour
	diskLeft     = 10.0 // percent
	badRenewals  = 20.0 // percent
	badAnswers   = 1.0  // percent
	manyLimited  = 5.0  // percent
	goodServing  = 99.0 // percent
	enoughEvents = 20   // for a percentage to mean something
)

// risks is the table, most pressing first.
var risks = []func(*Report) []Risk{signedOut, refused, ending, filling, renewals, failures, limits, pauses, unwatched}

func risksOf(r *Report) []Risk {
	out := []Risk{}
	for _, find := range risks {
		out = append(out, find(r)...)
	}
	return out
}

// byState finds the accounts in one of some states.
func byState(r *Report, kind string, states ...string) (out []Risk) {
	for _, name := range slices.Sorted(maps.Keys(r.Sum.Accounts)) {
		if slices.Contains(states, r.Sum.Accounts[name].State) {
			out = append(out, Risk{Kind: kind, Account: name})
		}
	}
	return out
}

// signedOut says whether new cookies are needed, and whether anybody else serves
// meanwhile.
func signedOut(r *Report) []Risk {
	out := byState(r, "account_out", "expired", "missing")
	if len(byState(r, "", "healthy", "expiring", "degraded", "unknown")) > 0 {
		return out
	}
	for i := range out {
		out[i].Kind = "signed_out"
	}
	return out
}

func refused(r *Report) []Risk { return byState(r, "refused", "blocked", "rate_limited") }

// ending finds the sessions whose end is foreseen and near.
func ending(r *Report) (out []Risk) {
	for _, name := range slices.Sorted(maps.Keys(r.Sum.Accounts)) {
		acc := r.Sum.Accounts[name]
		end := time.Unix(acc.End, 0).UTC()
		if acc.End > 0 && end.After(r.To) && end.Sub(r.To) < endsSoon && acc.State == "expiring" {
			out = append(out, Risk{Kind: "ending", Account: name, At: end})
		}
	}
	return out
}

// filling finds a disk that is nearly full, or will be.
func filling(r *Report) []Risk {
	d := r.Sum.Disk
	if d.Total == 0 {
		return nil
	}
	if r.Growth > 0 {
		left := time.Duration(float64(d.Free) / float64(r.Growth) * float64(24*time.Hour))
		if left < fillsSoon {
			return []Risk{{Kind: "disk_fills", Bytes: d.Free, At: r.To.Add(left).Truncate(time.Hour)}}
		}
	}
	if share(d.Free, d.Total) < diskLeft {
		return []Risk{{Kind: "disk", Bytes: d.Free, Percent: share(d.Free, d.Total)}}
	}
	return nil
}

func renewals(r *Report) []Risk {
	rotated, all := r.Sum.Rotations["rotated"], r.Sum.Rotations.Total()-r.Sum.Rotations["skipped"]
	return above("renewals", all-rotated, all, badRenewals)
}

func failures(r *Report) []Risk {
	failed := r.Sum.Requests["error"]
	return above("errors", failed, failed+r.Sum.Requests["success"], badAnswers)
}

func limits(r *Report) []Risk {
	return above("limits", r.Sum.Requests["throttled"], r.Sum.Requests.Total(), manyLimited)
}

// above is a risk when part is more of whole than percent.
func above(kind string, part, whole int64, percent float64) []Risk {
	if whole < enoughEvents || share(part, whole) <= percent {
		return nil
	}
	return []Risk{{Kind: kind, Percent: share(part, whole)}}
}

// pauses are the times in which the server ran and nobody could answer.
func pauses(r *Report) []Risk {
	if missed := share(r.Sum.Missed, r.Sum.Watched); missed > 100-goodServing {
		return []Risk{{Kind: "pauses", Percent: missed}}
	}
	return nil
}

// unwatched are the times in which the server did not run.
func unwatched(r *Report) []Risk {
	whole := r.covered()
	if s := share(r.Sum.Watched, int64(whole/time.Second)); whole >= 24*time.Hour && s < goodServing {
		return []Risk{{Kind: "unwatched", Percent: 100 - s}}
	}
	return nil
}

// covered is the stretch of the window of which there are figures.
func (r *Report) covered() time.Duration {
	from := r.From
	if r.Since.After(from) {
		from = r.Since
	}
	return max(0, r.To.Sub(from))
}
