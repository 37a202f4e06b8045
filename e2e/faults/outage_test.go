package faults_test

import (
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

var discardedLog = log.New(io.Discard, "", 0)

const (
	probeInterval = time.Minute      // the shortest that may be set
	leap          = 25 * time.Second // of the clock, too short to be taken for a jump
	soon          = 15 * time.Second
)

// outageStory is a daemon with an owner who gets notices, a clock that can be made to
// run faster, and an upstream that goes away.
type outageStory struct {
	*house
	outage
	d       *harness.Daemon
	clock   *swiftClock
	notices *notices

	language string // of the notices
}

// TestGoogleIsGone: while Google cannot be reached, every place at which a person
// looks names the reason, in English and in Chinese: within 15 seconds if requests
// fail, within two probe intervals if nobody asks. It heals by itself.
func TestGoogleIsGone(t *testing.T) {
	t.Parallel()
	for name, prepare := range outages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newOutageStory(t, prepare)

			s.begin()
			s.askInVain(t)
			s.end()
			s.hurry(t, "it heals without a request", func() bool { return s.isHealed(t) })

			if s.slow {
				return // probes that nobody asks for would take half a minute
			}
			s.speak(t, "zh")
			s.begin()
			s.hurry(t, "it is told everywhere although nobody asks", func() bool { return s.silentPlace(t) == "" })
			s.end()
			harness.Eventually(t, soon, "a request is answered", func() bool { return s.question(t).Status == http.StatusOK })
			harness.Eventually(t, soon, "the first answer heals it", func() bool { return s.isHealed(t) })
			if said := s.d.Output(); strings.Count(said, "to=unreachable") != 2 || strings.Contains(said, "clock jumped") {
				t.Errorf("the log does not tell of two outages, or of jumps:\n%s", said)
			}
		})
	}
}

func newOutageStory(t *testing.T, prepare func(*testing.T, *house, *google) outage) *outageStory {
	t.Helper()
	s := &outageStory{house: newHouse(t), notices: new(notices), language: "en"}
	g := newGoogle(t, s.sim.URL)
	s.outage = prepare(t, s.house, g)
	receiver := httptest.NewServer(s.notices)
	t.Cleanup(receiver.Close)
	s.settings = append(s.settings, "tick: 1s", "log_level: info", "probe_interval: "+probeInterval.String(), "notify_webhook: "+receiver.URL)
	if s.slow {
		s.language = "zh"
	}
	s.home.Configure(t, append(s.settings, "notify_language: "+s.language)...)
	d, clock := harness.LaunchInWorld(t, s.home, s.world, "SSL_CERT_FILE="+g.certificate)
	s.d, s.clock = d, &swiftClock{Clock: clock}
	s.d.Key = s.admin
	s.d.AwaitState(t, "valid", 20*time.Second)
	ask(t, s.d)
	return s
}

func (s *outageStory) question(t *testing.T) harness.Reply {
	t.Helper()
	return s.d.Do(t, http.MethodPost, "/v1/chat/completions", `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"are you there"}]}`)
}

// askInVain asks as several people do at once, until the state is known. The last
// refusal that each of them gets names the reason.
func (s *outageStory) askInVain(t *testing.T) {
	t.Helper()
	until := time.Now().Add(soon)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			for {
				reply := s.question(t)
				told := reply.Status == http.StatusServiceUnavailable && strings.Contains(reply.Body, words[s.fault].cause) && reply.Header.Get("Retry-After") != ""
				if told && s.probeTells(t, "/health") {
					return
				}
				if time.Now().After(until) {
					t.Errorf("a request is answered %d %s", reply.Status, reply.Body)
					return
				}
			}
		})
	}
	all.Wait()
	harness.Eventually(t, time.Until(until), "it is told everywhere", func() bool { return s.silentPlace(t) == "" })
}

// hurry lets the daemon's clock run fast, for two probe intervals at most.
func (s *outageStory) hurry(t *testing.T, what string, yes func() bool) {
	t.Helper()
	for gone := time.Duration(0); !yes(); gone += leap {
		if gone > 2*probeInterval {
			t.Fatalf("not within two probe intervals: %s; silent: %s; %+v", what, s.silentPlace(t), accounts(t, s.d))
		}
		s.clock.leap(t, s.d)
	}
}

// swiftClock is the clock of a daemon that can be made to run faster.
type swiftClock struct {
	*harness.Clock
	away time.Duration
}

// leap takes the clock of a daemon with a tick of a second a bit further.
func (c *swiftClock) leap(t *testing.T, d *harness.Daemon) {
	t.Helper()
	c.away += leap
	c.Set(t, c.away)
	ticks := runsOf(t, d, "tick")
	harness.Eventually(t, 20*time.Second, "ticks go on", func() bool { return runsOf(t, d, "tick") >= ticks+2 })
}

// speak has notices written in another language.
func (s *outageStory) speak(t *testing.T, language string) {
	t.Helper()
	s.language = language
	s.home.Configure(t, append(s.settings, "notify_language: "+language)...)
	if out, _, code := s.command(t, "reload"); code != 0 {
		t.Fatalf("geminid reload: code %d, %s", code, out)
	}
}

// command runs a command of the owner.
func (s *outageStory) command(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	return harness.Run(t, harness.Command{Name: "geminid", Home: s.home.Dir, Args: append(args, "--config", s.home.Config())})
}
