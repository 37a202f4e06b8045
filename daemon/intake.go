package daemon

import (
	"context"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/inbox"
	"github.com/geminid/geminid/internal/contain"
	"github.com/geminid/geminid/supervisor"
)

// scanInbox scans the inbox and offers the new files to the supervisor, which decides
// about them. It reports whether a file was still being written. Only the goroutine of
// the intake calls it.
func (d *Daemon) scanInbox(ctx context.Context, trigger string) (pending bool) {
	scan, err := d.inbox.Rescan(ctx)
	if ctx.Err() == nil {
		d.logScanTransition(err)
	}
	for _, name := range scan.Gone {
		d.log.Warn("a cookie file was deleted; the session in use is kept", "file", name)
		d.supervisor.FileGone(name)
	}
	d.supervisor.OfferFiles(ctx, candidatesOf(scan.Drops, trigger), d.noteVerdict)
	if len(scan.Drops) > 0 {
		d.updateStatusLine(d.supervisor.Accounts())
	}
	if !scan.Pending && err == nil && ctx.Err() == nil {
		d.supervisor.RetainFiles(d.inbox.Seen())
	}
	return scan.Pending
}

// candidatesOf returns the files of a scan as the supervisor takes them.
func candidatesOf(drops []inbox.Drop, trigger string) []supervisor.Candidate {
	candidates := make([]supervisor.Candidate, len(drops))
	for i, drop := range drops {
		c := supervisor.Candidate{File: drop.File, Origin: supervisor.FromFile, Trigger: trigger, Hash: drop.Hash, Rejection: drop.Rejection}
		if drop.Rejection == nil {
			c.Set, c.Nominal, c.Warnings = drop.Export.Set, drop.Export.PSIDExpires, drop.Export.Warnings
		}
		candidates[i] = c
	}
	return candidates
}

// noteParkedVerdict receives the verdict on a file that could not be checked at once.
func (d *Daemon) noteParkedVerdict(c supervisor.Candidate, verdict supervisor.Verdict) {
	if c.Origin == supervisor.FromFile && d.inbox.Seen()[c.File] == c.Hash { // else it is another file by now
		d.noteVerdict(c, verdict)
	}
}

// noteVerdict writes the reason beside a refused file, or removes an old one.
func (d *Daemon) noteVerdict(c supervisor.Candidate, verdict supervisor.Verdict) {
	switch verdict.Result {
	case supervisor.Rejected, supervisor.PassedOver:
		why := &cookie.Rejection{Code: cookie.Code(verdict.Code), Message: verdict.Message}
		if err := d.inbox.Refuse(c.File, why); err != nil {
			d.log.Warn("the reason could not be written beside the refused file", "file", c.File, "err", err)
		}
	default:
		if err := d.inbox.Accept(c.File); err != nil {
			d.log.Debug("an old note could not be removed", "file", c.File, "err", err)
		}
	}
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

// startIntake wakes the intake by file events. If they do not work, the poll of each
// tick is enough, only slower.
func (d *Daemon) startIntake(ctx context.Context) {
	d.group.Go(func() error { d.runIntake(ctx); return nil })
	if d.settings.Watch == "poll" {
		return
	}
	d.group.Go(func() (err error) {
		// Without the watcher the poll of each tick finds new files.
		contain.Log(d.log, "watching the inbox", func() {
			err = inbox.Watch(ctx, inbox.WatchConfig{
				Dir: d.settings.InboxDir, Logger: d.log, Unreadable: d.inbox.Unreadable, Poke: d.wakeFromWatcher,
			})
		})
		return err
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
		pending := false
		contain.Log(d.log, "scanning the inbox", func() { pending = d.scanInbox(ctx, trigger) })
		if pending {
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
