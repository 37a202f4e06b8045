package daemon

import (
	"log/slog"
	"reflect"
	"slices"
	"strings"

	"github.com/geminid/geminid/api"
)

// live are the keys that a reload changes; all others need a restart.
var live = []string{
	"requests_per_hour", "model_interval", "queue_size", "queue_wait", "max_body", "public_url", "allowed_hosts",
	"trusted_proxies", "metrics_key", "log_level", "mask_clients",
}

// surface is the part of the settings that the API follows.
func (s *Settings) surface() api.Settings {
	proxies, _ := s.proxies() // checked by Load
	out := api.Settings{
		Limits: api.Limits{
			PerHour: s.RequestsPerHour, ModelGap: s.ModelInterval, Queue: s.QueueSize, QueueWait: s.QueueWait,
			MaxBody: int64(s.MaxBody),
		},
		PublicURL: s.PublicURL, AllowedHosts: s.AllowedHosts, TrustedProxies: proxies,
		Loopback: s.loopback(), MaskClients: s.MaskClients,
	}
	if key := s.MetricsKey.Reveal(); key != "" {
		out.MetricsKey = api.DigestOf(key)
	}
	return out
}

// Level is the slog level that a setting names.
func (s *Settings) Level() slog.Level {
	var level slog.Level
	_ = level.UnmarshalText([]byte(s.LogLevel)) // checked by Load
	return level
}

// reload reads the settings again. A broken file changes nothing; what can not
// change while running is named and kept.
func (d *Daemon) reload() {
	d.reloading.Lock()
	defer d.reloading.Unlock()
	if d.cfg.Reload == nil {
		return
	}
	d.service.reloading()
	defer d.service.ready()
	fresh, err := d.cfg.Reload()
	d.configRead(err == nil)
	if err != nil {
		d.log.Error("the configuration can not be used; the present one stays", "err", err)
		return
	}
	merged, fixed := merge(d.current, fresh)
	d.current = merged
	d.api.Reconfigure(merged.surface())
	if d.cfg.Level != nil {
		d.cfg.Level.Set(merged.Level())
	}
	if len(fixed) > 0 {
		d.log.Warn("these settings change with a restart only", "keys", strings.Join(fixed, ", "))
	}
	d.log.Info("configuration read again")
}

// merge takes the live keys of fresh into now and names the others that differ.
func merge(now, fresh Settings) (merged Settings, fixed []string) {
	merged = now
	to, from := reflect.ValueOf(&merged).Elem(), reflect.ValueOf(fresh)
	for i, key := range SettingNames() {
		switch {
		case slices.Contains(live, key):
			to.Field(i).Set(from.Field(i))
		case !reflect.DeepEqual(to.Field(i).Interface(), from.Field(i).Interface()):
			fixed = append(fixed, key)
		}
	}
	return merged, fixed
}

// configRead mirrors the outcome of reading the settings into the metrics.
func (d *Daemon) configRead(ok bool) {
	if !ok {
		d.metrics.ConfigReloaded.Set(0)
		return
	}
	d.metrics.ConfigReloaded.Set(1)
	d.metrics.ConfigReloadSuccess.Set(float64(d.now().Unix()))
}
