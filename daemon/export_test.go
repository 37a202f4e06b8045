package daemon

import (
	"context"
	"io/fs"
	"time"

	"github.com/geminid/geminid/supervisor"
)

// SetServiceConfig puts another path in place of the installed service's
// configuration and returns how to undo it.
func SetServiceConfig(path string) (undo func()) {
	old := serviceConfig
	serviceConfig = path
	return func() { serviceConfig = old }
}

// SetServiceKeys puts another path in place of the service's credential of keys
// and returns how to undo it.
func SetServiceKeys(path string) (undo func()) {
	old := serviceKeys
	serviceKeys = path
	return func() { serviceKeys = old }
}

// Tick does all due work.
func (d *Daemon) Tick(ctx context.Context) { d.runTick(ctx) }

// Late reports whether a tick is too old for the watchdog.
var Late = isTickLate

// Roll runs the job that takes figures to their file and sends reports.
func (d *Daemon) Roll(ctx context.Context) { d.runReportJob(ctx) }

// Tell says how everything stands, as each tick does.
func (d *Daemon) Tell() { d.notifyStanding(d.supervisor.Accounts()) }

// StatusLine is what systemctl status shows.
func StatusLine(accounts []supervisor.Account, now time.Time) string {
	return statusLine(accounts, now)
}

// Standing is an account in the notifier's words.
var Standing = standingOf

// Live are the keys that a reload changes; KindOf says in words what a key takes.
var (
	Live   = liveKeys
	KindOf = describeKind
)

// Hangup is what SIGHUP does.
func (d *Daemon) Hangup() { d.reloadAndLog() }

// RequestMemory is the memory for requests when none is set.
func RequestMemory(root fs.FS, system, runtime int64) int64 {
	return requestMemory(root, system, runtime)
}

// Answers reports whether the watchdog finds the process alive.
func (d *Daemon) Answers(ctx context.Context) bool { return d.answersItself(ctx) }
