// Package proxies_test puts Debian's Caddy and nginx before the server, with the
// project's own examples, and looks at it as clients from outside do.
package proxies_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// house is a server that serves, what it asks, and who may ask it.
type house struct {
	*harness.Daemon
	sim       *harness.Simulator
	key, boss string
	others    [2]string // keys of other clients
}

func open(t *testing.T, config ...string) *house {
	t.Helper()
	h := &house{sim: harness.Simulate(t)}
	home := harness.NewHome(t)
	home.Configure(t, append(config, "upstream_url: "+h.sim.URL, "public_url: https://"+host)...)
	home.Drop(t, "cookies.txt", h.sim.Session(t, "first").Netscape())
	h.key, h.boss = home.AddKey(t, "laptop"), home.AddKey(t, "boss", "--admin")
	h.others = [2]string{home.AddKey(t, "phone"), home.AddKey(t, "tablet")}
	h.Daemon = harness.Serve(t, home)
	return h
}

func (h *house) backend() string { return strings.TrimPrefix(h.URL, "http://") }

func bearer(key string) string { return "Authorization: Bearer " + key }

// behind runs a test with each of the proxies.
func behind(t *testing.T, test func(t *testing.T, open func(t *testing.T, backend string, opened bool) *front)) {
	for name, proxy := range proxies {
		t.Run(name, func(t *testing.T) { test(t, proxy) })
	}
}

const question = `{"model":"gemini-2.5-flash","stream":true,"messages":[{"role":"user","content":%q}]}`

// streams are the ways to ask for an answer in pieces: as events, and as the
// array of objects that Gemini clients get without alt=sse.
var streams = map[string][2]string{
	"events": {"/v1/chat/completions", question},
	"array":  {"/v1beta/models/gemini-2.5-flash:streamGenerateContent", `{"contents":[{"parts":[{"text":%q}]}]}`},
}

// TestStreams: pieces of an answer arrive over HTTP/2 as they are made.
func TestStreams(t *testing.T) {
	behind(t, func(t *testing.T, proxy func(*testing.T, string, bool) *front) {
		h := open(t)
		client := proxy(t, h.backend(), false).client(t, "127.0.0.1")
		for name, stream := range streams {
			response, err := client.Do(request(t.Context(), t, http.MethodPost, stream[0], fmt.Sprintf(stream[1], "[long 600] [frames 6] [slow 250ms]"), bearer(h.key)))
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != http.StatusOK || response.ProtoMajor != 2 {
				t.Errorf("%s: %s over %s", name, response.Status, response.Proto)
			}
			var first, last time.Time
			err = harness.EachLine(response.Body, func(line string) {
				if strings.TrimSpace(line) == "" {
					return
				}
				if last = time.Now(); first.IsZero() {
					first = last
				}
			})
			response.Body.Close()
			// The upstream takes 1.25 s between its first and last words. What was
			// held back arrives all at once.
			if spread := last.Sub(first); err != nil || spread < 600*time.Millisecond {
				t.Errorf("%s: the pieces came within %s, %v", name, spread, err)
			}
		}
	})
}

