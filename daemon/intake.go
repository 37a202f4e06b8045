package daemon

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/inbox"
	"github.com/geminid/geminid/supervisor"
)

// scanInbox scans the inbox and offers the new files to the supervisor. It reports
// whether a file was still being written. Only the goroutine of the intake calls it.
func (d *Daemon) scanInbox(ctx context.Context, trigger string) (pending bool) {
	scan, err := d.inbox.Rescan(ctx)
	if ctx.Err() == nil {
		d.logScanTransition(err)
	}
	for _, name := range scan.Gone {
		d.log.Warn("a cookie file was deleted; the session in use is kept", "file", name)
		d.supervisor.FileGone(name)
	}
	for _, rivals := range d.groupByAccount(scan.Drops, trigger) {
		d.offerGroup(ctx, rivals)
	}
	if len(scan.Drops) > 0 {
		d.updateStatusLine(d.supervisor.Accounts())
	}
	if !scan.Pending && err == nil && ctx.Err() == nil {
		d.outcomes.retainAndSave(d.inbox.Seen())
	}
	return scan.Pending
}

// offered is a file of the inbox on its way to an account.
type offered struct {
	inbox.Drop
	candidate supervisor.Candidate
}

// groupByAccount groups files by the account they are meant for, the newest first: of
// each group one is used. A file with a generic name, such as a browser gives it, may
// belong to any account. Its group goes first, so that it does not take an account
// that a file beside it has just made.
func (d *Daemon) groupByAccount(drops []inbox.Drop, trigger string) [][]offered {
	var groups [][]offered
	place := make(map[any]int) // by account, and by session
	for _, drop := range drops {
		next := offered{drop, supervisor.Candidate{File: drop.File, Origin: supervisor.FromFile, Trigger: trigger, Hash: drop.Hash}}
		if drop.Rejection != nil {
			groups = append(groups, []offered{next})
			continue
		}
		next.candidate.Set, next.candidate.Nominal, next.candidate.Warnings = drop.Export.Set, drop.Export.PSIDExpires, drop.Export.Warnings
		account, session := d.supervisor.AccountFor(next.candidate), drop.Export.Set.Identity()
		at, known := place[session]
		if !known {
			at, known = place[account]
		}
		if !known {
			at, groups = len(groups), append(groups, nil)
		}
		place[session], place[account] = at, at
		groups[at] = append(groups[at], next)
	}
	slices.SortStableFunc(groups, func(a, b []offered) int { return cmp.Compare(groupOrder(a), groupOrder(b)) })
	return groups
}

func groupOrder(group []offered) int {
	if slices.ContainsFunc(group, func(o offered) bool { return o.Generic }) {
		return 0
	}
	return 1
}

// offerGroup offers the files of one account until one is accepted. The older ones are
// passed over, unless they were in use before, or prove to be of another Google
// account. A folder full of old exports must not cause as many calls, so at most as
// many files are checked as there can be accounts.
func (d *Daemon) offerGroup(ctx context.Context, group []offered) {
	newer, asked := "", 0
	for _, o := range group {
		switch {
		case ctx.Err() != nil:
			return
		case o.Rejection != nil:
			d.rejectKnown(o, o.Rejection)
		case newer != "" && !d.supervisor.TookBefore(o.candidate):
			o.candidate.Newer = newer
			if _, known := d.outcomes.lookUp(o.Drop); known || asked == supervisor.MaxAccounts {
				d.passOver(o.candidate)
				continue
			}
			asked++
			d.offerFile(ctx, o)
		case d.offerFile(ctx, o) && newer == "":
			newer = o.File
		}
	}
}

// passOver leaves a file unused because a newer one is used for the same account.
func (d *Daemon) passOver(c supervisor.Candidate) {
	d.log.Info("a cookie file is passed over for a newer one", "file", c.File, "newer", c.Newer)
	text := fmt.Sprintf("%s is newer and is used for the same account. To use this file, put it there again.", c.Newer)
	d.outcomes.recordOutcome(c.File, outcome{Hash: c.Hash, Message: text})
	d.writeRejection(c.File, &cookie.Rejection{Message: text}) // nothing is wrong with it, so it has no code
}

