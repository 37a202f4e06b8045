// Package daemon is the process: it wires the packages below it together, runs the
// scheduled jobs, the intake of cookie files and the listeners, and ends everything
// in order. It decides nothing about sessions and knows no API format.
//
// To start reading, follow [New]: openState, openUpstream and openAPI (open.go) make
// the parts, [Daemon.Start] serves the listeners (listen.go), starts the intake
// (intake.go) and the jobs of the table in jobs.go, and [Daemon.Stop] ends them. The
// settings are a package of their own, daemon/config.
//
// # Concurrency
//
// The methods of a [Daemon] may be called at the same time, [Daemon.Start] once.
// Every goroutine belongs to the group of the daemon, to the scheduler or to an HTTP
// server, and Stop waits for all of them. Fields that belong to one goroutine say so.
//
// # Errors
//
// [New] and [Daemon.Start] return a [config.Error] if the configuration cannot be
// run, a [*RunningError] or [cookie.Locked] if another daemon runs, and close
// everything that they opened. While it runs, a failure that the next run of a job
// can mend is logged once as it begins and once as it ends.
package daemon
