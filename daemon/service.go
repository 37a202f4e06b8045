package daemon

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	systemd "github.com/coreos/go-systemd/v22/daemon"

	"github.com/geminid/geminid/supervisor"
)

// service talks to systemd. Outside of it every call does nothing.
type service struct {
	once  sync.Once
	every time.Duration
	tick  atomic.Int64 // when the last tick ended, unix seconds
	said  atomic.Pointer[string]
}

const (
	watchdogPing = 20 * time.Second
	tickTooOld   = 90 * time.Second
)

func (s *service) ready()     { _, _ = systemd.SdNotify(false, systemd.SdNotifyReady) }
func (s *service) stopping()  { _, _ = systemd.SdNotify(false, systemd.SdNotifyStopping) }
func (s *service) reloading() { _, _ = systemd.SdNotify(false, systemd.SdNotifyReloading) }

// watchdogEvery is how often to ping, zero when nobody listens.
func (s *service) watchdogEvery() time.Duration {
	s.once.Do(func() {
		if limit, err := systemd.SdWatchdogEnabled(false); err == nil && limit > 0 {
			s.every = min(watchdogPing, limit/3)
		}
	})
	return s.every
}

// status tells systemctl status in one line, when it changed.
func (s *service) status(sup *supervisor.Supervisor) {
	s.tick.Store(time.Now().Unix())
	state, _, remedy := sup.Overall()
	text := fmt.Sprintf("STATUS=%s", state)
	for _, a := range sup.Accounts()[:min(1, len(sup.Accounts()))] {
		text = fmt.Sprintf("STATUS=%s %s, %s", a.Name, a.State, a.NextAction)
	}
	if remedy != "" {
		text += "; " + remedy
	}
	if old := s.said.Swap(&text); old == nil || *old != text {
		_, _ = systemd.SdNotify(false, text)
	}
}

// feedWatchdog pings systemd while the loops really turn: the last tick is young
// and the API answers itself. A dead session is no reason to be restarted.
func (d *Daemon) feedWatchdog(ctx context.Context) {
	last := time.Unix(d.service.tick.Load(), 0)
	if time.Since(last) > tickTooOld+d.settings.Tick {
		d.log.Error("the supervisor's tick is late; leaving the watchdog hungry", "last", last)
		return
	}
	if !d.answers(ctx) {
		d.log.Error("the API does not answer itself; leaving the watchdog hungry")
		return
	}
	_, _ = systemd.SdNotify(false, systemd.SdNotifyWatchdog)
}

// answers asks the control socket whether the process is alive. Having too many
// connections is no failure: then the socket refuses, but the handler works.
func (d *Daemon) answers(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/livez", nil)
	if err != nil {
		return false
	}
	probe := &statusProbe{header: make(http.Header)}
	d.api.Control().ServeHTTP(probe, request)
	return probe.code == 0 || probe.code == http.StatusOK
}

// statusProbe keeps the status of an answer and nothing else.
type statusProbe struct {
	header http.Header
	code   int
}

func (p *statusProbe) Header() http.Header         { return p.header }
func (p *statusProbe) Write(b []byte) (int, error) { return len(b), nil }
func (p *statusProbe) WriteHeader(code int)        { p.code = code }
