package daemon

import (
	"context"
	"path/filepath"
	"slices"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/daemon/config"
	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/ops/notify"
	"github.com/geminid/geminid/supervisor"
	"github.com/geminid/geminid/supervisor/status"
)

// notifyFile holds, in the state directory, the notices that were delivered.
const notifyFile = "notify.json"

func (d *Daemon) openNotify() (err error) {
	c := d.settings.NotifyConfig()
	c.Path, c.Now, c.Logger = filepath.Join(d.settings.StateDir, notifyFile), d.now, d.log
	if d.notifier, err = notify.New(c); err != nil {
		return &config.Error{Err: err}
	}
	return nil
}

// notifyStanding reports the state of all accounts to the notifier, which finds the
// changes.
func (d *Daemon) notifyStanding(accounts []supervisor.Account) {
	for _, a := range accounts {
		if a.Activity == status.Paused {
			continue // by the owner's own command
		}
		for _, e := range standingOf(a) {
			e.Others = slices.ContainsFunc(accounts, func(b supervisor.Account) bool { return b.Serving && b.Name != a.Name })
			d.notifier.HandleEvent(e)
		}
	}
	for _, name := range d.supervisor.RemovedAccounts() {
		d.notifier.HandleEvent(notify.Event{Kind: notify.Removed, Account: name})
	}
	if e := wayEvent(d.supervisor.Reach(), accounts); e.Kind != "" {
		d.notifier.HandleEvent(e)
	}
	if f := d.supervisor.LastUnplacedFile(); f != nil {
		d.notifier.HandleEvent(strayFile(accounts, f))
	}
}

// wayEvent returns whether the upstream can be reached, without a kind if nothing has
// shown it since the start.
func wayEvent(reach supervisor.Reach, accounts []supervisor.Account) notify.Event {
	if reach.Down() {
		return notify.Event{Kind: notify.Unreachable, Code: string(reach.Fault), Detail: reach.Fault.Cause()}
	}
	if slices.ContainsFunc(accounts, func(a supervisor.Account) bool {
		return a.State == supervisor.Healthy || a.State == supervisor.Expiring
	}) {
		return notify.Event{Kind: notify.Reachable}
	}
	return notify.Event{}
}

// strayFile returns the event of the files that belong to no account: the last one was
// refused, or that is settled because an account accepted another one since.
func strayFile(accounts []supervisor.Account, unplaced *supervisor.Event) notify.Event {
	latest, out := unplaced.Time, fileEvent("", unplaced)
	for _, a := range accounts {
		if f := a.LastFile; f != nil && f.Time.After(latest) && fileEvent(a.Name, f).Kind == notify.FileAccepted {
			latest, out = f.Time, fileEvent("", f)
		}
	}
	return out
}

// failuresBeforeNotice is the number of renewals in a row without a new value before a
// notice.
const failuresBeforeNotice = 3

// standingOf returns the events of one account. A state without certainty, such as
// unknown, has no event: the last notice stays valid.
func standingOf(a supervisor.Account) []notify.Event {
	var out []notify.Event
	say := func(kind notify.Kind, detail string) {
		out = append(out, notify.Event{Kind: kind, Account: a.Name, Detail: detail})
	}
	if a.LastFile != nil {
		out = append(out, fileEvent(a.Name, a.LastFile))
	}
	switch a.State {
	case supervisor.Unreadable:
		say(notify.Unreadable, a.Evidence)
	case supervisor.Missing:
		say(notify.Removed, "")
	case supervisor.Healthy:
		say(notify.Recovered, "")
	case supervisor.Expiring:
		say(notify.EndsSoon, localTime(a.PredictedEnd))
	case supervisor.Expired:
		say(notify.Expired, "")
	case supervisor.Blocked:
		say(notify.Blocked, localTime(a.RetryAt))
	default: // nothing for a person to do
	}
	alive := a.State == supervisor.Healthy || a.State == supervisor.Degraded
	switch {
	case alive && a.RotationsFailed >= failuresBeforeNotice:
		say(notify.RotationFailing, localTime(a.NextRotation))
	case alive && a.RotationsFailed == 0:
		say(notify.RotationWorks, "")
	}
	if a.SecondHolder {
		say(notify.SecondHolder, "")
	} else {
		say(notify.SoleHolder, "")
	}
	if kind, reset := weekStanding(a.Quotas); kind != "" {
		say(kind, reset)
	}
	return out
}

// The shares of the week's allowance at which a notice goes out, and from which on it
// is settled.
const (
	quotaLow  = 0.1
	quotaFine = 0.2
)

// weekStanding returns the event of the week's allowance and when it starts over,
// without a kind if there is none to speak of.
func weekStanding(all []cookie.Quota) (kind notify.Kind, reset string) {
	for _, q := range all {
		switch {
		case q.Model != cookie.EveryModel || q.Window != cookie.WeekWindow:
		case q.Remaining < quotaLow:
			return notify.QuotaLow, localTime(q.Reset)
		case q.Remaining >= quotaFine:
			return notify.QuotaFine, ""
		}
	}
	return "", ""
}

// fileEvent returns the outcome of a file as an event; one that waits for its check
// has no kind.
func fileEvent(account string, f *supervisor.Event) notify.Event {
	kind := map[string]notify.Kind{
		string(supervisor.Rejected): notify.FileRejected,
		string(supervisor.Applied):  notify.FileAccepted, string(supervisor.Unchanged): notify.FileAccepted,
	}[f.Result]
	e := notify.Event{Kind: kind, Account: account, Code: f.Code, File: f.File, Detail: f.Detail}
	if kind == notify.FileAccepted {
		e.Detail = f.Account // whose cookies they are
	}
	return e
}

// localTime returns a time as the owner's clock shows it, empty for the zero time.
func localTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2006-01-02 15:04")
}

// testNotify sends a message through every channel and returns the outcome of each.
func (d *Daemon) testNotify(ctx context.Context) []api.Delivery {
	out := []api.Delivery{}
	for _, o := range d.notifier.SendTest(ctx) {
		delivery := api.Delivery{Channel: o.Channel, OK: o.Err == nil}
		if o.Err != nil {
			delivery.Error = o.Err.Error()
		}
		out = append(out, delivery)
	}
	return out
}