// logScanTransition logs that the inbox cannot be read any more, or can again.
func (d *Daemon) logScanTransition(err error) {
	text := ""
	if err != nil {
		text = err.Error()
		d.metrics.WatcherEvents.WithLabelValues("error").Inc()
	}
	switch {
	case text == d.scanError:
	case text != "":
		d.log.Warn("the inbox cannot be read; the sessions in use are kept", "err", err)
	default:
		d.log.Info("the inbox can be read again")
	}
	d.scanError = text
}

// offerFile offers one file, unless its outcome is known, and reports whether it is
// accepted.
func (d *Daemon) offerFile(ctx context.Context, o offered) (taken bool) {
	if known, ok := d.outcomes.lookUp(o.Drop); ok {
		if known.Code != "" {
			d.rejectKnown(o, &cookie.Rejection{Code: known.Code, Message: known.Message})
		}
		return false
	}
	verdict := d.supervisor.Offer(ctx, o.candidate)
	d.noteVerdict(o.candidate, verdict)
	return verdict.Result != supervisor.Rejected
}

// noteParkedVerdict receives the verdict on a file that could not be checked at once.
func (d *Daemon) noteParkedVerdict(c supervisor.Candidate, verdict supervisor.Verdict) {
	if c.Origin == supervisor.FromFile && d.inbox.Seen()[c.File] == c.Hash { // else it is another file by now
		d.noteVerdict(c, verdict)
	}
}

// noteVerdict writes the reason beside a refused file, or removes an old one.
func (d *Daemon) noteVerdict(c supervisor.Candidate, verdict supervisor.Verdict) {
	if verdict.Result == supervisor.PassedOver {
		d.passOver(c)
		return
	}
	if verdict.Result == supervisor.Rejected {
		if code := cookie.Code(verdict.Code); code == cookie.CodeProbeSignedOut {
			d.outcomes.recordOutcome(c.File, outcome{c.Hash, code, verdict.Message})
		}
		d.writeRejection(c.File, &cookie.Rejection{Code: cookie.Code(verdict.Code), Message: verdict.Message})
		return
	}
	if err := d.inbox.Accept(c.File); err != nil {
		d.log.Debug("an old note could not be removed", "file", c.File, "err", err)
	}
}

// rejectKnown rejects a file without asking the supervisor to check it.
func (d *Daemon) rejectKnown(o offered, why *cookie.Rejection) {
	d.supervisor.Reject(o.candidate, why)
	d.writeRejection(o.File, why)
}

func (d *Daemon) writeRejection(file string, why *cookie.Rejection) {
	if err := d.inbox.Refuse(file, why); err != nil {
		d.log.Warn("the reason could not be written beside the refused file", "file", file, "err", err)
	}
}

// startIntake wakes the intake by file events. If they do not work, the poll of each
// tick is enough, only slower.
func (d *Daemon) startIntake(ctx context.Context) {
	d.group.Go(func() error { d.runIntake(ctx); return nil })
	if d.settings.Watch == "poll" {
		return
	}
	d.group.Go(func() error {
		return inbox.Watch(ctx, inbox.WatchConfig{
			Dir: d.settings.InboxDir, Logger: d.log, Unreadable: d.inbox.Unreadable, Poke: d.wakeFromWatcher,
		})
	})
}

// wakeFromWatcher is requestScan for the watcher.
func (d *Daemon) wakeFromWatcher(kind inbox.Wake) {
	d.metrics.WatcherEvents.WithLabelValues(string(kind)).Inc()
	d.requestScan(triggerWatch)
}

// Causes of a scan of the inbox: label values of the loads.
const (
	triggerStart  = "start"
	triggerPoll   = "poll"
	triggerWatch  = "watch"
	triggerSignal = "signal"
)

// requestScan asks for a scan. It does not block: one waiting request is enough.
func (d *Daemon) requestScan(trigger string) {
	select {
	case d.scanRequests <- trigger:
	default:
	}
}

// rescanDelay is the wait before a file that is still being written is scanned again.
const rescanDelay = time.Second

func (d *Daemon) runIntake(ctx context.Context) {
	again := time.NewTimer(rescanDelay)
	again.Stop()
	defer again.Stop()
	for trigger := triggerStart; ; {
		if d.scanInbox(ctx, trigger) {
			again.Reset(rescanDelay)
		}
		select {
		case <-ctx.Done():
			return
		case trigger = <-d.scanRequests:
		case <-again.C:
		}
	}
}
