package daemon

import (
	"context"
	"time"

	"github.com/go-co-op/gocron/v2"
	"github.com/google/uuid"
)

// job is one row of the table of scheduled work. Jobs only poke: what is due is
// decided by wall-clock deadlines inside, so a late or missed run loses nothing.
type job struct {
	name  string
	every func(d *Daemon) time.Duration // zero: not on this machine
	run   func(d *Daemon, ctx context.Context)
}

var jobs = []job{
	{"tick", func(d *Daemon) time.Duration { return d.settings.Tick }, (*Daemon).tick},
	{"report", func(*Daemon) time.Duration { return rollEvery }, (*Daemon).roll},
	{"exit_address", (*Daemon).exitEvery, (*Daemon).noteExits},
	{"watchdog", func(d *Daemon) time.Duration { return d.service.watchdogEvery() }, (*Daemon).feedWatchdog},
}

// stopWait bounds how long a running job may keep the stop waiting.
const stopWait = 40 * time.Second

func (d *Daemon) openScheduler() (err error) {
	monitor := jobMonitor{d}
	d.scheduler, err = gocron.NewScheduler(
		gocron.WithLocation(time.UTC), gocron.WithStopTimeout(stopWait),
		gocron.WithMonitor(monitor), gocron.WithMonitorStatus(monitor))
	return err
}

// schedule starts the jobs; the tick runs at once and then at its interval.
func (d *Daemon) schedule(ctx context.Context) error {
	d.service.ticked(time.Now()) // the first tick counts from here
	for _, j := range jobs {
		every := j.every(d)
		if every == 0 {
			continue
		}
		if _, err := d.scheduler.NewJob(gocron.DurationJob(every),
			gocron.NewTask(func() { j.run(d, ctx) }), gocron.WithName(j.name),
			gocron.WithSingletonMode(gocron.LimitModeReschedule),
			gocron.WithStartAt(gocron.WithStartImmediately())); err != nil {
			return err
		}
		for _, result := range []gocron.JobStatus{gocron.Success, gocron.Fail, gocron.SingletonRescheduled} {
			d.metrics.JobRuns.WithLabelValues(j.name, string(result)) // so that the first one is an increase
		}
	}
	d.scheduler.Start()
	return nil
}

func (d *Daemon) stopJobs() error {
	if d.scheduler == nil {
		return nil
	}
	return d.scheduler.Shutdown()
}

// tick does all due work: take in dropped files, probe, rotate, save, let old files go.
func (d *Daemon) tick(ctx context.Context) {
	d.takeIn(ctx, "poll")
	d.supervisor.Tick(ctx)
	if d.files != nil {
		d.files.Sweep()
	}
	if d.certificate != nil {
		d.certificate.renew()
	}
	d.service.ticked(time.Now())
	accounts := d.supervisor.Accounts()
	d.tell(accounts)
	d.look(accounts)
	d.announce(accounts)
}

// wake has the supervisor's part of a tick done after a while, for what can not
// wait for the next whole one.
func (d *Daemon) wake(after time.Duration) {
	time.AfterFunc(after, func() {
		select {
		case d.woken <- struct{}{}:
		default: // one is about to run
		}
	})
}

func (d *Daemon) superviseWhenWoken(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.woken:
			d.supervisor.Tick(ctx)
		}
	}
}

// jobMonitor counts the runs of jobs, the skipped ones too.
type jobMonitor struct{ d *Daemon }

// IncrementJob implements gocron.Monitor.
func (m jobMonitor) IncrementJob(_ uuid.UUID, name string, _ []string, status gocron.JobStatus) {
	m.d.metrics.JobRuns.WithLabelValues(name, string(status)).Inc()
}

// RecordJobTiming implements gocron.Monitor; durations are not kept.
func (m jobMonitor) RecordJobTiming(time.Time, time.Time, uuid.UUID, string, []string) {}

// RecordJobTimingWithStatus implements gocron.MonitorStatus: a panic in a job is
// said once each time; the schedule goes on.
func (m jobMonitor) RecordJobTimingWithStatus(_, _ time.Time, _ uuid.UUID, name string, _ []string, _ gocron.JobStatus, err error) {
	if err != nil {
		m.d.log.Error("a scheduled job failed; it runs again at its next time", "job", name, "err", err)
	}
}
