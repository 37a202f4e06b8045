package daemon

import "context"

// checkOwnership checks, once a tick, that the lock of the state directory and the
// control socket are in place: the one keeps other daemons away, the other is how
// commands reach this one.
func (d *Daemon) checkOwnership(ctx context.Context) {
	if d.control != nil {
		d.control.restoreFile(ctx)
	}
	text := ""
	if err := d.store.CheckLock(); err != nil {
		text = err.Error()
	}
	if text != "" && text != d.lockError {
		d.log.Error("the lock of the state directory is not as it was", "err", text)
	}
	d.lockError = text
}
