package daemon

import "context"

// checkOwnership looks, once a tick, whether what keeps others away from this daemon's state
// and leads its owner here is still in place: the lock and the control socket.
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
