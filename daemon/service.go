package daemon

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	systemd "github.com/coreos/go-systemd/v22/daemon"

	"github.com/geminid/geminid/supervisor"
	"github.com/geminid/geminid/supervisor/status"
)

// systemdNotifier talks to systemd. Outside of systemd every call does nothing.
type systemdNotifier struct {
	once       sync.Once
	every      time.Duration
	tick       atomic.Pointer[time.Time] // of the last step of a tick; its age is elapsed time, not wall time
	lastStatus atomic.Pointer[string]
	stopping   atomic.Bool // a stop is under way
	// withheld is why the watchdog was last not notified, empty if it was; the watchdog's job alone
	// uses it.
	withheld string
}

const (
	watchdogPing = 20 * time.Second
	oldestTick   = 90 * time.Second
	oldestTicks  = 3 // if ticks are longer than by default
)

// isTickLate reports whether the last tick is so old that the loop must have stopped.
func isTickLate(age, tick time.Duration) bool { return age > max(oldestTick, oldestTicks*tick) }

// sendPatience is how long systemd may take nothing. Its socket holds some messages,
// and then a write waits: until then it may be busy, and after that it hangs, which
// must not stop the sessions' work.
const sendPatience = time.Second

// send sends one message, and reports whether it was taken. Outside of systemd it does
// nothing.
func (s *systemdNotifier) send(message string) bool {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return false
	}
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		return false
	}
	defer conn.Close()
	if conn.SetWriteDeadline(time.Now().Add(sendPatience)) != nil {
		return false
	}
	_, err = conn.Write([]byte(message))
	return err == nil
}

func (s *systemdNotifier) notifyReady() { s.send(systemd.SdNotifyReady) }

func (s *systemdNotifier) notifyStopping() {
	s.stopping.Store(true)
	s.send(systemd.SdNotifyStopping)
}

// notifyReloading carries the time in the same datagram, as notify-reload of newer
// systemd versions requires.
func (s *systemdNotifier) notifyReloading() {
	s.send(systemd.SdNotifyReloading + "\n" + systemd.SdNotifyMonotonicUsec())
}

// watchdogEvery returns how often to ping, zero if no watchdog is set.
func (s *systemdNotifier) watchdogEvery() time.Duration {
	s.once.Do(func() {
		if limit, err := systemd.SdWatchdogEnabled(false); err == nil && limit > 0 {
			s.every = min(watchdogPing, limit/3)
		}
	})
	return s.every
}

// markTick notes that a tick makes progress.
func (s *systemdNotifier) markTick() {
	now := time.Now()
	s.tick.Store(&now)
}

// notifyStatus sends the line that systemctl status shows, if it changed. A line that
// was not taken is sent again.
func (s *systemdNotifier) notifyStatus(line string) {
	if old := s.lastStatus.Swap(&line); (old == nil || *old != line) && !s.send("STATUS="+line) {
		s.lastStatus.Store(nil)
	}
}

// statusLine sums the accounts up, such as "1 healthy, rotates in 7 min, ends ~14:20":
// how many are in which state, the earliest renewal and the earliest predicted end,
// and the owner's next action.
func statusLine(accounts []supervisor.Account, now time.Time) string {
	if len(accounts) == 0 {
		return "no session yet; drop a cookie file into the inbox"
	}
	count := make(status.Tally)
	var rotates, ends time.Time
	var remedy string
	for _, a := range accounts {
		count[a.Standing()]++
		remedy = cmp.Or(remedy, a.Remedy)
		if ends = earlierTime(ends, a.PredictedEnd); a.Activity != status.Paused {
			rotates = earlierTime(rotates, a.NextRotation)
		}
	}
	var parts []string
	for _, state := range count.WorstFirst() {
		parts = append(parts, fmt.Sprintf("%d %s", count[state], state))
	}
	if !rotates.IsZero() {
		parts = append(parts, fmt.Sprintf("rotates in %d min", max(0, int(rotates.Sub(now).Round(time.Minute).Minutes()))))
	}
	if !ends.IsZero() {
		parts = append(parts, "ends ~"+ends.In(now.Location()).Format("15:04"))
	}
	line := strings.Join(parts, ", ")
	if remedy != "" {
		line += "; " + remedy
	}
	return line
}

// updateStatusLine sets the line of systemctl status.
func (d *Daemon) updateStatusLine(accounts []supervisor.Account) {
	d.systemd.notifyStatus(statusLine(accounts, d.now()))
}

func earlierTime(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// feedWatchdog pings systemd while the loops run: the last tick is young and the API
// answers itself. A dead session is no reason for a restart, and neither is a stop,
// during which the API does not answer and which has a time limit of its own.
func (d *Daemon) feedWatchdog(ctx context.Context) {
	why := ""
	if last := d.systemd.tick.Load(); isTickLate(time.Since(*last), d.settings.Tick) {
		why = "the supervisor's tick is late"
	} else if !d.systemd.stopping.Load() && !d.answersItself(ctx) {
		why = "the API does not answer itself"
	}
	if why != d.systemd.withheld {
		d.systemd.withheld = why
		if why != "" {
			d.log.Error("not notifying the systemd watchdog", "reason", why)
		} else {
			d.log.Info("notifying the systemd watchdog again")
		}
	}
	if why == "" {
		d.systemd.send(systemd.SdNotifyWatchdog)
	}
}

// answersItself asks the control socket whether the process is alive. If only the way
// there fails, because the socket's file was removed or no descriptor is left, it asks
// the handler directly, so that a running process is not restarted. A handler that
// hangs fails either way.
func (d *Daemon) answersItself(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://localhost/livez", nil)
	if err != nil {
		return false
	}
	var unreached atomic.Bool // a dial that comes too late writes it too
	client := http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var dialer net.Dialer
			conn, err := dialer.DialContext(ctx, "unix", d.settings.Socket)
			unreached.Store(err != nil && ctx.Err() == nil)
			return conn, err
		},
	}}
	response, err := client.Do(request)
	if err != nil {
		var own statusOnly
		if unreached.Load() {
			d.api.ControlHandler().ServeHTTP(&own, request)
		}
		return own.status == http.StatusOK
	}
	defer response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// statusOnly is an http.ResponseWriter that keeps the status only.
type statusOnly struct {
	header http.Header
	status int
}

// Header implements http.ResponseWriter.
func (s *statusOnly) Header() http.Header {
	if s.header == nil {
		s.header = make(http.Header)
	}
	return s.header
}

// WriteHeader implements http.ResponseWriter.
func (s *statusOnly) WriteHeader(status int) {
	if s.status == 0 {
		s.status = status
	}
}

// Write implements http.ResponseWriter.
func (s *statusOnly) Write(p []byte) (int, error) {
	s.WriteHeader(http.StatusOK)
	return len(p), nil
}
