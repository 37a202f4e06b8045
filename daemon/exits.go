package daemon

import (
	"context"
	"net/http"
	"time"

	"github.com/geminid/geminid/internal/statefile"
	"github.com/geminid/geminid/ops/doctor"
	"github.com/geminid/geminid/supervisor"
)

// exitEvery returns how often accounts are checked for new cookies, zero if
// exit_ip_url is empty and no service is asked for the address that calls come from.
func (d *Daemon) exitEvery() time.Duration {
	if d.settings.ExitIPURL == "" {
		return 0
	}
	return 10 * time.Minute
}

// noteExits records the address from which new cookies were first used, for geminid
// doctor to compare. A failure is tried again at the next run.
func (d *Daemon) noteExits(ctx context.Context) {
	noted, err := d.loadExits()
	if err != nil {
		return
	}
	names, fresh := d.findNewCookies(noted)
	if len(fresh) == 0 {
		return
	}
	transport, err := d.exitTransport()
	if err != nil {
		d.log.Warn("the service that knows this server's address cannot be asked", "err", err)
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
	d.saveExits(noted)
}

// loadExits reads the recorded addresses. A damaged file is set aside. That it cannot
// be read is logged once, and so is the end of that.
func (d *Daemon) loadExits() (doctor.Exits, error) {
	noted, err := doctor.LoadExits(d.settings.StateDir)
	if statefile.IsDamaged(err) {
		if _, moveErr := statefile.SetAside(doctor.ExitsPath(d.settings.StateDir), d.now()); moveErr == nil {
			d.log.Warn("the addresses of earlier cookies are lost; the damaged file is set aside", "err", err)
			noted, err = doctor.Exits{}, nil
		}
	}
	if failing := err != nil; failing != d.exitsUnreadable {
		d.exitsUnreadable = failing
		if failing {
			d.log.Warn("the addresses of new cookies cannot be read; no address is recorded until they can", "err", err)
		} else {
			d.log.Info("the addresses of new cookies can be read again")
		}
	}
	return noted, err
}

// findNewCookies returns the names of all accounts, and for those whose newest cookies
// have no recorded address the time at which these came.
func (d *Daemon) findNewCookies(noted doctor.Exits) (names []string, fresh map[string]time.Time) {
	fresh = make(map[string]time.Time)
	for _, a := range d.supervisor.Accounts() {
		names = append(names, a.Name)
		// Equal and not after, so that a clock that was set back hides nothing.
		if f := a.LastFile; f != nil && f.Result == string(supervisor.Applied) && !f.Time.Equal(noted[a.Name].Since) {
			fresh[a.Name] = f.Time
		}
	}
	return names, fresh
}

// saveExits writes the addresses. That this fails is logged once, and so is the end of
// that.
func (d *Daemon) saveExits(noted doctor.Exits) {
	err := noted.Save(d.settings.StateDir)
	if failing := err != nil; failing != d.exitsUnsaved {
		d.exitsUnsaved = failing
		if failing {
			d.log.Warn("the addresses of new cookies cannot be saved", "err", err)
		} else {
			d.log.Info("the addresses of new cookies are saved again")
		}
	}
}

func (d *Daemon) exitTransport() (http.RoundTripper, error) {
	if d.cfg.Transport != nil {
		return d.cfg.Transport, nil
	}
	return ProxyTransport(d.settings)
}
