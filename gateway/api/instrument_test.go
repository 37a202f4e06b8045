package api_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/gateway/dialect/anthropic"
	"github.com/geminid/geminid/gateway/dialect/registry"
)

func TestScraping(t *testing.T) {
	withKey := with(func(s *api.Settings) { s.MetricsKey = auth.DigestOf("scrape-me"); s.Loopback = false })
	tests := []struct {
		name    string
		options []option
		key     string
		header  map[string]string
		want    int
	}{
		{"loopback", nil, "", nil, 200},
		{"loopback behind a proxy", nil, "", map[string]string{"X-Forwarded-For": "203.0.113.1"}, 401},
		{"loopback behind a proxy that names only the scheme", nil, "", map[string]string{"X-Forwarded-Proto": "https"}, 401},
		{"behind a proxy with the admin key", nil, adminKey, map[string]string{"X-Forwarded-For": "203.0.113.1"}, 200},
		{"public", []option{with(public)}, "", nil, 401},
		{"public, api key", []option{with(public)}, apiKey, nil, 401},
		{"public, admin key", []option{with(public)}, adminKey, nil, 200},
		{"public, metrics key", []option{withKey}, "scrape-me", nil, 200},
		{"public, wrong key", []option{withKey}, "scrape-you", nil, 401},
		{"public, no metrics key set", []option{with(public)}, "\x00", nil, 401},
		{"admin key elsewhere than in the bearer token", []option{with(public)}, "", map[string]string{"X-Api-Key": adminKey}, 401},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := newRig(t, tt.options...).do(call{path: "/metrics", key: tt.key, header: tt.header})
			if w.Code != tt.want || (w.Code == 200) != strings.Contains(w.Body.String(), "geminid_cookie_state") {
				t.Errorf("status %d, want %d", w.Code, tt.want)
			}
		})
	}
	t.Run("the metrics key opens nothing else", func(t *testing.T) {
		g := newRig(t, withKey)
		for _, path := range []string{"/v1/models", "/api/cookies", "/api/cookies/status"} {
			if w := g.do(call{path: path, key: "scrape-me"}); w.Code != http.StatusUnauthorized {
				t.Errorf("%s: status %d", path, w.Code)
			}
		}
	})
}

