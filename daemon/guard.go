package daemon

import "context"

// guard looks, once a tick, whether what keeps others away from this daemon's state
// and leads its owner here is still in place: the lock and the control socket.
func (d *Daemon) guard(ctx context.Context) {
	if d.control != nil {
		d.control.keep(ctx)
	}
	text := ""
	if err := d.store.CheckLock(); err != nil {
		text = err.Error()
	}
	if text != "" && text != d.unlocked {
		d.log.Error("the lock of the state directory is not as it was", "err", text)
	}
	d.unlocked = text
}
