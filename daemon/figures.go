package daemon

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/metrics"
	"github.com/geminid/geminid/ops/report"
)

// figuresFile is the file of the hourly figures.
const figuresFile = "report.log"

// FiguresPath returns the path of the hourly figures in a state directory.
func FiguresPath(stateDir string) string { return filepath.Join(stateDir, figuresFile) }

// figuresEvery is how often the counters are written to the file. A crash loses the
// counts of this time at most.
const figuresEvery = 15 * time.Minute

// hourlyFigures turns the counters, which begin at zero with each start, into hourly
// figures on the disk.
type hourlyFigures struct {
	store *report.Store // nil if the disk does not allow it

	mu        sync.Mutex
	pending   report.Hour               // not yet in the file
	seen      map[string]metrics.Sample // the last value of each series
	lastCount time.Time                 // the time of the last countPresence
	began     time.Time                 // since when countPresence is called without a gap
	answered  time.Time                 // the time of the last countPresence that found new answers
	questions [2]uint64                 // asked and answered until the last countPresence
	mute      bool                      // nothing could be answered at the last countPresence
	failing   bool
}

// openFigures opens the file. Without it the figures stay in memory, and each write
// tries to open it again.
func (d *Daemon) openFigures() {
	f := &d.figures
	f.seen = make(map[string]metrics.Sample)
	if err := d.openReportStore(); err != nil {
		d.log.Error("the figures of reports cannot be kept now; they live in memory until they can", "err", err)
		f.failing = true
	}
	d.onStop("figures", func(context.Context) error {
		d.writeFigures()
		if f.store == nil {
			return nil
		}
		return f.store.Close()
	})
}

// openReportStore opens the file if it is closed.
func (d *Daemon) openReportStore() (err error) {
	if d.figures.store == nil {
		d.figures.store, err = report.OpenStore(report.Config{
			Path: FiguresPath(d.settings.StateDir), NoSync: !d.settings.Fsync, Now: d.now, Logger: d.log,
		})
	}
	return err
}

// startHour sets the hour of the pending figures if they have none, or one of a clock
// that was not set. mu is held.
func (d *Daemon) startHour(now time.Time) {
	if !report.IsClockSet(d.figures.pending.Start) {
		d.figures.pending.Start = report.HourOf(now)
	}
}

// runReportJob writes the figures, and sends the report to the owner if it is due.
func (d *Daemon) runReportJob(context.Context) {
	d.writeFigures()
	d.sendReport()
}

// writeFigures adds the counts since the last call to the file. Figures that cannot be
// written stay pending for the next call.
func (d *Daemon) writeFigures() {
	f, accounts := &d.figures, d.supervisor.Accounts()
	f.mu.Lock()
	defer f.mu.Unlock()
	d.collectFigures()
	f.pending.Add(presenceOf(accounts, d.supervisor.RemovedAccounts(), 0))
	f.pending.Disk = diskOf(d.settings.StateDir)
	if !report.IsClockSet(f.pending.Start) {
		return // the clock is not set yet: kept until its hour is known
	}
	err := d.openReportStore()
	if err == nil {
		err = f.store.AppendHour(f.pending)
	}
	switch failing := err != nil; {
	case failing && !f.failing:
		d.log.Error("the figures of reports cannot be written; trying again later", "err", err)
	case !failing && f.failing:
		d.log.Info("the figures of reports are written again")
	}
	if f.failing = err != nil; !f.failing {
		f.pending = report.Hour{}
	}
}

// collectFigures adds the increase of each counter to the pending figures. mu is held.
func (d *Daemon) collectFigures() {
	f := &d.figures
	d.startHour(d.now())
	for s := range d.metrics.Samples() {
		key := fmt.Sprint(s.Family, s.Labels)
		gained := gainSince(f.seen[key], s)
		f.seen[key] = s
		if gained.Value > 0 {
			foldFigure[s.Family](&f.pending, gained)
		}
	}
}

// Report sums up the time since a moment. It reads the file, which takes some
// milliseconds for a year.
func (d *Daemon) Report(from time.Time) (report.Report, error) {
	f, to, accounts := &d.figures, d.now(), d.supervisor.Accounts()
	f.mu.Lock()
	defer f.mu.Unlock()
	d.collectFigures()
	f.pending.Disk = diskOf(d.settings.StateDir)
	var hours []report.Hour
	if f.store != nil {
		var err error
		if hours, err = f.store.HoursBetween(from, to); err != nil {
			return report.Report{}, err
		}
	}
	now := presenceOf(accounts, d.supervisor.RemovedAccounts(), 0)
	now.Start = report.HourOf(to)
	r := report.FoldHours(append(hours, f.pending, now), from, to)
	r.Live = true
	return r, nil
}

// reportSince is [Daemon.Report] for the API.
func (d *Daemon) reportSince(text string) (any, error) {
	from, err := report.ParseSince(text, d.now())
	if err != nil {
		return nil, &chat.Error{Kind: chat.BadRequest, Message: err.Error(), Err: err}
	}
	return d.Report(from)
}

// notifyReport sends a report through the channels of notices, in the owner's
// language.
func (d *Daemon) notifyReport(r report.Report) {
	var page strings.Builder
	_ = r.Write(&page, report.Style{Language: d.settings.NotifyLanguage}) // to memory
	title, text, _ := strings.Cut(page.String(), "\n")
	d.notifier.QueueReport(title, strings.TrimSpace(text))
}

// sendReport sends the report to the owner if its schedule is due. The first start
// only begins the schedule, and so does a clock that lies before the last report.
func (d *Daemon) sendReport() {
	book, now, deliver := d.figures.store, d.now(), d.cfg.Deliver
	if deliver == nil && len(d.notifier.EnabledChannels()) > 0 {
		deliver = d.notifyReport
	}
	if book == nil || deliver == nil || !report.IsClockSet(report.HourOf(now)) {
		return
	}
	last := book.LastSent()
	from, due := report.ReportDue(d.settings.Report, last, now)
	if !due {
		return
	}
	if !last.IsZero() && !last.After(now) {
		r, err := d.Report(from)
		if err != nil {
			d.log.Error("the report could not be made", "err", err)
			return
		}
		deliver(r)
	}
	if err := book.MarkSent(now); err != nil {
		d.log.Warn("that the report was sent could not be noted; it may come twice", "err", err)
	}
}
