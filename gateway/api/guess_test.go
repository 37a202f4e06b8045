package api_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/auth"
)

func TestGuessingIsSlowAndLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t)
		bodies := make(map[string]int)
		began := time.Now()
		for n := range 1000 {
			key := "sk-guess"
			if n%2 == 1 {
				key = apiKey[:len(apiKey)-1] // all but the last letter
			}
			w := g.do(call{path: "/v1/models", key: key})
			if w.Code != http.StatusUnauthorized && w.Code != http.StatusTooManyRequests {
				t.Fatalf("status %d", w.Code)
			}
			if w.Code == http.StatusUnauthorized {
				bodies[w.Body.String()]++
			} else if w.Header().Get("Retry-After") == "" {
				t.Error("no Retry-After")
			}
		}
		if len(bodies) != 1 {
			t.Errorf("%d different bodies for wrong keys", len(bodies))
		}
		if took := time.Since(began); took != 20*100*time.Millisecond {
			t.Errorf("twenty guesses a minute took %v", took)
		}
		if got := testutil.ToFloat64(g.metrics.AuthFailures.WithLabelValues("unknown")); got != 1000 {
			t.Errorf("%v counted", got)
		}
	})
}

// TestGuessersDoNotLearnOfAHit: above the limit no key is looked up, wherever it is
// sent, but for one that worked from this address before. Others are not held up,
// and after the minute all is as it was.
func TestGuessersDoNotLearnOfAHit(t *testing.T) {
	const scrapeKey = "sk-test-scraper-key"
	places := map[string]func(key string) call{
		"bearer":      func(key string) call { return call{path: "/v1/models", key: key} },
		"admin route": func(key string) call { return call{path: "/api/cookies", key: key} },
		"x-api-key":   func(key string) call { return call{path: "/v1/models", header: map[string]string{"X-Api-Key": key}} },
		"query":       func(key string) call { return call{path: "/v1beta/models?key=" + key} },
		"/metrics":    func(key string) call { return call{path: "/metrics", key: key} },
		"beside a good": func(key string) call {
			return call{path: "/v1/models", key: apiKey, header: map[string]string{"X-Api-Key": key}}
		},
	}
	for name, guess := range places {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, with(func(s *api.Settings) { s.Loopback, s.MetricsKey = false, auth.DigestOf(scrapeKey) }))
				if w := g.do(call{path: "/v1/models", key: apiKey}); w.Code != http.StatusOK {
					t.Fatalf("status %d", w.Code)
				}
				for n := range 19 {
					if w := g.do(guess(fmt.Sprintf("sk-guess-%d", n))); w.Code == http.StatusTooManyRequests {
						t.Fatalf("guess %d: status %d", n, w.Code)
					}
				}
				if w := g.do(call{path: "/v1/models", key: "sk-guess-19"}); w.Code != http.StatusUnauthorized {
					t.Fatalf("the last guess: status %d", w.Code)
				}
				for _, key := range []string{adminKey, scrapeKey, "sk-guess"} {
					for place, c := range places {
						if w := g.do(c(key)); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
							t.Errorf("%s, key %s: status %d", place, key, w.Code)
						}
					}
				}
				if w := g.do(call{path: "/v1/models", key: apiKey}); w.Code != http.StatusOK {
					t.Errorf("a key that worked before: status %d", w.Code)
				}
				if w := g.do(call{path: "/api/cookies", key: adminKey, remote: "203.0.113.8"}); w.Code != http.StatusOK {
					t.Errorf("from another address: status %d", w.Code)
				}
				time.Sleep(time.Minute)
				if w := g.do(guess(adminKey)); w.Code != http.StatusOK {
					t.Errorf("after the minute: status %d", w.Code)
				}
			})
		})
	}
}