// TestLeaving: when a client leaves, so does the question to the upstream.
func TestLeaving(t *testing.T) {
	behind(t, func(t *testing.T, proxy func(*testing.T, string, bool) *front) {
		h := open(t)
		client := proxy(t, h.backend(), false).client(t, "127.0.0.1")
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		response, err := client.Do(request(ctx, t, http.MethodPost, "/v1/chat/completions", fmt.Sprintf(question, "[long 40000] [bytes 40] [slow 50ms]"), bearer(h.key)))
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if _, err := response.Body.Read(make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
		leave()
		harness.Eventually(t, 20*time.Second, "the upstream call ends", func() bool { return h.sim.Canceled(t) == 1 })
	})
}

// TestOneLimitEach: every client has its own hourly limit, and neither a header that
// it makes up nor another address gets it another one.
func TestOneLimitEach(t *testing.T) {
	behind(t, func(t *testing.T, proxy func(*testing.T, string, bool) *front) {
		h := open(t, "requests_per_hour: 2")
		f := proxy(t, h.backend(), false)
		chat := func(from, key string, headers ...string) int {
			status, _ := ask(t, f.client(t, from), http.MethodPost, "/v1/chat/completions", fmt.Sprintf(question, "hello"), append(headers, bearer(key))...)
			return status
		}
		for i := range 2 {
			if status := chat("127.0.0.2", h.key); status != http.StatusOK {
				t.Fatalf("request %d of the first client answers %d", i+1, status)
			}
		}
		for _, forged := range [][]string{
			nil, {"X-Forwarded-For: 198.51.100.7"}, {"X-Real-IP: 198.51.100.7"}, {"Forwarded: for=198.51.100.7"},
			{"X-Forwarded-For: 127.0.0.3, 198.51.100.7"}, {"X-Forwarded-For: nonsense"}, {"CF-Connecting-IP: 198.51.100.7", "True-Client-IP: 198.51.100.7"},
		} {
			if status := chat("127.0.0.2", h.key, forged...); status != http.StatusTooManyRequests {
				t.Errorf("with %q a third request answers %d, want 429", forged, status)
			}
		}
		if status := chat("127.0.0.5", h.key); status != http.StatusTooManyRequests {
			t.Errorf("with the same key from another address a third request answers %d, want 429", status)
		}
		if status := chat("127.0.0.3", h.others[0]); status != http.StatusOK {
			t.Errorf("the first request of another client answers %d", status)
		}
		// Nor can one client use up the limit of another.
		chat("127.0.0.4", h.others[1], "X-Forwarded-For: 127.0.0.3")
		if status := chat("127.0.0.3", h.others[0]); status != http.StatusOK {
			t.Errorf("the second request of another client answers %d", status)
		}
	})
}

// TestInsideStaysInside: measurements and administration are closed however they
// are written, also for somebody with the admin key; the status is open to
// clients.
func TestInsideStaysInside(t *testing.T) {
	behind(t, func(t *testing.T, proxy func(*testing.T, string, bool) *front) {
		h := open(t)
		client := proxy(t, h.backend(), false).client(t, "127.0.0.1")
		for _, path := range []string{
			"/metrics", "/metrics/", "//metrics", "/%6Detrics", "/./metrics", "/v1/../metrics", "/v1/..%2Fmetrics",
			"/api", "/api/", "/api/cookies", "/api/events", "/api/requests", "/api/cookies/history", "//api/cookies", "/%61pi/cookies", "/api//cookies",
			"/api/cookies/status/../history", "/api/cookies/status/../../events", "/api/cookies/status%2F..%2Fhistory",
		} {
			if status, said := ask(t, client, http.MethodGet, path, "", bearer(h.boss)); status < 400 || strings.Contains(said, "geminid_") || strings.Contains(said, "generation") {
				t.Errorf("GET %s answers %d %.80s", path, status, said)
			}
		}
		for _, closed := range [][2]string{{"PUT", "/api/accounts/default/cookies"}, {"POST", "/api/cookies/check"}, {"POST", "/api/reload"}, {"DELETE", "/api/accounts/default"}} {
			if status, _ := ask(t, client, closed[0], closed[1], "", bearer(h.boss)); status != http.StatusNotFound {
				t.Errorf("%s %s answers %d, want 404", closed[0], closed[1], status)
			}
		}
		for _, path := range []string{"/api/cookies/status", "/v1/models", "/v1beta/models", "/health", "/"} {
			if status, said := ask(t, client, http.MethodGet, path, "", bearer(h.key)); status != http.StatusOK {
				t.Errorf("GET %s answers %d %s", path, status, said)
			}
		}
	})
}

// TestAnswersTellWhoGaveThem: the server's own answers keep their mark behind a
// proxy, the refusals among them, and the proxy's own have none, so that gchat and
// the status page can tell a path that is kept inside from a key that is missing.
func TestAnswersTellWhoGaveThem(t *testing.T) {
	behind(t, func(t *testing.T, proxy func(*testing.T, string, bool) *front) {
		h := open(t)
		client := proxy(t, h.backend(), false).client(t, "127.0.0.1")
		own := func(method, path, key string) bool {
			response, err := client.Do(request(t.Context(), t, method, path, "", bearer(key)))
			if err != nil {
				t.Fatal(err)
			}
			response.Body.Close()
			return response.Header.Get("X-Geminid-Api") == "1"
		}
		for _, path := range []string{"/", "/v1/models", "/v1beta/models", "/api/cookies/status", "/v1/nothing", "/nothing", "/health"} {
			if !own(http.MethodGet, path, h.key) || !own(http.MethodGet, path, "wrong") {
				t.Errorf("GET %s: the server's answer has no mark", path)
			}
		}
		for _, closed := range [][2]string{{"GET", "/api/cookies"}, {"PUT", "/api/cookies"}, {"PUT", "/api/accounts/default/cookies"}, {"GET", "/metrics"}} {
			if own(closed[0], closed[1], h.boss) {
				t.Errorf("%s %s: the proxy's answer has the mark", closed[0], closed[1])
			}
		}
		h.Signal(syscall.SIGTERM)
		h.Wait(t)
		if own(http.MethodGet, "/v1/models", h.key) {
			t.Error("the proxy's answer for a server that has stopped has the mark")
		}
	})
}

// TestCookiesFromOutside: with the commented block taken in, cookies can be
// brought with the admin key and nothing else becomes reachable.
func TestCookiesFromOutside(t *testing.T) {
	behind(t, func(t *testing.T, proxy func(*testing.T, string, bool) *front) {
		h := open(t)
		client := proxy(t, h.backend(), true).client(t, "127.0.0.1")
		next := h.sim.Session(t, "next")
		for _, path := range []string{"/api/cookies", "/api/cookies/status", "/api/cookies/history", "/api/events", "/api/requests"} {
			if status, said := ask(t, client, http.MethodGet, path, "", bearer(h.boss)); status != http.StatusOK {
				t.Errorf("GET %s answers %d %s", path, status, said)
			}
		}
		if status, said := ask(t, client, http.MethodPost, "/api/cookies/check", next.Netscape(), bearer(h.boss)); status != http.StatusOK {
			t.Errorf("checking cookies answers %d %s", status, said)
		}
		// The second path is that of gchat cookies update without --account.
		for _, put := range [][2]string{{"/api/accounts/default/cookies", "applied"}, {"/api/cookies", "unchanged"}} {
			if status, said := ask(t, client, http.MethodPut, put[0], next.Netscape(), bearer(h.boss)); status != http.StatusOK || !strings.Contains(said, put[1]) {
				t.Errorf("bringing cookies to %s answers %d %s", put[0], status, said)
			}
		}
		if status, _ := ask(t, client, http.MethodPut, "/api/accounts/default/cookies", next.Netscape(), bearer(h.key)); status != http.StatusForbidden {
			t.Errorf("bringing cookies with a client's key answers %d, want 403", status)
		}
		for _, closed := range [][2]string{
			{"GET", "/metrics"}, {"POST", "/api/reload"}, {"DELETE", "/api/accounts/default"}, {"POST", "/api/accounts/default/rotate"},
			{"POST", "/api/accounts/default/pause"}, {"DELETE", "/api/accounts/default/cookies"}, {"PUT", "/api/accounts/default/x/cookies"},
			{"DELETE", "/api/cookies"}, {"PUT", "/api/events"}, {"PUT", "/api/cookies/history"},
		} {
			if status, said := ask(t, client, closed[0], closed[1], "", bearer(h.boss)); status != http.StatusNotFound && status != http.StatusForbidden {
				t.Errorf("%s %s answers %d %s", closed[0], closed[1], status, said)
			}
		}
	})
}

// TestLogsHoldNoKeys: a key is in no log, wherever the client puts it, nor is the name
// of a picture, also when the server is away.
func TestLogsHoldNoKeys(t *testing.T) {
	behind(t, func(t *testing.T, proxy func(*testing.T, string, bool) *front) {
		h := open(t)
		f := proxy(t, h.backend(), false)
		client := f.client(t, "127.0.0.1")
		const picture = "2Z7QPICTURE7KX4"
		everywhere := func() (status int) {
			for _, path := range []string{"/files/", "//files/", "/files/./", "/x/../files/"} {
				ask(t, client, http.MethodGet, path+picture+".png?download=1", "")
			}
			for _, header := range []string{bearer(h.key), "X-Goog-Api-Key: " + h.key, "X-Api-Key: " + h.key, "Referer: https://" + host + "/?key=" + h.key} {
				status, _ = ask(t, client, http.MethodGet, "/v1beta/models?pageSize=5&key="+h.key, "", header)
			}
			return status
		}
		if status := everywhere(); status != http.StatusOK {
			t.Errorf("a key in the query answers %d", status)
		}
		h.Signal(syscall.SIGTERM)
		h.Wait(t)
		if status := everywhere(); status != http.StatusBadGateway {
			t.Errorf("without the server it answers %d, want 502", status)
		}
		harness.Eventually(t, 10*time.Second, "the log tells of the requests", func() bool { return strings.Count(f.logs(), "/v1beta/models") >= 8 })
		if strings.Contains(f.logs(), picture) {
			t.Errorf("the log names a picture:\n%s", f.logs())
		}
		if found := harness.Leaks(f.logs()); len(found) > 0 {
			t.Errorf("the log holds %v:\n%s", found, f.logs())
		}
	})
}
