package daemon

import (
	"context"
	"net/http"
	"time"

	"github.com/geminid/geminid/internal/statefile"
	"github.com/geminid/geminid/ops/doctor"
	"github.com/geminid/geminid/supervisor"
)

// exitEvery is how often it is looked for cookies that came in, zero when nobody
// shall be asked for the address that calls come from.
func (d *Daemon) exitEvery() time.Duration {
	if d.settings.ExitIPURL == "" {
		return 0
	}
	return 10 * time.Minute
}

// noteExits notes from which address new cookies were first used, for geminid
// doctor to compare. What fails is tried again the next time.
func (d *Daemon) noteExits(ctx context.Context) {
	noted, err := doctor.LoadExits(d.settings.StateDir)
	if statefile.IsDamaged(err) {
		if _, moveErr := statefile.SetAside(doctor.ExitsPath(d.settings.StateDir), d.now()); moveErr == nil {
			d.log.Warn("where cookies came in is not known; the damaged file is set aside", "err", err)
			noted, err = doctor.Exits{}, nil
		}
	}
	if failing := err != nil; failing != d.exitsUnreadable {
		d.exitsUnreadable = failing
		if failing {
			d.log.Warn("where cookies came in can not be read; nothing is noted until it can", "err", err)
		} else {
			d.log.Info("where cookies came in can be read again")
		}
	}
	if err != nil {
		return
	}
	var names []string
	fresh := make(map[string]time.Time) // by account: when its cookies came in
	for _, a := range d.supervisor.Accounts() {
		names = append(names, a.Name)
		// Equal and not after, so that a clock that was set back hides nothing.
		if f := a.LastFile; f != nil && f.Result == string(supervisor.Applied) && !f.Time.Equal(noted[a.Name].Since) {
			fresh[a.Name] = f.Time
		}
	}
	if len(fresh) == 0 {
		return
	}
	transport, err := d.exitTransport()
	if err != nil {
		d.log.Warn("the service that tells this server's address can not be asked", "err", err)
		return
	}
	address, err := doctor.ExitAddress(ctx, transport, d.settings.ExitIPURL)
	if err != nil {
		d.log.Warn("the address of this server is not known; trying again", "err", err)
		return
	}
	for name, since := range fresh {
		noted[name] = doctor.Exit{Address: address, Since: since}
	}
	noted.RetainAccounts(names)
	if err := noted.Save(d.settings.StateDir); err != nil {
		d.log.Warn("where cookies came in can not be saved", "err", err)
	}
}

func (d *Daemon) exitTransport() (http.RoundTripper, error) {
	if d.cfg.Transport != nil {
		return d.cfg.Transport, nil
	}
	return ProxyTransport(d.settings)
}
