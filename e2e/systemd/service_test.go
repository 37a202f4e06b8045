package systemd_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// TestService is a life of the service under systemd, one chapter after another.
func TestService(t *testing.T) {
	s := install(t)
	for _, chapter := range []struct {
		name string
		play func(t *testing.T, s *service)
	}{
		{"start", start}, {"idle", idle}, {"drop as root", dropAsRoot}, {"drop as a member", dropAsMember}, {"doctor", examined}, {"set up anew", setUpAnew},
		{"unreadable drop", unreadableDrop},
		{"reload", reload}, {"broken reload", brokenReload}, {"sandbox", sandbox}, {"kill", kill}, {"watchdog", watchdog},
		{"stack dump", stackDump}, {"stop", stop}, {"credentials", credentials}, {"broken configuration", brokenStart}, {"socket", socket},
	} {
		if !t.Run(chapter.name, func(t *testing.T) { chapter.play(t, s) }) {
			break // what follows relies on it
		}
	}
	s.discreet(t)
}

// start: systemctl returns when the service is ready, and systemd shows its word.
func start(t *testing.T, s *service) {
	s.Do(t, "systemctl start geminid")
	if state := s.show(t, "ActiveState"); state != "active" {
		t.Errorf("after the start it is %s", state)
	}
	if !s.Try(t, "/livez") {
		t.Error("systemd holds it for ready and it does not answer")
	}
	if text := s.show(t, "StatusText"); !strings.Contains(text, "inbox") {
		t.Errorf("without a session the status is %q", text)
	}
	begun, ready := s.number(t, "ExecMainStartTimestampMonotonic"), s.number(t, "ActiveEnterTimestampMonotonic")
	t.Logf("ready %.1f ms after systemd forked, sandbox included", float64(ready-begun)/1000)
}

func (s *service) number(t *testing.T, property string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s.show(t, property), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// idle: a service that waits is small, once it has returned the memory of its start,
// which it does after five seconds.
func idle(t *testing.T, s *service) {
	const limit = 20 << 10
	var kib int
	harness.Eventually(t, 15*time.Second, "the idle service holds 20 MiB at most", func() bool {
		said := s.Do(t, "grep VmRSS /proc/"+s.show(t, "MainPID")+"/status")
		if _, err := fmt.Sscanf(said, "VmRSS: %d kB", &kib); err != nil {
			t.Fatalf("%q: %v", said, err)
		}
		return kib <= limit
	})
	t.Logf("resident: %.1f MiB", float64(kib)/1024)
}

// reload: systemctl reload takes up what can change and names what can not.
func reload(t *testing.T, s *service) {
	since, pid := s.now(t), s.show(t, "MainPID")
	s.configure(t, "mask_clients: true", "tick: 20s")
	s.Do(t, "systemctl reload geminid")
	s.says(t, since, `changed=mask_clients`)
	s.says(t, since, `keys=tick`)
	if now := s.show(t, "MainPID"); now != pid || s.show(t, "ActiveState") != "active" {
		t.Errorf("the reload restarted the service: %s is now %s", pid, now)
	}
	s.configure(t)
	if said := s.Do(t, "geminid reload"); !strings.Contains(said, "mask_clients") {
		t.Errorf("geminid reload says %q", said)
	}
	s.chat(t)
}

// brokenReload: nothing changes, and the journal names the line.
func brokenReload(t *testing.T, s *service) {
	since := s.now(t)
	s.configure(t, "log_level: loud")
	s.Do(t, "systemctl reload geminid")
	s.says(t, since, `/etc/geminid/geminid.yaml:4: log_level:`)
	s.says(t, since, `debug, info, warn, error`)
	if said, code := s.Machine.Try(t.Context(), "geminid", "check-config"); code != 78 || !strings.Contains(said, "geminid.yaml:4") {
		t.Errorf("check-config ends with %d: %s", code, said)
	}
	s.chat(t)
	s.configure(t)
	s.Do(t, "systemctl reload geminid")
	s.chat(t)
}

// kill: a rotated value outlives the process, which systemd starts again.
func kill(t *testing.T, s *service) {
	session := s.sim.Session(t, "rotated")
	s.drop(t, session, "cp")
	s.uses(t, session)
	s.Do(t, "curl -sSf --unix-socket /run/geminid/geminid.sock -X POST http://localhost/api/accounts/default/rotate")
	s.restarted(t, "systemctl kill --kill-whom=main -s KILL geminid")
	s.sim.EndGrace(t, session) // only the newest value is any good now
	s.serves(t)
	s.chat(t)
	if n := s.sim.Rotations(t, session); n != 1 {
		t.Errorf("%d rotations, want the one before the end", n)
	}
}

// restarted runs a script that ends the service and waits for the next process.
func (s *service) restarted(t *testing.T, script string) {
	t.Helper()
	pid, before := s.show(t, "MainPID"), s.number(t, "NRestarts")
	s.Do(t, script)
	harness.Eventually(t, 60*time.Second, "systemd starts it again", func() bool {
		now := s.show(t, "MainPID")
		return now != pid && now != "0" && s.number(t, "NRestarts") > before && s.show(t, "ActiveState") == "active"
	})
}

// watchdog: systemd is fed while the loops turn, and ends a process that stands
// still.
func watchdog(t *testing.T, s *service) {
	s.dropIn(t, "watchdog", "Service]\nWatchdogSec=6s\nTimeoutAbortSec=1s")
	s.Do(t, "systemctl restart geminid")
	s.serves(t)
	for range 2 {
		fed := s.number(t, "WatchdogTimestampMonotonic")
		harness.Eventually(t, 20*time.Second, "the watchdog is fed", func() bool { return s.number(t, "WatchdogTimestampMonotonic") > fed })
	}
	since := s.now(t)
	s.restarted(t, "systemctl kill --kill-whom=main -s STOP geminid")
	s.says(t, since, "Failed with result 'watchdog'")
	s.serves(t)
	s.chat(t)
	s.Do(t, "rm /etc/systemd/system/geminid.service.d/watchdog.conf; systemctl daemon-reload; systemctl restart geminid")
	s.serves(t)
}

// stackDump: what a watchdog or a person makes the process tell of itself holds
// no secrets; discreet looks at the end.
func stackDump(t *testing.T, s *service) {
	since := s.now(t)
	s.restarted(t, "systemctl kill --kill-whom=main -s QUIT geminid")
	s.says(t, since, "goroutine 1 ")
	s.serves(t)
}

// stop: running answers are finished, and the end is a clean one.
func stop(t *testing.T, s *service) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	body := strings.Replace(fmt.Sprintf(question, "[long 2000] [bytes 100] [slow 100ms] a story of two seconds"), "{", `{"stream":true,`, 1)
	response := s.Open(ctx, t, http.MethodPost, "/v1/chat/completions", body)
	defer response.Body.Close()
	begun, whole := make(chan struct{}), make(chan bool, 1)
	go func() {
		done, first := false, true
		err := harness.EachLine(response.Body, func(line string) {
			if first {
				close(begun)
				first = false
			}
			done = done || line == "data: [DONE]"
		})
		whole <- done && err == nil
	}()
	<-begun
	s.Do(t, "systemctl stop geminid")
	if !<-whole {
		t.Error("the running answer was cut")
	}
	if result, status := s.show(t, "Result"), s.show(t, "ExecMainStatus"); result != "success" || status != "0" {
		t.Errorf("it ended with %s, %s", result, status)
	}
	s.Do(t, "systemctl start geminid")
	s.serves(t)
}

