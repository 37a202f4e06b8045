package daemon

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/go-co-op/gocron/v2"
	"golang.org/x/sync/errgroup"

	"github.com/geminid/geminid/cookie/inbox"
	"github.com/geminid/geminid/cookie/store"
	"github.com/geminid/geminid/daemon/config"
	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/gateway/files"
	"github.com/geminid/geminid/gateway/limit"
	"github.com/geminid/geminid/gateway/stored"
	"github.com/geminid/geminid/gateway/uploads"
	"github.com/geminid/geminid/metrics"
	"github.com/geminid/geminid/ops/notify"
	"github.com/geminid/geminid/ops/report"
	"github.com/geminid/geminid/supervisor"
)

// Config is the input of [New]: the settings, and replacements for clock, network and
// keys that tests and the demo use.
type Config struct {
	// Settings is the configuration; see [config.Load] and [config.Defaults].
	Settings config.Settings
	// Build describes the binary.
	Build Build
	// Logger nil logs nothing; Level, if set, follows log_level on a reload.
	Logger *slog.Logger
	Level  *slog.LevelVar
	// LostLogRecords returns how many records of Logger were lost since the start, for
	// the metrics; nil means that it is not known.
	LostLogRecords func() uint64
	// Now is the wall clock; nil means time.Now.
	Now func() time.Time
	// Slept returns for how long the machine has slept since it started; nil means
	// the kernel's count, if it has one.
	Slept func() time.Duration
	// Transport carries the upstream calls; nil means the network as Settings
	// say.
	Transport http.RoundTripper
	// Keys are the keys of clients; nil means the file keys in the state
	// directory.
	Keys *auth.Keys
	// Detached opens neither the TCP listener nor the control socket: Handler
	// and Control are called directly.
	Detached bool
	// NoRotateFloor lifts the gap between forced rotations, for crash tests. It
	// is refused unless the upstream is a simulator.
	NoRotateFloor bool
	// Deliver sends a report to the owner at its time; nil means the channels of
	// notices.
	Deliver func(report.Report)
	// Seed makes jitter repeatable; zero draws one.
	Seed uint64
	// Reload reads the settings again for SIGHUP; nil means that they
	// cannot change.
	Reload func() (config.Settings, error)
}

// Daemon is one running instance. New wires it, Start serves, Stop ends it.
type Daemon struct {
	cfg        Config
	log        *slog.Logger
	now        func() time.Time
	metrics    *metrics.Metrics
	store      *store.Store
	inbox      *inbox.Inbox
	provider   Provider
	supervisor *supervisor.Supervisor
	keys       *auth.Keys
	files      *files.Store  // nil if the disk does not allow it
	answers    *stored.Store // nil if that, or the owner, does not allow it
	uploads    *uploads.Store
	notifier   *notify.Dispatcher
	figures    hourlyFigures
	api        *api.API
	scheduler  gocron.Scheduler // nil before the start
	running    jobRuns          // of jobs
	systemd    systemdNotifier

	audit           *auditLog
	auditedKeys     keyNames            // as the audit log has them
	scanError       string              // the error of the last scan; the intake's own
	lockError       string              // the lock's error at the last tick; the tick's own
	exitsUnreadable bool                // the addresses of new cookies cannot be read; its job's own
	exitsUnsaved    bool                // they cannot be saved; its job's own
	scanRequests    chan string         // wake-ups of the intake, with their cause
	supervisorWakes chan struct{}       // the supervisor's wake-ups
	listener        *limit.Listener     // nil if detached
	control         *controlSocket      // nil if detached
	certificate     *certificateWatcher // nil without tls_cert
	servers         []*http.Server      // of the listeners
	group           *errgroup.Group     // every goroutine of ours
	cancel          context.CancelFunc
	cleanups        []cleanup // undone in reverse order
	stopping        sync.Once
	stopErr         error

	settings config.Settings // as started with

	reloading    sync.Mutex      // guards the fields below
	current      config.Settings // settings with the changes of reloads
	lastContents fileContents    // the files beside them at the last reload
}

// cleanup is one thing to undo, with its name for the error.
type cleanup struct {
	name string
	run  func(ctx context.Context) error
}

func (d *Daemon) onStop(name string, undo func(ctx context.Context) error) {
	d.cleanups = append(d.cleanups, cleanup{name, undo})
}

// New wires a daemon and takes the state directory's lock. On an error nothing
// stays open. It starts no goroutine and makes no call.
func New(c Config) (*Daemon, error) {
	d := &Daemon{cfg: c, log: c.Logger, now: c.Now, settings: c.Settings, current: c.Settings,
		scanRequests: make(chan string, 1), supervisorWakes: make(chan struct{}, 1)}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if d.now == nil {
		d.now = time.Now
	}
	if d.cfg.Slept == nil {
		d.cfg.Slept = sleptTime
	}
	for _, step := range []func() error{d.openState, d.openUpstream, d.openNotify, d.openAPI} {
		if err := step(); err != nil {
			return nil, errors.Join(err, d.runCleanups(context.Background()))
		}
	}
	return d, nil
}

