package daemon

import (
	"context"
	"io/fs"
	"time"

	"github.com/geminid/geminid/supervisor"
)

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

// Hangup is what SIGHUP does.
func (d *Daemon) Hangup() { d.reloadAndLog() }

// ShareMemory divides the memory that there is.
func ShareMemory(root fs.FS, system, runtime int64) (limit, requests int64, connections int) {
	shares := shareMemory(root, system, runtime)
	return shares.runtime, shares.requests, shares.connections
}

// Answers reports whether the watchdog finds the process alive.
func (d *Daemon) Answers(ctx context.Context) bool { return d.answersItself(ctx) }

// ProviderNames are the upstreams that there are.
var ProviderNames = providerNames
