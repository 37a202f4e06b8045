package hostile_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// An upstream that falls silent in the middle of an answer is told apart from a
// finished one: heartbeats in the client's own form while there is hope, then
// an error.
func TestUpstreamFallsSilent(t *testing.T) {
	d := serve(t, "idle_timeout: 25s")
	const story = "[long 4000] [bytes 200] [stall 3] a story that stops"
	for _, c := range []struct {
		name, path, body  string
		heartbeat, broken func(line string) bool
		cut               bool // clients of the format read a connection that ends as the end of the answer
	}{
		{
			"OpenAI", "/v1/chat/completions",
			`{"model":"gemini-2.5-flash","stream":true,"messages":[{"role":"user","content":"` + story + `"}]}`,
			func(line string) bool { return strings.HasPrefix(line, ":") },
			func(line string) bool { return strings.HasPrefix(line, `data: {"error":{"message":`) }, false,
		},
		{
			"Gemini", "/gemini/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse",
			`{"contents":[{"parts":[{"text":"` + story + `"}]}]}`,
			func(line string) bool { return strings.Contains(line, `"parts":[{"text":""}]`) },
			func(line string) bool { return strings.HasPrefix(line, `data: {"error":{"code":5`) }, true,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			response := d.Open(t.Context(), t, http.MethodPost, c.path, c.body)
			defer response.Body.Close()
			var words, heartbeats, errors, done int
			ended := harness.EachLine(response.Body, func(line string) {
				switch {
				case line == "":
				case c.broken(line):
					errors++
				case c.heartbeat(line):
					heartbeats++
				case line == "data: [DONE]":
					done++
				default:
					words++
				}
			})
			if words < 3 || heartbeats == 0 || errors != 1 || done != 0 {
				t.Errorf("%d lines of the answer, %d heartbeats, %d errors, %d ends", words, heartbeats, errors, done)
			}
			if cut := ended != nil; cut != c.cut {
				t.Errorf("the connection ended with %v", ended)
			}
		})
	}
}

// A proxy that is down or refuses is a network failure. Going around it would
// show the session from another address; its password stays out of every log.
func TestProxyRefuses(t *testing.T) {
	var asked atomic.Int64
	picky := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusProxyAuthRequired)
	}))
	defer picky.Close()
	socks := refusingSocks(t, &asked)
	password := harness.Secret("open-sesame-9177")
	for _, c := range []struct{ name, proxy string }{
		{"down", "http://porter:" + password + "@" + harness.FreeAddr(t)},
		{"wants a password", "http://porter:" + password + "@" + strings.TrimPrefix(picky.URL, "http://")},
		{"socks refuses", "socks5h://porter:" + password + "@" + socks},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := asked.Load()
			sim := harness.Simulate(t)
			home := harness.NewHome(t)
			home.Configure(t, "upstream_url: "+sim.URL, "upstream_proxy: "+c.proxy, "tick: 1s")
			home.Drop(t, "cookies.txt", sim.Session(t, "owner").Netscape())
			d := harness.Launch(t, home)
			harness.Eventually(t, 20*time.Second, "the daemon tried the proxy", func() bool {
				return strings.Contains(d.Output(), "cookies.txt") && (c.name == "down" || asked.Load() > before)
			})
			reply := d.Do(t, http.MethodPost, "/v1/chat/completions", `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"hi"}]}`)
			if reply.Status < 400 || strings.Contains(reply.Body, password) {
				t.Errorf("answered %d %s", reply.Status, reply.Body)
			}
			if calls := sim.Calls(t); calls != 0 {
				t.Errorf("%d calls went around the proxy", calls)
			}
			reply = d.Do(t, http.MethodGet, "/api/cookies/status", "")
			if strings.Contains(reply.Body, `"expired"`) {
				t.Errorf("a dead proxy became an expired session: %s", reply.Body)
			}
		})
	}
}

// refusingSocks speaks just enough SOCKS5 to ask for a password and refuse it.
func refusingSocks(t *testing.T, asked *atomic.Int64) (addr string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			asked.Add(1)
			_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
			greeting := make([]byte, 64)
			if _, err := conn.Read(greeting); err == nil {
				_, _ = conn.Write([]byte{5, 2}) // a password, please
				_, _ = conn.Read(greeting)
				_, _ = conn.Write([]byte{1, 1}) // a wrong one
			}
			conn.Close()
		}
	}()
	return listener.Addr().String()
}
