package api_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/gateway/api"
)

var summary = regexp.MustCompile(`msg="refused requests that are not shown one by one" client=(\S+) count=(\d+)`)

// TestRefusalsAreSummedUp: refused requests of one client fill neither the log nor
// the list of requests, and are counted.
func TestRefusalsAreSummedUp(t *testing.T) {
	stranger := func(c *call) { c.key, c.remote = "", "203.0.113.7" }
	tests := []struct {
		name    string
		call    call
		options []option
		listed  int // in the list of requests
	}{
		{"no key", generate("openai", false).with(stranger), nil, 1},
		{"wrong keys", generate("openai", false).with(stranger).with(func(c *call) { c.key = "sk-wrong" }), nil, 1},
		{"paths that do not exist", call{path: "/wp-login.php"}.with(stranger), nil, 1},
		{"the admin routes", call{path: "/api/cookies"}.with(stranger), nil, 0},
		{"the metrics", call{path: "/metrics"}.with(stranger), nil, 0},
		{"strange hosts", call{path: "/v1/models", header: map[string]string{"Host": "evil.example"}, remote: "203.0.113.7"}, nil, 1},
		{"a client beyond its limit", generate("openai", false).with(func(c *call) { c.remote = "203.0.113.7" }), []option{hourly(1)}, 61},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, tt.options...)
				if tt.options != nil {
					g.do(tt.call) // the one that is allowed
					tt.listed++
				}
				before := strings.Count(g.log.String(), "msg=request")
				for range 61 {
					if w := g.do(tt.call); w.Code < 400 {
						t.Fatalf("status %d", w.Code)
					}
				}
				if got := strings.Count(g.log.String(), "msg=request") - before; got != 1 {
					t.Errorf("%d lines, want 1", got)
				}
				if got := len(listed(t, g)); got != tt.listed {
					t.Errorf("%d in the list of requests, want %d", got, tt.listed)
				}
				time.Sleep(time.Minute)
				g.do(call{path: "/livez"})
				if got := summary.FindStringSubmatch(g.log.String()); got == nil || got[1] != "203.0.113.7" || got[2] != "60" {
					t.Errorf("the summary is %v", got)
				}
				g.do(tt.call)
				if got := strings.Count(g.log.String(), "msg=request") - before; got != 4 { // with those of /livez and the list
					t.Errorf("%d lines after a minute, want 4", got)
				}
			})
		})
	}
}

// TestManyRefusedClients: however many clients are refused, the log stays short.
func TestManyRefusedClients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t)
		for n := range 1000 {
			g.do(call{path: "/v1/models", remote: fmt.Sprintf("203.0.%d.%d", n/250, n%250)})
		}
		if got := strings.Count(g.log.String(), "msg=request"); got != 100 {
			t.Errorf("%d lines, want 100", got)
		}
		if err := g.api.Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
		if got := summary.FindAllStringSubmatch(g.log.String(), -1); len(got) != 1 || got[0][1] != "others" || got[0][2] != "900" {
			t.Errorf("the summaries are %v", got)
		}
	})
}

// TestAdmittedRequestsAreAllLogged: requests that were let in, and errors that are
// not refusals, are shown one by one.
func TestAdmittedRequestsAreAllLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, with(func(s *api.Settings) { s.MaskClients = true }))
		for range 5 {
			g.do(generate("openai", false))
			g.do(call{path: "/v1/models/none", key: apiKey})
			g.do(call{method: http.MethodPost, path: "/v1/chat/completions", key: apiKey, body: "{"})
		}
		if got := strings.Count(g.log.String(), "msg=request"); got != 15 {
			t.Errorf("%d lines, want 15", got)
		}
		time.Sleep(time.Hour)
		g.do(call{path: "/livez"})
		if summary.MatchString(g.log.String()) {
			t.Errorf("a summary without refusals:\n%s", g.log)
		}
	})
}

// listed is the list of requests.
func listed(t *testing.T, g *rig) []any {
	t.Helper()
	list, _ := at(fields(t, g.do(call{path: "/api/requests", key: adminKey}).Body.Bytes()), "requests").([]any)
	return list
}
