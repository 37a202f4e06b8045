package monitoring_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// A session dies under the eyes of Prometheus; somebody is told, brings fresh
// cookies, and is told that all is well. Then every query of the dashboard must
// find what happened, and nothing that was written anywhere may hold a secret.
func TestSessionDiesAndSomebodyIsTold(t *testing.T) {
	s := newScene(t)
	s.tryChannels()
	s.chatter(12)
	s.misbehave()
	s.stumble()
	s.turn()
	s.reload()
	s.home.Drop(t, "cookies.txt", "<!doctype html><title>Sign in - Google Accounts</title>")
	s.stack.awaitAlert(t, "CookieFileRejected", "firing")
	s.owner.await("test", "file_rejected")
	s.restart() // and nothing is told twice
	s.linger()
	s.dry() // so that the end tells how long values live
	s.sim.Revoke(t, s.session)
	s.command("/api/accounts/default/probe")
	s.await(http.StatusServiceUnavailable)
	s.awaitState("expired")
	s.owner.await("test", "file_rejected", "session_expired")
	s.chatter(4) // refused
	s.stack.awaitAlert(t, "CookieExpired", "firing")
	s.scraped(`max_over_time(ALERTS{alertname="CookieExpired", alertstate="pending"}[5m])`)
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
	s.owner.await("test", "file_rejected", "session_expired", "session_recovered")
	s.owner.agree()
	s.chatter(8)
	s.scraped("rate(geminid_queue_wait_seconds_count[20s]) > 0")

	t.Run("dashboard", func(t *testing.T) { s.dashboard(t) })
	t.Run("metrics page", func(t *testing.T) { s.metricsPage(t) })
	t.Run("secrets", func(t *testing.T) { s.secrets(t) })
	if *preview != "" {
		s.draw(t, *preview)
	}
}

// tryChannels has the command send its test message.
func (s *scene) tryChannels() {
	stdout, stderr, code := harness.Run(s.t, harness.Command{Name: "geminid", Home: s.home.Dir, Args: []string{"notify", "test", "--config", s.home.Config()}})
	if want := "webhook: sent\nntfy: sent\ntelegram: sent\nmail: sent\n"; code != 0 || stdout != want {
		s.t.Errorf("geminid notify test: code %d\n%s%s", code, stdout, stderr)
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

// told is the daemon's own book of what it told.
func (s *scene) told() string {
	content, err := os.ReadFile(filepath.Join(s.home.State(), "notify.json"))
	if err != nil {
		s.t.Error(err)
	}
	return string(content)
}

// report is what the command tells of the last days.
func (s *scene) report() string {
	stdout, stderr, code := harness.Run(s.t, harness.Command{Name: "geminid", Home: s.home.Dir,
		Args: []string{"report", "--format", "markdown", "--config", s.home.Config()}})
	if code != 0 {
		s.t.Errorf("geminid report: code %d\n%s", code, stderr)
	}
	return stdout
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
		"the notices":            s.owner.all(),
		"what was told":          s.told(),
		"the report":             s.report(),
		"the list of requests":   s.daemon.Do(t, http.MethodGet, "/api/requests", "", admin).Body,
		"the state for an admin": s.daemon.Do(t, http.MethodGet, "/api/cookies/status", "", admin).Body,
	} {
		if len(text) < 60 {
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