// TestGuessesThatReachTheKeys counts the guesses of a minute that are looked up: 20 of
// an address, whatever it sends them to, in how many places at once, and through which
// proxy; four times as many of a site that has many addresses.
func TestGuessesThatReachTheKeys(t *testing.T) {
	paths := []string{"/v1/models", "/api/cookies", "/metrics", "/v1beta/models", "/api/cookies/status"}
	tests := []struct {
		name   string
		change func(c *call, n int)
		keys   int // in each request
		want   int // that are looked up
	}{
		{"one address", func(c *call, _ int) { c.remote = "203.0.113.9" }, 1, 20},
		{"four keys at once", func(c *call, n int) {
			c.remote, c.path = "203.0.113.9", fmt.Sprintf("/v1/models?key=query-%d", n)
			c.header = map[string]string{"X-Api-Key": fmt.Sprint("x-", n), "X-Goog-Api-Key": fmt.Sprint("goog-", n)}
		}, 4, 20},
		{"behind a proxy, with forged hops", func(c *call, n int) {
			c.header = map[string]string{"X-Forwarded-For": fmt.Sprintf("198.51.100.%d, 203.0.113.9", n%250), "X-Real-Ip": fmt.Sprintf("198.51.100.%d", n%250)}
		}, 1, 20},
		{"one household", func(c *call, n int) { c.remote = fmt.Sprintf("[2001:db8:1:2::%x]", n+1) }, 1, 20},
		{"one site, many households", func(c *call, n int) { c.remote = fmt.Sprintf("[2001:db8:1:%x::1]", n+1) }, 1, 80},
		{"one site behind a proxy", func(c *call, n int) {
			c.header = map[string]string{"X-Forwarded-For": fmt.Sprintf("2001:db8:1:%x::1", n+1)}
		}, 1, 80},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t, with(func(s *api.Settings) {
					s.Loopback, s.PublicURL = false, "https://gemini.example.org"
					s.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
				}))
				lookedUp := 0
				for n, end := 0, time.Now().Add(59*time.Second); n < 500 && time.Now().Before(end); n++ {
					c := call{path: paths[n%len(paths)], key: fmt.Sprint("sk-guess-", n)}
					tt.change(&c, n)
					switch w := g.do(c); w.Code {
					case http.StatusUnauthorized:
						lookedUp += tt.keys
					case http.StatusTooManyRequests:
					default:
						t.Fatalf("%s: status %d", c.path, w.Code)
					}
				}
				if lookedUp != tt.want {
					t.Errorf("%d guesses were looked up, want %d", lookedUp, tt.want)
				}
			})
		})
	}
}

// TestRightKeysAreNoGuesses: any number of clients behind one address may begin.
func TestRightKeysAreNoGuesses(t *testing.T) {
	g := newRig(t)
	codes := make(chan int, 200)
	for n := range cap(codes) {
		go func() {
			key := []string{apiKey, adminKey}[n%2]
			codes <- g.do(call{path: "/v1/models", key: key, header: map[string]string{"X-Api-Key": key}}).Code
		}()
	}
	for range cap(codes) {
		if code := <-codes; code != http.StatusOK {
			t.Fatalf("status %d", code)
		}
	}
}

// TestRevokedKeyBecomesAGuess: what worked before does not pass the limit for ever.
func TestRevokedKeyBecomesAGuess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys, path, err := openKeys(t, line("a", "api", apiKey))
		if err != nil {
			t.Fatal(err)
		}
		g := newRig(t, func(c *api.Config) { c.Keys = keys })
		last := g.do(call{path: "/v1/models", key: apiKey}).Code
		if last != http.StatusOK {
			t.Fatalf("status %d", last)
		}
		rewrite(t, path, line("b", "api", "sk-other"))
		_ = keys.ReloadFile()
		for range 21 {
			last = g.do(call{path: "/v1/models", key: apiKey}).Code
		}
		if last != http.StatusTooManyRequests {
			t.Errorf("status %d", last)
		}
	})
}

// Who sends no key at all is not guessing.
func TestMissingKeyIsNoGuess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t)
		began := time.Now()
		for range 50 {
			if w := g.do(call{path: "/v1/models"}); w.Code != http.StatusUnauthorized || w.Header().Get("WWW-Authenticate") == "" {
				t.Fatalf("status %d, %v", w.Code, w.Header())
			}
		}
		if took := time.Since(began); took != 0 {
			t.Errorf("took %v", took)
		}
		if got := testutil.ToFloat64(g.metrics.AuthFailures.WithLabelValues("missing")); got != 50 {
			t.Errorf("%v counted as missing", got)
		}
	})
}
