package daemon

import (
	"time"

	"github.com/geminid/geminid/ops/report"
	"github.com/geminid/geminid/supervisor"
	"github.com/geminid/geminid/supervisor/status"
)

// longestPresence is the most time that counts between two ticks. A longer gap was not
// watched, such as the machine's sleep.
func (d *Daemon) longestPresence() time.Duration { return 3*d.settings.Tick + time.Minute }

// countPresence counts the time since the last call as served or missed, by the
// accounts that can answer now.
func (d *Daemon) countPresence(accounts []supervisor.Account) {
	f, now := &d.figures, d.now()
	f.mu.Lock()
	defer f.mu.Unlock()
	since := now.Sub(f.lastCount).Truncate(time.Second)
	if f.lastCount.IsZero() || since < 0 || since > d.longestPresence() {
		f.lastCount, f.began = now, now
		return
	}
	if since == 0 {
		return // two ticks at once
	}
	f.lastCount = f.lastCount.Add(since) // the rest of a second counts next time
	seconds := int64(since / time.Second)
	d.startHour(now)
	part := presenceOf(accounts, d.supervisor.RemovedAccounts(), seconds)
	asked, answered := d.metrics.Questions()
	before := f.questions
	if f.questions = [2]uint64{asked, answered}; answered > before[1] {
		f.answered = now
	}
	mute := part.Missed > 0
	if mute && !f.mute {
		d.backdate(&part, accounts, now)
	}
	if f.mute = mute; mute && asked == before[0] {
		part.Unasked = part.Missed
	}
	f.pending.Add(part)
}

// backdate sets from when nothing could be answered, in the part in which that was
// found out: of the time since the last sign of the opposite nothing is known, so half
// of it counts. Nothing changes if nothing failed, but the owner stopped the accounts.
func (d *Daemon) backdate(part *report.Hour, accounts []supervisor.Account, now time.Time) {
	failed, last := false, laterTime(d.figures.began, d.figures.answered)
	for _, a := range accounts {
		if a.Activity != status.Paused {
			failed = failed || !a.LastProof.IsZero()
			last = laterTime(last, a.LastProof)
		}
	}
	if !failed {
		return
	}
	unreachable := part.Unreachable > 0
	part.Missed = int64(min(max(0, now.Sub(last)), 2*d.settings.ProbeInterval) / 2 / time.Second)
	if unreachable {
		part.Unreachable = part.Missed
	}
}

func laterTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// presenceOf returns the figures of so many seconds: which accounts can answer.
// Removed accounts are not expected to.
func presenceOf(accounts []supervisor.Account, removed []string, seconds int64) report.Hour {
	part := report.Hour{Watched: seconds, Missed: seconds, Accounts: make(map[string]report.Account, len(accounts))}
	for _, name := range removed {
		part.Accounts[name] = report.Account{}
	}
	for _, a := range accounts {
		acc := report.Account{Watched: seconds, Missed: seconds, State: string(a.State)}
		if a.Activity == status.Paused {
			acc.State = string(a.Activity) // by the owner's own command
		}
		if a.Serving {
			acc.Missed, part.Missed = 0, 0
		}
		if a.State == supervisor.Unreachable {
			part.Unreachable = seconds
		}
		if !a.PredictedEnd.IsZero() {
			acc.End = a.PredictedEnd.Unix()
		}
		part.Accounts[a.Name] = acc
	}
	part.Unreachable = min(part.Unreachable, part.Missed)
	return part
}
