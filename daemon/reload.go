package daemon

import (
	"crypto/tls"
	"errors"
	"slices"
	"strings"

	"github.com/geminid/geminid/daemon/config"
	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/auth"
)

// apiSettings returns the part of the settings that the API follows.
func apiSettings(s config.Settings) api.Settings {
	out := api.Settings{
		Limits: api.Limits{
			PerHour: s.RequestsPerHour, ModelGap: s.ModelInterval, Queue: s.QueueSize, QueueWait: s.QueueWait,
			MaxBody: int64(s.MaxBody), Memory: memoryOf(s).requests,
		},
		PublicURL: s.PublicURL, AllowedHosts: s.AllowedHosts, TrustedProxies: s.TrustedPrefixes(),
		FetchRemote: s.FetchRemote,
		Loopback:    config.IsLoopback(s.Listen), InsecureNoAuth: s.InsecureNoAuth, MaskClients: s.MaskClients,
	}
	if key := s.MetricsKey.Reveal(); key != "" {
		out.MetricsKey = auth.DigestOf(key)
	}
	return out
}

// fileContents is the contents of the files that are read again with the
// configuration.
type fileContents struct {
	keys        []auth.Key
	certificate *tls.Certificate
}

// Reload reads the settings again, and the files of keys and of the certificate. A
// broken file changes no setting; settings that cannot change while running are named
// and kept. Limits and back-offs go on counting. The inbox is scanned as well. It
// blocks for as long as reading the files takes.
func (d *Daemon) Reload() (api.Reloaded, error) {
	d.requestScan(triggerSignal)
	d.reloading.Lock()
	defer d.reloading.Unlock()
	if d.cfg.Reload == nil {
		return api.Reloaded{}, errors.New("this server has no configuration to read again")
	}
	d.systemd.notifyReloading()
	defer d.systemd.notifyReady()
	fresh, err := d.cfg.Reload()
	if err == nil {
		err = d.rereadFiles()
	}
	d.recordConfigRead(err == nil)
	if err != nil {
		return api.Reloaded{}, err
	}
	var outcome api.Reloaded
	merged, changed, restart := config.MergeLive(d.current, fresh)
	outcome.Changed, outcome.Restart = changed, restart
	if err := d.notifier.Reconfigure(merged.NotifyConfig()); err != nil {
		return api.Reloaded{}, err
	}
	d.current = merged
	d.api.Reconfigure(apiSettings(merged))
	if d.cfg.Level != nil {
		d.cfg.Level.Set(merged.Level())
	}
	outcome.Changed = append(outcome.Changed, d.changedFiles()...)
	d.auditKeys()
	d.audit.appendEntry("reloaded", "", map[string]string{"changed": strings.Join(outcome.Changed, " ")})
	return outcome, nil
}

// rereadFiles reads keys and certificate. Both are also checked by themselves from
// time to time; here the caller waits for the result.
func (d *Daemon) rereadFiles() error {
	if err := d.keys.ReloadFile(); err != nil || d.certificate == nil {
		return err
	}
	return d.certificate.reloadFiles()
}

// changedFiles names the files whose contents changed since the last reload.
func (d *Daemon) changedFiles() (changed []string) {
	now := fileContents{keys: d.keys.ListKeys()}
	if d.certificate != nil {
		now.certificate = d.certificate.current.Load()
	}
	if !slices.Equal(now.keys, d.lastContents.keys) {
		changed = append(changed, "keys")
	}
	if now.certificate != d.lastContents.certificate {
		changed = append(changed, "certificate")
	}
	d.lastContents = now
	return changed
}

// reloadAndLog is [Daemon.Reload] for SIGHUP: the log has the result.
func (d *Daemon) reloadAndLog() {
	outcome, err := d.Reload()
	if err != nil {
		d.log.Error("the configuration cannot be used; the present one stays", "err", err)
		return
	}
	if len(outcome.Restart) > 0 {
		d.log.Warn("these settings change with a restart only", "keys", strings.Join(outcome.Restart, ", "))
	}
	d.log.Info("configuration read again", "changed", strings.Join(outcome.Changed, ", "))
}

// recordConfigRead sets the metrics of the configuration.
func (d *Daemon) recordConfigRead(ok bool) {
	if !ok {
		d.metrics.ConfigReloaded.Set(0)
		return
	}
	d.metrics.ConfigReloaded.Set(1)
	d.metrics.ConfigReloadSuccess.Set(float64(d.now().Unix()))
}
