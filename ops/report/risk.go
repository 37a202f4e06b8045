package report

import (
	"maps"
	"slices"
	"time"

	"github.com/geminid/geminid/supervisor/status"
)

// Risk is a fact that needs attention.
type Risk struct {
	// Kind is unreachable, signed_out, account_out, unreadable, refused, ending,
	// disk_fills, disk, renewals, errors, limits, outages, pauses or unwatched.
	Kind string `json:"kind"`
	// Account is whose it is, empty if it is about all.
	Account string `json:"account,omitempty"`
	// Percent, Bytes and At are its figures; which of them are set depends on the
	// kind.
	Percent float64   `json:"percent,omitempty"`
	Bytes   int64     `json:"bytes,omitempty"`
	At      time.Time `json:"at,omitzero"`
}

// The bounds from which something is a risk.
const (
	endingWithin      = 48 * time.Hour
	diskFullWithin    = 60 * 24 * time.Hour
	minDiskFree       = 10.0 // percent
	maxFailedRenewals = 20.0 // percent
	maxUnanswered     = 1.0  // percent
	maxLimited        = 5.0  // percent
	minAvailability   = 99.0 // percent
	minEvents         = 20   // for a percentage to mean something,
	minFailures       = 3    // unless so many questions got no answer
)

// riskFinders is the table, most pressing first.
var riskFinders = []func(*Report) []Risk{
	findUnreachable, findSignedOut, findUnreadable, findRefused, findEnding, findDiskPressure,
	findFailedRenewals, findUnanswered, findLimited, findOutages, findUnavailable, findDowntime,
}

func findRisks(r *Report) []Risk {
	out := []Risk{}
	for _, find := range riskFinders {
		out = append(out, find(r)...)
	}
	return out
}

// risksByState finds the accounts in one of some states.
func risksByState(r *Report, kind string, states ...status.State) (out []Risk) {
	for _, name := range slices.Sorted(maps.Keys(r.Sum.Accounts)) {
		if slices.Contains(states, status.State(r.Sum.Accounts[name].State)) {
			out = append(out, Risk{Kind: kind, Account: name})
		}
	}
	return out
}

// findUnreachable finds that the upstream cannot be reached now, which is one fact
// for all accounts.
func findUnreachable(r *Report) []Risk {
	if len(risksByState(r, "", status.Unreachable)) == 0 {
		return nil
	}
	return []Risk{{Kind: "unreachable"}}
}

// findSignedOut finds the accounts that need new cookies, and whether another one
// serves meanwhile.
func findSignedOut(r *Report) []Risk {
	out := risksByState(r, "account_out", status.Expired, status.Missing)
	if len(risksByState(r, "", servingStates()...)) > 0 {
		return out
	}
	for i := range out {
		out[i].Kind = "signed_out"
	}
	return out
}

func servingStates() []status.State {
	return slices.DeleteFunc(status.States(), func(s status.State) bool { return !s.Serves() })
}

func findUnreadable(r *Report) []Risk {
	return risksByState(r, "unreadable", status.Unreadable)
}

func findRefused(r *Report) []Risk {
	return risksByState(r, "refused", status.Blocked, status.RateLimited)
}

// findEnding finds the sessions whose end is foreseen and near.
func findEnding(r *Report) (out []Risk) {
	for _, name := range slices.Sorted(maps.Keys(r.Sum.Accounts)) {
		acc := r.Sum.Accounts[name]
		end := time.Unix(acc.End, 0).UTC()
		if acc.End > 0 && end.After(r.To) && end.Sub(r.To) < endingWithin && acc.State == string(status.Expiring) {
			out = append(out, Risk{Kind: "ending", Account: name, At: end})
		}
	}
	return out
}

// findDiskPressure finds a disk that is nearly full, or will be.
func findDiskPressure(r *Report) []Risk {
	d := r.Sum.Disk
	if d.Total == 0 {
		return nil
	}
	if r.Growth > 0 {
		left := time.Duration(float64(d.Free) / float64(r.Growth) * float64(24*time.Hour))
		if left < diskFullWithin {
			return []Risk{{Kind: "disk_fills", Bytes: d.Free, At: r.To.Add(left).Truncate(time.Hour)}}
		}
	}
	if percentOf(d.Free, d.Total) < minDiskFree {
		return []Risk{{Kind: "disk", Bytes: d.Free, Percent: percentOf(d.Free, d.Total)}}
	}
	return nil
}

func findFailedRenewals(r *Report) []Risk {
	rotated, all := r.Sum.Rotations["rotated"], r.Sum.Rotations.Total()-r.Sum.Rotations["skipped"]
	return thresholdRisk("renewals", all-rotated, all, maxFailedRenewals)
}

// findUnanswered finds that clients did not get what they asked for. Few questions say
// it too, because one person asks few.
func findUnanswered(r *Report) []Risk {
	failed := r.Sum.Asked - r.Sum.Answered
	if failed < minFailures {
		return thresholdRisk("errors", failed, r.Sum.Asked, maxUnanswered)
	}
	return shareRisk("errors", failed, r.Sum.Asked, maxUnanswered)
}

func findLimited(r *Report) []Risk {
	return thresholdRisk("limits", r.Sum.Requests["throttled"], r.Sum.Requests.Total(), maxLimited)
}

// thresholdRisk is a risk if part is more of whole than percent, and whole is enough
// for that to mean something.
func thresholdRisk(kind string, part, whole int64, percent float64) []Risk {
	if whole < minEvents {
		return nil
	}
	return shareRisk(kind, part, whole, percent)
}

// shareRisk is a risk if part is more of whole than percent.
func shareRisk(kind string, part, whole int64, percent float64) []Risk {
	if share := percentOf(part, whole); share > percent {
		return []Risk{{Kind: kind, Percent: share}}
	}
	return nil
}

// findOutages finds the times in which the upstream could not be reached.
func findOutages(r *Report) []Risk {
	return shareRisk("outages", r.Sum.Unreachable, r.Sum.Watched, 100-minAvailability)
}

// findUnavailable finds the other times in which the server ran and no account could
// answer.
func findUnavailable(r *Report) []Risk {
	return shareRisk("pauses", r.Sum.Missed-r.Sum.Unreachable, r.Sum.Watched, 100-minAvailability)
}

// findDowntime finds the times in which the server did not run.
func findDowntime(r *Report) []Risk {
	whole := r.coveredTime()
	if s := percentOf(r.Sum.Watched, int64(whole/time.Second)); whole >= 24*time.Hour && s < minAvailability {
		return []Risk{{Kind: "unwatched", Percent: 100 - s}}
	}
	return nil
}

// coveredTime is the stretch of the window of which there are figures.
func (r *Report) coveredTime() time.Duration {
	from := r.From
	if r.Since.After(from) {
		from = r.Since
	}
	return max(0, r.To.Sub(from))
}
