package daemon

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// takeIn scans the inbox and offers what is new. It reports whether a file was
// still being written. Only the intake's own goroutine calls it.
func (d *Daemon) takeIn(ctx context.Context, trigger string) (pending bool) {
	scan, err := d.inbox.Rescan(ctx)
	if ctx.Err() == nil {
		d.heard(err)
	}
	for _, name := range scan.Gone {
		d.log.Warn("a cookie file was deleted; the session in use is kept", "file", name)
		d.supervisor.FileGone(name)
	}
	for _, rivals := range d.rivals(scan.Drops, trigger) {
		d.choose(ctx, rivals)
	}
	if len(scan.Drops) > 0 {
		d.announce(d.supervisor.Accounts())
	}
	if !scan.Pending && err == nil && ctx.Err() == nil {
		d.outcomes.keep(d.inbox.Seen())
	}
	return scan.Pending
}

// offered is a file of the inbox on its way to an account.
type offered struct {
	cookie.Drop
	candidate supervisor.Candidate
}

// rivals groups files by the account they are meant for, newest first: it takes
// one of them. A file with a name that browsers give may mean any account; its
// group goes first, so that it does not take one that a file beside it has just
// made.
func (d *Daemon) rivals(drops []cookie.Drop, trigger string) [][]offered {
	var groups [][]offered
	place := make(map[any]int) // by account, and by session
	for _, drop := range drops {
		next := offered{drop, supervisor.Candidate{File: drop.File, Origin: supervisor.FromFile, Trigger: trigger, Hash: drop.Hash}}
		if drop.Rejection != nil {
			groups = append(groups, []offered{next})
			continue
		}
		next.candidate.Set, next.candidate.Nominal, next.candidate.Warnings = drop.Export.Set, drop.Export.PSIDExpires, drop.Export.Warnings
		account, session := d.supervisor.Meant(next.candidate), drop.Export.Set.Identity()
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
	slices.SortStableFunc(groups, func(a, b []offered) int { return cmp.Compare(order(a), order(b)) })
	return groups
}

func order(group []offered) int {
	if slices.ContainsFunc(group, func(o offered) bool { return o.Generic }) {
		return 0
	}
	return 1
}

// choose offers the files of one account until one is taken. The older ones are
// passed over, unless they were in use before, which is no news, or prove to be
// of another Google account. So that a folder full of old exports does not make
// for as many calls, only as many are asked about as there can be accounts.
func (d *Daemon) choose(ctx context.Context, group []offered) {
	newer, asked := "", 0
	for _, o := range group {
		switch {
		case ctx.Err() != nil:
			return
		case o.Rejection != nil:
			d.reject(o, o.Rejection)
		case newer != "" && !d.supervisor.Took(o.candidate):
			o.candidate.Newer = newer
			if _, known := d.outcomes.of(o.Drop); known || asked == supervisor.MaxAccounts {
				d.passOver(o.candidate)
				continue
			}
			asked++
			d.consider(ctx, o)
		case d.consider(ctx, o) && newer == "":
			newer = o.File
		}
	}
}

// passOver leaves a file where a newer one is used for the same account.
func (d *Daemon) passOver(c supervisor.Candidate) {
	d.log.Info("a cookie file is passed over for a newer one", "file", c.File, "newer", c.Newer)
	text := fmt.Sprintf("%s is newer and is used for the same account. To use this file, put it there again.", c.Newer)
	d.outcomes.note(c.File, outcome{Hash: c.Hash, Message: text})
	d.refuse(c.File, &cookie.Rejection{Message: text}) // nothing is wrong with it, so it has no code
}

// heard tells when the inbox stops or begins to be readable.
func (d *Daemon) heard(err error) {
	text := ""
	if err != nil {
		text = err.Error()
		d.metrics.WatcherEvents.WithLabelValues("error").Inc()
	}
	switch {
	case text == d.scanned:
	case text != "":
		d.log.Warn("the inbox can not be looked at; the sessions in use are kept", "err", err)
	default:
		d.log.Info("the inbox can be looked at again")
	}
	d.scanned = text
}

// consider offers one file, unless it is known what becomes of it, and reports
// whether it is taken.
func (d *Daemon) consider(ctx context.Context, o offered) (taken bool) {
	if known, ok := d.outcomes.of(o.Drop); ok {
		if known.Code != "" {
			d.reject(o, &cookie.Rejection{Code: known.Code, Message: known.Message})
		}
		return false
	}
	verdict := d.supervisor.Offer(ctx, o.candidate)
	d.reply(o.candidate, verdict)
	return verdict.Result != supervisor.Rejected
}

// settled hears what became of a file that could not be checked when it came.
func (d *Daemon) settled(c supervisor.Candidate, verdict supervisor.Verdict) {
	if c.Origin == supervisor.FromFile && d.inbox.Seen()[c.File] == c.Hash { // else it is another file by now
		d.reply(c, verdict)
	}
}

// reply leaves the reason beside a refused file and takes away an old one.
func (d *Daemon) reply(c supervisor.Candidate, verdict supervisor.Verdict) {
	if verdict.Result == supervisor.PassedOver {
		d.passOver(c)
		return
	}
	if verdict.Result == supervisor.Rejected {
		if code := cookie.Code(verdict.Code); code == cookie.CodeProbeSignedOut {
			d.outcomes.note(c.File, outcome{c.Hash, code, verdict.Message})
		}
		d.refuse(c.File, &cookie.Rejection{Code: cookie.Code(verdict.Code), Message: verdict.Message})
		return
	}
	if err := d.inbox.Accept(c.File); err != nil {
		d.log.Debug("an old note could not be removed", "file", c.File, "err", err)
	}
}

// reject leaves a file that need not be asked about.
func (d *Daemon) reject(o offered, why *cookie.Rejection) {
	d.supervisor.Reject(o.candidate, why)
	d.refuse(o.File, why)
}

func (d *Daemon) refuse(file string, why *cookie.Rejection) {
	if err := d.inbox.Refuse(file, why); err != nil {
		d.log.Warn("the reason could not be written beside the refused file", "file", file, "err", err)
	}
}

// watch wakes the intake by file events. Where they do not work the tick's poll
// is enough, only slower.
func (d *Daemon) watch(ctx context.Context) {
	d.group.Go(func() error { d.takeInWhenPoked(ctx); return nil })
	if d.settings.Watch == "poll" {
		return
	}
	d.group.Go(func() error {
		return cookie.Watch(ctx, cookie.WatchConfig{
			Dir: d.settings.InboxDir, Logger: d.log, Unreadable: d.inbox.Unreadable, Poke: d.poke,
		})
	})
}

// poke is rescan for the watcher.
func (d *Daemon) poke(kind cookie.Wake) {
	d.metrics.WatcherEvents.WithLabelValues(string(kind)).Inc()
	d.rescan(triggerWatch)
}

// What makes the inbox be looked at: label values of the loads.
const (
	triggerStart  = "start"
	triggerPoll   = "poll"
	triggerWatch  = "watch"
	triggerSignal = "signal"
)

// rescan asks for a scan; one waiting wake-up is enough.
func (d *Daemon) rescan(trigger string) {
	select {
	case d.poked <- trigger:
	default:
	}
}

// lookAgain is how soon a file that is still being written is looked at again.
const lookAgain = time.Second

func (d *Daemon) takeInWhenPoked(ctx context.Context) {
	again := time.NewTimer(lookAgain)
	again.Stop()
	defer again.Stop()
	for trigger := triggerStart; ; {
		if d.takeIn(ctx, trigger) {
			again.Reset(lookAgain)
		}
		select {
		case <-ctx.Done():
			return
		case trigger = <-d.poked:
		case <-again.C:
		}
	}
}
