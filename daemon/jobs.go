package daemon

import (
	"context"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"
	"github.com/google/uuid"
	"github.com/jonboulle/clockwork"

	"github.com/geminid/geminid/internal/contain"
)

// job is one row of the table of scheduled work. A job only wakes: wall-clock deadlines
// inside decide which work is due, so a late or missed run loses nothing.
type job struct {
	name  string
	every func(d *Daemon) time.Duration // zero: not on this machine
	run   func(d *Daemon, ctx context.Context)
}

var jobs = []job{
	{"tick", func(d *Daemon) time.Duration { return d.settings.Tick }, (*Daemon).runTick},
	{"report", func(*Daemon) time.Duration { return figuresEvery }, (*Daemon).runReportJob},
	{"exit_address", (*Daemon).exitEvery, (*Daemon).noteExits},
	{"watchdog", func(d *Daemon) time.Duration { return d.systemd.watchdogEvery() }, (*Daemon).feedWatchdog},
}

// startJobs starts the scheduler. Each job runs at once and then at its interval.
func (d *Daemon) startJobs(ctx context.Context) (err error) {
	monitor := jobMonitor{d}
	d.scheduler, err = gocron.NewScheduler(gocron.WithLocation(time.UTC), gocron.WithClock(startSteadyClock()),
		gocron.WithMonitor(monitor), gocron.WithMonitorStatus(monitor))
	if err != nil {
		return err
	}
	d.systemd.markTick() // the first tick counts from here
	for _, j := range jobs {
		every := j.every(d)
		if every == 0 {
			continue
		}
		if _, err := d.scheduler.NewJob(gocron.DurationJob(every),
			gocron.NewTask(func() { d.running.runUnlessEnded(func() { j.run(d, ctx) }) }), gocron.WithName(j.name),
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

// steadyClock is the scheduler's clock: the wall time of the start plus the time
// elapsed since. The scheduler drops the monotonic part of a moment and plans from one
// wall time to the next, so on the wall clock a step back would stop every job for as
// long as the step.
type steadyClock struct {
	clockwork.Clock // the timers, which are monotonic
	start           time.Time
}

func startSteadyClock() steadyClock { return steadyClock{clockwork.NewRealClock(), time.Now()} }

// Now implements clockwork.Clock. It never steps; while the machine sleeps it
// stands still, as the timers do.
func (c steadyClock) Now() time.Time { return c.start.Add(time.Since(c.start)) }

// Since implements clockwork.Clock.
func (c steadyClock) Since(t time.Time) time.Duration { return c.Now().Sub(t) }

// Until implements clockwork.Clock.
func (c steadyClock) Until(t time.Time) time.Duration { return t.Sub(c.Now()) }

// stopJobs waits for the running jobs itself: the scheduler would spin meanwhile.
func (d *Daemon) stopJobs() error {
	d.running.endAndWait()
	if d.scheduler == nil {
		return nil
	}
	return d.scheduler.Shutdown()
}

// jobRuns counts the runs of jobs under way. Its zero value is ready.
type jobRuns struct {
	mu    sync.Mutex // guards ended, and no run begins after it
	ended bool
	all   sync.WaitGroup
}

// runUnlessEnded calls f, unless endAndWait was called.
func (r *jobRuns) runUnlessEnded(f func()) {
	r.mu.Lock()
	if r.ended {
		r.mu.Unlock()
		return
	}
	r.all.Add(1)
	r.mu.Unlock()
	defer r.all.Done()
	f()
}

// endAndWait lets no run begin any more and waits for those under way.
func (r *jobRuns) endAndWait() {
	r.mu.Lock()
	r.ended = true
	r.mu.Unlock()
	r.all.Wait()
}

// runTick does all due work: it probes, rotates, saves and expires old files. Dropped
// files are taken in by another goroutine, because each may wait for the upstream.
func (d *Daemon) runTick(ctx context.Context) {
	d.systemd.markTick()
	d.requestScan(triggerPoll)
	d.supervisor.Tick(ctx)
	d.systemd.markTick()
	if d.files != nil {
		d.files.RemoveExpired()
	}
	if d.answers != nil {
		d.answers.RemoveExpired()
	}
	if d.uploads != nil {
		d.uploads.RemoveExpired()
	}
	if d.certificate != nil {
		d.certificate.checkFiles()
	}
	d.checkOwnership(ctx)
	d.rememberKeys()
	d.auditKeys()
	accounts := d.supervisor.Accounts()
	d.notifyStanding(accounts)
	d.countPresence(accounts)
	d.updateStatusLine(accounts)
}

// wakeSupervisor runs the supervisor's part of a tick after a while, for work that
// cannot wait for the next whole tick.
func (d *Daemon) wakeSupervisor(after time.Duration) {
	time.AfterFunc(after, func() {
		select {
		case d.supervisorWakes <- struct{}{}:
		default: // one is about to run
		}
	})
}

func (d *Daemon) superviseWhenWoken(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-d.supervisorWakes:
			contain.Log(d.log, "supervising", func() { d.supervisor.Tick(ctx) })
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

// RecordJobTimingWithStatus implements gocron.MonitorStatus. It logs a panic in a job
// each time; the schedule goes on.
func (m jobMonitor) RecordJobTimingWithStatus(_, _ time.Time, _ uuid.UUID, name string, _ []string, _ gocron.JobStatus, err error) {
	if err != nil {
		m.d.log.Error("a scheduled job failed; it runs again at its next time", "job", name, "err", err)
	}
}
