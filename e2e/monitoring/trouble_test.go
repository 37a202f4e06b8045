package monitoring_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// scene is a daemon on the simulator with somebody who uses it, and the stack
// that watches.
type scene struct {
	t       *testing.T
	sim     *harness.Simulator
	home    harness.Home
	addr    string
	daemon  *harness.Daemon
	admin   string
	client  string
	session harness.Session
	stack   *stack
	owner   *receivers
	began   time.Time
}

func newScene(t *testing.T) *scene {
	s := &scene{t: t, sim: harness.Simulate(t), home: harness.NewHome(t), addr: harness.FreeAddr(t), began: time.Now()}
	s.owner = openReceivers(t)
	s.home.Configure(t, append(s.owner.settings(), "upstream_url: "+s.sim.URL, "listen: "+s.addr, "tick: 1s",
		"model_interval: 200ms", "queue_size: 4", "log_level: debug", "drain_timeout: 1s")...)
	s.client, s.admin = s.home.AddKey(t, "client"), s.home.AddKey(t, "owner", "--admin")
	s.session = s.sim.Session(t, "first")
	s.home.Drop(t, "cookies.txt", s.session.Netscape())
	s.boot()
	s.stack = watch(t, s.addr)
	return s
}

// boot starts the daemon, always at the same address, so that Prometheus sees
// one instance.
func (s *scene) boot() {
	s.daemon = &harness.Daemon{Home: s.home, URL: "http://" + s.addr, Key: s.client, Process: harness.Start(s.t, harness.Command{
		Name: "geminid", Home: s.home.Dir, Args: []string{"serve", "--config", s.home.Config()},
		Env: []string{"GEMINID_TEST_ROTATE_FLOOR=0"},
	})}
	s.await(http.StatusOK)
}

// await waits until /readyz answers so.
func (s *scene) await(status int) {
	s.t.Helper()
	patiently(s.t, 90*time.Second, fmt.Sprintf("/readyz answers %d", status), func() bool {
		response, err := http.Get(s.daemon.URL + "/readyz")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == status
	})
}

// patiently is harness.Eventually with questions so rare that they are not the
// most of what the dashboard shows.
func patiently(t *testing.T, within time.Duration, what string, yes func() bool) {
	t.Helper()
	harness.Eventually(t, within, what, func() bool {
		if yes() {
			return true
		}
		time.Sleep(240 * time.Millisecond)
		return false
	})
}

// awaitState waits until the owner's status tells the state.
func (s *scene) awaitState(state string) {
	s.t.Helper()
	patiently(s.t, 90*time.Second, "the state is "+state, func() bool {
		reply := s.daemon.Do(s.t, http.MethodGet, "/api/cookies/status", "", "Authorization: Bearer "+s.admin)
		return strings.Contains(reply.Body, `"status":"`+state+`"`)
	})
}

// secretQuestion is asked again and again; neither it nor what is answered may
// turn up anywhere.
var secretQuestion = harness.Secret("the question that nobody may overhear")

// ask puts one question in one of the ways there are, and reads the answer to
// its end. Whether it succeeds depends on the weather.
func (s *scene) ask(way int) {
	models := []string{"gemini-2.5-flash", "gemini-2.5-pro"}
	model := models[way/4%2]
	openAI := fmt.Sprintf(`{"model":%q,"stream":%t,"messages":[{"role":"user","content":%q}]}`, model, way%2 == 0, secretQuestion)
	gemini := fmt.Sprintf(`{"contents":[{"parts":[{"text":%q}]}]}`, secretQuestion)
	switch way % 4 {
	case 0, 1:
		s.send(s.t.Context(), "/v1/chat/completions", openAI)
	case 2:
		s.send(s.t.Context(), "/gemini/v1beta/models/"+model+":streamGenerateContent?alt=sse", gemini)
	case 3: // the key in the query, as some clients do it
		s.send(s.t.Context(), "/gemini/v1beta/models/"+model+":generateContent?key="+s.client, gemini, "Authorization: ")
	}
}

func (s *scene) send(ctx context.Context, path, body string, headers ...string) (status int) {
	response := s.daemon.Open(ctx, s.t, http.MethodPost, path, body, headers...)
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body) // broken streams are part of the play
	return response.StatusCode
}

// chatter asks n questions, four at a time.
func (s *scene) chatter(n int) {
	var all sync.WaitGroup
	ways := make(chan int)
	for range 4 {
		all.Go(func() {
			for way := range ways {
				s.ask(way)
			}
		})
	}
	for way := range n {
		ways <- way
	}
	close(ways)
	all.Wait()
}

// misbehave does what clients do wrong.
func (s *scene) misbehave() {
	s.send(s.t.Context(), "/v1/chat/completions", `{"model":"gemini-2.5-flash"}`)
	s.send(s.t.Context(), "/v1/chat/completions", `{}`, "Authorization: Bearer gmd_this_is_no_key_of_ours")
	s.send(s.t.Context(), "/v1/chat/completions", `{}`, "Authorization: ")
	s.daemon.Do(s.t, http.MethodGet, "/v1/models", "")
	s.daemon.Do(s.t, http.MethodGet, "/nowhere", "")
	ctx, leave := context.WithCancel(s.t.Context())
	response := s.daemon.Open(ctx, s.t, http.MethodPost, "/v1/chat/completions",
		`{"model":"gemini-2.5-flash","stream":true,"messages":[{"role":"user","content":"[long 4000] [slow 100ms] a long one"}]}`)
	_, _ = response.Body.Read(make([]byte, 64)) // the first words, then away
	leave()
	response.Body.Close()
}

// stumble lets the upstream fail in each way for a few questions.
func (s *scene) stumble() {
	for _, fault := range []map[string]any{
		{"kind": "status", "code": 500, "operations": []string{"generate"}, "count": 2},
		{"kind": "reset", "bytes": 900, "operations": []string{"generate"}, "count": 2},
		{"kind": "malformed", "operations": []string{"generate"}, "count": 2},
		{"kind": "error", "code": 1037, "operations": []string{"generate"}, "count": 2},
		{"kind": "latency", "delay": "700ms", "operations": []string{"generate"}, "count": 4},
	} {
		s.sim.Fault(s.t, fault)
		s.chatter(4)
		s.sim.Heal(s.t)
	}
}

// command runs an admin command.
func (s *scene) command(path string) harness.Reply {
	return s.daemon.Do(s.t, http.MethodPost, path, "", "Authorization: Bearer "+s.admin)
}

// turn renews the session, once in vain.
func (s *scene) turn() {
	s.command("/api/accounts/default/rotate")
	s.dry()
	s.command("/api/accounts/default/rotate")
	s.command("/api/accounts/default/probe")
}

// dry has a renewal answered without a value.
func (s *scene) dry() {
	s.sim.Fault(s.t, map[string]any{"kind": "no_value", "operations": []string{"rotate"}, "count": 1})
	s.command("/api/accounts/default/rotate")
	s.sim.Heal(s.t)
}

// linger lets the story go on with nothing new, for a picture that shows more
// than a minute and a value that has grown old.
func (s *scene) linger() {
	if *preview == "" {
		return
	}
	for range 4 {
		s.chatter(24)
		s.misbehave()
		s.stumble()
		s.turn()
	}
	for range 15 {
		s.chatter(4)
		time.Sleep(2 * time.Second)
	}
}

// restart ends the daemon in order and starts it again.
func (s *scene) restart() {
	s.daemon.Stop(s.t)
	s.boot()
}

// reload has the configuration read again.
func (s *scene) reload() { s.daemon.Signal(syscall.SIGHUP) }