// Every end that an alert watches has its child before the first request.
func TestChildrenExistBeforeTheFirstRequest(t *testing.T) {
	g := newRig(t)
	w := g.do(call{path: "/metrics"})
	page := w.Body.String()
	for _, d := range registry.All {
		for _, route := range []string{"generate", "stream"} {
			for _, end := range []string{
				`code="200",dialect="%s",method="POST",outcome="success",route="%s",sli="true"`,
				`code="400",dialect="%s",method="POST",outcome="client_error",route="%s",sli="false"`,
				`code="401",dialect="%s",method="POST",outcome="client_error",route="%s",sli="false"`,
				`code="403",dialect="%s",method="POST",outcome="error",route="%s",sli="true"`,
				`code="429",dialect="%s",method="POST",outcome="throttled",route="%s",sli="false"`,
				`code="429",dialect="%s",method="POST",outcome="throttled",route="%s",sli="true"`,
				`code="500",dialect="%s",method="POST",outcome="error",route="%s",sli="true"`,
				`code="502",dialect="%s",method="POST",outcome="error",route="%s",sli="true"`,
				`code="503",dialect="%s",method="POST",outcome="error",route="%s",sli="true"`,
			} {
				want := "geminid_http_requests_total{" + fmt.Sprintf(end, d.Name, route) + "} 0"
				if d.Name == anthropic.Dialect.Name { // which has statuses of its own
					want = strings.NewReplacer(`code="502"`, `code="500"`, `code="503"`, `code="529"`).Replace(want)
				}
				if !strings.Contains(page, want) {
					t.Errorf("no %s", want)
				}
			}
			want := fmt.Sprintf(`geminid_http_request_duration_seconds_count{code="5xx",dialect="%s",route="%s"} 0`, d.Name, route)
			if !strings.Contains(page, want) {
				t.Errorf("no %s", want)
			}
		}
		for _, want := range []string{
			`geminid_http_time_to_first_token_seconds_count{dialect="` + d.Name + `",model="` + pro + `"} 0`,
			`geminid_queue_wait_seconds_count{model="` + pro + `"} 0`, `geminid_queue_depth{model="` + pro + `"} 0`,
		} {
			if !strings.Contains(page, want) {
				t.Errorf("no %s", want)
			}
		}
		want := `route="models",sli="false"`
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestOutcomes(t *testing.T) {
	tests := []struct {
		name          string
		err           error
		code, outcome string
		sli           string
		origin        string
	}{
		{"answered", nil, "200", "success", "true", ""},
		{"upstream broke", chat.NewError(chat.Upstream, "x"), "502", "error", "true", ""},
		{"upstream slow", chat.NewError(chat.Timeout, "x"), "504", "error", "true", ""},
		{"session ended", chat.NewError(chat.SignedOut, "x"), "403", "error", "true", ""},
		{"quota", chat.NewError(chat.Quota, "x"), "429", "throttled", "true", "upstream_quota"},
		{"downgrade", chat.NewError(chat.Downgraded, "x"), "429", "throttled", "true", "upstream_quota"},
		{"prompt too long", chat.NewError(chat.ContextLength, "x"), "400", "client_error", "false", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newRig(t)
			if tt.err != nil {
				g.actor.plays(breaks(tt.err))
			}
			g.do(generate("openai", false))
			if got := testutil.ToFloat64(g.metrics.Requests.WithLabelValues("openai", "generate", "POST", tt.code, tt.outcome, tt.sli)); got != 1 {
				t.Errorf("counted %v times as %s %s sli=%s", got, tt.code, tt.outcome, tt.sli)
			}
			if tt.origin != "" {
				if got := testutil.ToFloat64(g.metrics.RateLimited.WithLabelValues(tt.origin)); got != 1 {
					t.Errorf("%v counted as %s", got, tt.origin)
				}
			}
		})
	}
}

func TestTimeToFirstTokenIsOfStreams(t *testing.T) {
	g := newRig(t)
	g.do(generate("openai", false))
	series := `geminid_http_time_to_first_token_seconds_count{dialect="openai",model="` + flash + `"} `
	page := func() string { return g.do(call{path: "/metrics"}).Body.String() }
	if !strings.Contains(page(), series+"0\n") {
		t.Error("a whole answer has a first token, or the series is missing")
	}
	g.do(generate("openai", true))
	if !strings.Contains(page(), series+"1\n") {
		t.Error("a stream has none")
	}
}

// Nothing that a client chooses freely becomes a label.
func TestSeriesAreBounded(t *testing.T) {
	synctest.Test(t, testSeries) // waits for wrong keys and for turns
}

func testSeries(t *testing.T) {
	g := newRig(t, with(limited))
	random := rand.New(rand.NewPCG(1, 2))
	word := func() string { return fmt.Sprintf("w%x", random.Uint64()) }
	pick := func(from ...string) string { return from[random.IntN(len(from))] }
	for range 10_000 {
		model := pick(flash, word())
		path := pick("/"+word(), "/v1/"+word(), "/api/"+word(), "/gemini/"+word()+"/models", "/v1beta/models/"+model+":"+pick("generateContent", "countTokens", word()),
			"/v1/models/"+model, "/v1/chat/completions", "/api/accounts/"+word()+"/"+pick("probe", "cookies", word()), "/metrics", "/health", "/api/cookies")
		c := call{
			method: pick("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "X"+strings.ToUpper(word())),
			path:   path + pick("", "?key="+word()), remote: fmt.Sprintf("10.0.%d.%d", random.IntN(255), random.IntN(255)),
			header: map[string]string{"X-Request-Id": word(), "X-Forwarded-For": word(), "User-Agent": word()},
		}
		if strings.Contains(path, "chat/completions") || strings.Contains(path, ":") {
			c.key = pick(apiKey, adminKey)
			c.body = `{"model":"` + model + `","messages":[{"role":"user","content":"hi"}],"contents":[{"parts":[{"text":"x"}]}]}`
		}
		if c.key == "" && random.IntN(50) == 0 {
			c.key = pick(apiKey, adminKey)
		}
		g.do(c)
	}
	families, err := g.metrics.Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	series := 0
	for _, f := range families {
		for _, m := range f.GetMetric() {
			series++
			if h := m.GetHistogram(); h != nil {
				series += len(h.GetBucket()) + 2
			}
		}
	}
	if series >= 5000 {
		t.Errorf("%d series", series)
	}
	problems, err := testutil.GatherAndLint(g.metrics.Gatherer())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	t.Logf("%d series", series)
}

// One line a request, with what a person needs and nothing a client said.
func TestAccessLog(t *testing.T) {
	g := newRig(t, with(func(s *api.Settings) { s.MaskClients = true; s.Loopback = false }))
	g.do(generate("gemini", true).with(func(c *call) {
		c.path += "&key=" + apiKey + "&secret=query"
		c.body = `{"contents":[{"parts":[{"text":"my private prompt"}]}]}`
		c.remote = "203.0.113.77"
		c.header = map[string]string{"X-Request-Id": "req-7"}
	}))
	g.do(call{path: "/v1/chat/completions", key: apiKey, body: `{"model":"my-made-up-model","messages":[{"role":"user","content":"my private prompt"}]}`})
	g.do(call{path: "/some/secret/path?token=abc", key: "sk-wrong-key"})
	log := g.log.String()
	first := log[strings.Index(log, "msg=request"):]
	for _, want := range []string{
		"request_id=req-7", "dialect=gemini", "route=stream", "model=" + flash, "status=200", "outcome=success",
		"duration_ms=", "first_token_ms=", "prompt_tokens=5 ", "answer_tokens=", "client=203.0.113.0", "account=main",
	} {
		if !strings.Contains(first[:strings.Index(first, "\n")], want) {
			t.Errorf("the line lacks %s:\n%s", want, first)
		}
	}
	for _, secret := range []string{"private prompt", "secret", "token=abc", "sk-wrong-key", "made-up", "203.0.113.77", "Hel", apiKey} {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log:\n%s", secret, log)
		}
	}
	if got := strings.Count(log, "msg=request"); got != 3 {
		t.Errorf("%d lines for 3 requests", got)
	}
}
