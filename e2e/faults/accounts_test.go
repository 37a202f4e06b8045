package faults_test

import (
	"fmt"
	"html"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// TestOneOfThreeDies: three accounts serve and one ends. No question fails, the server
// stays healthy, and every place at which a person looks names the one that has ended,
// before the others. When the last one ends nothing is healthy any more.
func TestOneOfThreeDies(t *testing.T) {
	t.Parallel()
	for language, says := range map[string]struct{ page, others, alone string }{
		"en": {"Of 3 accounts: 1 expired.", "other accounts", "requests are refused"},
		"zh": {"3 个账号中：1 个已失效。", "其他账号", "请求已被拒绝"},
	} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			h, told := newHouse(t), new(notices)
			receiver := httptest.NewServer(told)
			t.Cleanup(receiver.Close)
			h.home.Configure(t, "upstream_url: "+h.sim.URL, "tick: 1s", "notify_language: "+language, "notify_webhook: "+receiver.URL)
			work, zoo := h.sim.SessionOf(t, "work", "2"), h.sim.SessionOf(t, "zoo", "3")
			h.home.Drop(t, "work.txt", work.Netscape())
			h.home.Drop(t, "zoo.txt", zoo.Netscape())
			d, c := harness.LaunchWithClock(t, h.home, 0)
			clock := &swiftClock{Clock: c}
			d.Key = h.admin
			d.AwaitState(t, "valid", 20*time.Second)
			h.awaitStates(t, d, clock, map[string]int{"healthy": 3})

			h.sim.Revoke(t, work)
			h.doubt(t, d, "work")
			h.awaitStates(t, d, clock, map[string]int{"healthy": 2, "expired": 1})
			for range 6 {
				ask(t, d)
			}
			if first := accounts(t, d)[0]; first.Name != "work" || first.State != "expired" || first.Serving {
				t.Errorf("the status begins with %+v", first)
			}
			stdout, _, code := harness.Run(t, harness.Command{Name: "geminid", Home: h.home.Dir, Args: []string{"cookies", "status", "--config", h.home.Config()}})
			if code != 0 || !strings.HasPrefix(stdout, "VALID\n1 of 3 accounts has ended.\n") || !strings.Contains(stdout, "\nwork: expired") ||
				strings.Index(stdout, "\nwork:") > strings.Index(stdout, "\ndefault:") {
				t.Errorf("geminid cookies status: code %d\n%s", code, stdout)
			}
			page := html.UnescapeString(d.Do(t, http.MethodGet, "/", "", "Authorization: ", "Accept-Language: "+language).Body)
			if !strings.Contains(page, says.page) {
				t.Errorf("the page does not say %q", says.page)
			}
			for account, state := range map[string]string{"default": "healthy", "work": "expired", "zoo": "healthy"} { // what alerts go by
				if metric(t, d, "geminid_cookie_state", fmt.Sprintf("account=%q", account), fmt.Sprintf("state=%q", state)) != 1 {
					t.Errorf("the metric does not say that %s is %s", account, state)
				}
			}
			harness.Eventually(t, 10*time.Second, "the owner is told of work, and that others serve", func() bool {
				n := told.last("session_expired", "work")
				return n != nil && n.Urgency != "critical" && strings.Contains(n.Text, says.others)
			})

			h.sim.Revoke(t, zoo)
			h.sim.Revoke(t, h.session)
			h.doubt(t, d, "zoo", "default")
			h.awaitStates(t, d, clock, map[string]int{"expired": 3})
			harness.Eventually(t, 10*time.Second, "the owner is told that nothing serves", func() bool {
				for _, account := range []string{"zoo", "default"} {
					if n := told.last("session_expired", account); n != nil && n.Urgency == "critical" && strings.Contains(n.Text, says.alone) {
						return true
					}
				}
				return false
			})
		})
	}
}

// doubt has sessions checked, as the next probe or question would.
func (h *house) doubt(t *testing.T, d *harness.Daemon, accounts ...string) {
	t.Helper()
	for _, account := range accounts {
		if reply := d.Do(t, http.MethodPost, "/api/accounts/"+account+"/probe", ""); reply.Status != http.StatusOK {
			t.Fatalf("a probe of %s answers %d %s", account, reply.Status, reply.Body)
		}
	}
}

// awaitStates waits until /health counts the accounts so, and meanwhile asks questions
// that must not fail as long as one of them serves.
func (h *house) awaitStates(t *testing.T, d *harness.Daemon, clock *swiftClock, want map[string]int) {
	t.Helper()
	harness.Eventually(t, 90*time.Second, fmt.Sprintf("/health counts %v", want), func() bool {
		if want["healthy"] > 0 {
			ask(t, d)
		}
		var health struct {
			Status string
			States map[string]int
		}
		reply := d.Do(t, http.MethodGet, "/health", "", "Authorization: ")
		reply.JSON(t, &health)
		if !maps.Equal(health.States, want) {
			clock.leap(t, d) // to the answer that confirms it
			return false
		}
		if serves := want["healthy"] > 0; serves != (reply.Status == http.StatusOK) || serves != (health.Status == "valid") {
			t.Fatalf("/health answers %d %s", reply.Status, reply.Body)
		}
		return true
	})
}