// credentials: secrets come from systemd and are in no file that the service's
// user could read otherwise.
func credentials(t *testing.T, s *service) {
	key := harness.Secret("scrape-me-if-you-can")
	s.Write(t, "/etc/credstore/geminid.metrics_key", key+"\n", 0o600)
	s.Do(t, "systemctl restart geminid")
	s.serves(t)
	for header, want := range map[string]int{"Authorization: Bearer " + key: http.StatusOK, "Authorization: Bearer wrong": http.StatusUnauthorized} {
		if reply := s.Ask(t, http.MethodGet, "/metrics", "", header, "X-Forwarded-For: 198.51.100.7"); reply.Status != want {
			t.Errorf("/metrics through a proxy answers %d, want %d: %.80s", reply.Status, want, reply.Body)
		}
	}
	s.Do(t, "rm /etc/credstore/geminid.metrics_key")
}

// brokenStart: what a restart can not cure is not restarted, and the reason is on
// the screen.
func brokenStart(t *testing.T, s *service) {
	s.Do(t, "systemctl stop geminid")
	before := s.number(t, "NRestarts")
	s.configure(t, "lisen: 127.0.0.1:8100")
	if said, code := s.Machine.Try(t.Context(), "systemctl", "start", "geminid"); code == 0 {
		t.Errorf("it starts with a broken configuration: %s", said)
	}
	status, _ := s.Machine.Try(t.Context(), "systemctl", "status", "--no-pager", "-l", "geminid")
	if !strings.Contains(status, "geminid.yaml:4: lisen:") || !strings.Contains(status, "status=78") {
		t.Errorf("systemctl status does not say why:\n%s", status)
	}
	if state, after := s.show(t, "ActiveState"), s.number(t, "NRestarts"); state != "failed" || after != before {
		t.Errorf("it is %s after %d restarts, want failed at once", state, after-before)
	}
	s.configure(t)
	s.Do(t, "systemctl start geminid")
	s.serves(t)
}

// socket: systemd holds the address, starts the service at the first connection
// and lets others wait while it restarts.
func socket(t *testing.T, s *service) {
	s.Do(t, "systemctl stop geminid && systemctl start geminid.socket")
	if state := s.show(t, "ActiveState"); state != "inactive" {
		t.Fatalf("the service is %s before anybody came", state)
	}
	s.serves(t)
	s.chat(t)
	restarted := make(chan string, 1)
	go func() {
		said, _ := s.Machine.Try(t.Context(), "systemctl", "restart", "geminid")
		restarted <- said
	}()
	for {
		if reply := s.Ask(t, http.MethodGet, "/livez", ""); reply.Status != http.StatusOK {
			t.Errorf("during the restart it answers %d %s", reply.Status, reply.Body)
		}
		select {
		case said := <-restarted:
			s.serves(t)
			if said != "" {
				t.Error(said)
			}
			s.Do(t, "systemctl stop geminid.socket geminid")
			return
		default:
		}
	}
}
