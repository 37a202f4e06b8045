package daemon

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// takeIn scans the inbox and offers what is new. One scan runs at a time; a
// second caller waits, because what woke it may have come after the first
// looked. It reports whether a file was still being written.
func (d *Daemon) takeIn(ctx context.Context, trigger string) (pending bool) {
	select {
	case d.intake <- struct{}{}:
		defer func() { <-d.intake }()
	case <-ctx.Done():
		return false
	}
	scan, err := d.inbox.Rescan(ctx)
	if ctx.Err() == nil {
		d.heard(err)
	}
	for _, name := range scan.Gone {
		d.log.Warn("a cookie file was deleted; the session in use is kept", "file", name)
		d.supervisor.FileGone(name)
	}
	// A file with a name that browsers give may mean any account; it goes first,
	// so that it does not take one that a file beside it has just made.
	slices.SortStableFunc(scan.Drops, func(a, b cookie.Drop) int { return cmp.Compare(order(a), order(b)) })
	for _, drop := range scan.Drops {
		d.consider(ctx, drop, trigger)
	}
	if len(scan.Drops) > 0 {
		d.announce(d.supervisor.Accounts())
	}
	return scan.Pending
}

func order(d cookie.Drop) int {
	if d.Generic {
		return 0
	}
	return 1
}

// heard tells when the inbox stops or begins to be readable. The token is held.
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

// consider offers one dropped file and leaves the reason beside a refused one.
func (d *Daemon) consider(ctx context.Context, drop cookie.Drop, trigger string) {
	candidate := supervisor.Candidate{File: drop.File, Origin: supervisor.FromFile, Trigger: trigger, Hash: drop.Hash}
	if drop.Rejection != nil {
		d.supervisor.Reject(candidate, drop.Rejection)
		d.refuse(drop.File, drop.Rejection.Message)
		return
	}
	candidate.Set, candidate.Nominal, candidate.Warnings = drop.Export.Set, drop.Export.PSIDExpires, drop.Export.Warnings
	d.reply(drop.File, d.supervisor.Offer(ctx, candidate))
}

// settled hears what became of a file that could not be checked when it came.
func (d *Daemon) settled(c supervisor.Candidate, verdict supervisor.Verdict) {
	if c.Origin == supervisor.FromFile && d.inbox.Seen()[c.File] == c.Hash { // else it is another file by now
		d.reply(c.File, verdict)
	}
}

// reply leaves the reason beside a refused file and takes away an old one.
func (d *Daemon) reply(file string, verdict supervisor.Verdict) {
	if verdict.Result == supervisor.Rejected {
		d.refuse(file, verdict.Message)
		return
	}
	if err := d.inbox.Accept(file); err != nil {
		d.log.Debug("an old note could not be removed", "file", file, "err", err)
	}
}

func (d *Daemon) refuse(file, text string) {
	if err := d.inbox.Refuse(file, text); err != nil {
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

// poke asks for a scan; one waiting wake-up is enough.
func (d *Daemon) poke(kind cookie.Wake) {
	d.metrics.WatcherEvents.WithLabelValues(string(kind)).Inc()
	select {
	case d.poked <- struct{}{}:
	default:
	}
}

// lookAgain is how soon a file that is still being written is looked at again.
const lookAgain = time.Second

func (d *Daemon) takeInWhenPoked(ctx context.Context) {
	again := time.NewTimer(lookAgain)
	again.Stop()
	defer again.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.poked:
		case <-again.C:
		}
		if d.takeIn(ctx, "watch") {
			again.Reset(lookAgain)
		}
	}
}