// Start opens the listeners, starts the jobs and the watcher, and returns as soon as
// requests are answered. ctx bounds the start only. If it fails, everything is closed
// again.
func (d *Daemon) Start(ctx context.Context) error {
	if err := d.openListeners(ctx); err != nil {
		return errors.Join(err, d.Stop(ctx))
	}
	run, cancel := context.WithCancel(context.WithoutCancel(ctx))
	d.cancel = cancel
	d.group, run = errgroup.WithContext(run)
	d.startServers(run)
	d.startIntake(run)
	d.group.Go(func() error { d.superviseWhenWoken(run); return nil })
	d.group.Go(func() error { d.notifier.Run(run); return nil })
	if err := d.startJobs(run); err != nil {
		return errors.Join(err, d.Stop(ctx))
	}
	d.systemd.notifyReady()
	return nil
}

// Addr returns the address the API listens on, nil if detached.
func (d *Daemon) Addr() net.Addr {
	if d.listener == nil {
		return nil
	}
	return d.listener.Addr()
}

// Handler returns the API as TCP clients see it.
func (d *Daemon) Handler() http.Handler { return d.api.Handler() }

// Control returns the API as the control socket serves it, with admin rights.
func (d *Daemon) Control() http.Handler { return d.api.ControlHandler() }

// Supervisor returns the supervisor of the sessions, for tests and reports.
func (d *Daemon) Supervisor() *supervisor.Supervisor { return d.supervisor }

// Metrics returns the counters, for tests and reports.
func (d *Daemon) Metrics() *metrics.Metrics { return d.metrics }

// Stop ends the daemon: it takes no new requests, lets running streams go on for
// drain_timeout and then cuts them, waits for running rotations, stops the jobs and
// saves the state. ctx bounds the waits as well. Further calls wait for the first one
// and return its error.
func (d *Daemon) Stop(ctx context.Context) error {
	d.stopping.Do(func() {
		d.systemd.notifyStopping()
		drain, done := context.WithTimeout(ctx, d.settings.DrainTimeout)
		defer done()
		// The servers get a little longer than the streams, which get
		// the end in their own format first.
		shut, shutDone := context.WithTimeout(ctx, d.settings.DrainTimeout+cutAnswerTime)
		defer shutDone()
		var failures []error
		closed := make(chan error, 1)
		go func() { closed <- d.shutServers(shut) }() // closes the listeners first
		if err := d.api.Drain(drain); err != nil {
			d.log.Warn("running answers were cut at the end of the drain time", "err", err)
		}
		failures = append(failures, <-closed)
		if d.cancel != nil {
			d.cancel()
		}
		// A rotation that was sent is waited for, whatever caused it.
		d.supervisor.Flush(ctx)
		failures = append(failures, d.stopJobs())
		if d.group != nil {
			failures = append(failures, d.group.Wait())
		}
		d.stopErr = errors.Join(append(failures, d.runCleanups(ctx))...)
	})
	return d.stopErr
}

// cutAnswerTime is the time for the last error event of a stream that is cut.
const cutAnswerTime = 3 * time.Second

// runCleanups runs the cleanups, the last one first.
func (d *Daemon) runCleanups(ctx context.Context) error {
	var failures []error
	for i := len(d.cleanups) - 1; i >= 0; i-- {
		if err := d.cleanups[i].run(ctx); err != nil {
			failures = append(failures, fmt.Errorf("closing the %s: %w", d.cleanups[i].name, err))
		}
	}
	d.cleanups = nil
	return errors.Join(failures...)
}

// Run calls [New] and [Daemon.Start], waits until ctx ends or a part fails, and calls
// [Daemon.Stop].
func Run(ctx context.Context, c Config) error {
	hup, stop := notifyHangup()
	defer stop()
	d, err := New(c)
	if err != nil {
		return err
	}
	if err := d.Start(ctx); err != nil {
		return err
	}
	d.log.Info("serving", "address", fmt.Sprint(d.Addr()), "version", c.Build.Version, "inbox", c.Settings.InboxDir)
	d.log.Info("memory is divided", memoryOf(c.Settings).logArgs()...)
	err = d.waitForEnd(ctx, hup)
	d.log.Info("stopping", "drain", c.Settings.DrainTimeout.String())
	return errors.Join(err, d.Stop(context.WithoutCancel(ctx)))
}
