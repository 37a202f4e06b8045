package monitoring_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// A session dies under the eyes of Prometheus; somebody is told, brings fresh
// cookies, and is told that all is well. Then every query of the dashboard must
// find what happened, and nothing that was written anywhere may hold a secret.
func TestSessionDiesAndSomebodyIsTold(t *testing.T) {
	s := newScene(t)
	s.chatter(12)
	s.misbehave()
	s.stumble()
	s.turn()
	s.reload()
	s.home.Drop(t, "cookies.txt", "<!doctype html><title>Sign in - Google Accounts</title>")
	s.stack.awaitAlert(t, "CookieFileRejected", "firing")
	s.restart()

	s.sim.Revoke(t, s.session)
	s.command("/api/accounts/default/probe")
	s.await(http.StatusServiceUnavailable)
	s.daemon.Key = s.admin
	s.daemon.AwaitState(t, "expired", 90*time.Second)
	s.daemon.Key = s.client
	s.stack.awaitAlert(t, "CookieExpired", "pending")
	s.chatter(4) // refused
	s.stack.awaitAlert(t, "CookieExpired", "firing")
	told := s.stack.mail.await(t, "CookieExpired", "firing")
	if !strings.HasSuffix(told["runbook_url"], "/docs/runbook.md#cookieexpired") || !strings.Contains(told["description"], "Account default") {
		t.Errorf("the letter says %v", told)
	}

	fresh := s.sim.Session(t, "second")
	s.home.Drop(t, "cookies.txt", fresh.Netscape())
	s.await(http.StatusOK)
	s.stack.awaitAlert(t, "CookieExpired", "")
	s.stack.mail.await(t, "CookieExpired", "resolved")
	s.stack.awaitAlert(t, "CookieFileRejected", "")
	s.chatter(8)

	t.Run("dashboard", func(t *testing.T) { s.dashboard(t) })
	t.Run("metrics page", func(t *testing.T) { s.metricsPage(t) })
	t.Run("secrets", func(t *testing.T) { s.secrets(t) })
	if *preview != "" {
		s.draw(t, *preview)
	}
}

// metricsPage has promtool read the page as it stands after all that.
func (s *scene) metricsPage(t *testing.T) {
	page := s.daemon.Do(t, http.MethodGet, "/metrics", "")
	check(t, "prometheus", page.Body, "promtool", "check", "metrics")
	if n := strings.Count(page.Body, "\n"); n > 5000 {
		t.Errorf("the page has %d lines", n)
	}
}

// secrets looks through all that monitoring wrote down; what the processes
// printed the harness reads when all is over.
func (s *scene) secrets(t *testing.T) {
	var names []map[string]string
	if err := s.stack.ask("/api/v1/series", url.Values{"match[]": {`{__name__=~".+"}`}}, &names); err != nil || len(names) < 300 {
		t.Fatalf("Prometheus knows %d series: %v", len(names), err)
	}
	var labels strings.Builder
	for _, series := range names {
		for name, value := range series {
			labels.WriteString(name + "=" + value + "\n")
		}
	}
	admin := "Authorization: Bearer " + s.admin
	for what, text := range map[string]string{
		"the metrics page":       s.daemon.Do(t, http.MethodGet, "/metrics", "").Body,
		"the labels":             labels.String(),
		"the letters":            s.stack.mail.all(),
		"the list of requests":   s.daemon.Do(t, http.MethodGet, "/api/requests", "", admin).Body,
		"the state for an admin": s.daemon.Do(t, http.MethodGet, "/api/cookies/status", "", admin).Body,
	} {
		if len(text) < 100 {
			t.Errorf("%s holds only %q", what, text)
		}
		for _, leak := range harness.Leaks(text) {
			t.Errorf("%s: %s", what, leak)
		}
		if strings.Contains(text, "alt=sse") {
			t.Errorf("%s: a query string", what)
		}
	}
}
