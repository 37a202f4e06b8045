package faults_test

import (
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

// words are those by which a person knows a reason.
var words = map[string]struct {
	cause            string            // in the log, the commands and the errors of clients
	onPage, inNotice map[string]string // by language
}{
	"refused": {"the connection is refused",
		map[string]string{"en": "The connection is refused.", "zh": "连接被拒绝。"},
		map[string]string{"en": "the connection is refused", "zh": "连接被拒绝"}},
	"dns": {"its name is not found",
		map[string]string{"en": "Google's name is not found (DNS).", "zh": "找不到 Google 的域名（DNS）。"},
		map[string]string{"en": "its name is not found", "zh": "找不到域名（DNS）"}},
	"proxy": {"the proxy does not connect",
		map[string]string{"en": "The proxy does not connect.", "zh": "代理无法连接。"},
		map[string]string{"en": "the proxy does not connect", "zh": "代理无法连接"}},
	"tls": {"its certificate is not accepted",
		map[string]string{"en": "Google's certificate is not accepted (TLS).", "zh": "Google 的证书不被信任（TLS）。"},
		map[string]string{"en": "its certificate is not accepted", "zh": "证书不被信任（TLS）"}},
	"portal": {"a portal of this network answers in its place",
		map[string]string{"en": "A portal of this network answers in Google's place.", "zh": "当前网络的登录门户代替 Google 作了应答。"},
		map[string]string{"en": "a portal of this network answers in its place", "zh": "当前网络的登录门户代替 Google 作了应答"}},
	"timeout": {"no connection within the time limit",
		map[string]string{"en": "No connection within the time limit.", "zh": "连接超时。"},
		map[string]string{"en": "no connection within the time limit", "zh": "连接超时"}},
}

// headlines are the state on the page, by language.
var headlines = map[string]string{"en": "This server cannot reach Google.", "zh": "本服务器无法连接 Google。"}

// headlineOfReport is the next risk, by language.
var headlineOfReport = map[string]string{"en": "This server cannot reach Google, and no question is answered", "zh": "本服务器无法连接 Google，所有提问都得不到回答"}

// silentPlace returns the first place at which a person looks that does not name the
// reason, empty if all do.
func (s *outageStory) silentPlace(t *testing.T) string {
	t.Helper()
	for _, place := range []struct {
		name  string
		tells func() bool
	}{
		{"/health", func() bool { return s.probeTells(t, "/health") }},
		{"/readyz", func() bool { return s.probeTells(t, "/readyz") }},
		{"the status API", func() bool { return s.statusTells(t) }},
		{"the metric", func() bool {
			return metric(t, s.d, "geminid_upstream_unreachable", fmt.Sprintf("fault=%q", s.fault)) == 1 && metric(t, s.d, "geminid_upstream_unreachable") == 1
		}},
		{"the log", func() bool { return strings.Contains(s.d.Output(), "to=unreachable") && s.logTells() }},
		{"the English page", func() bool { return s.pageTells(t, "en") }},
		{"the Chinese page", func() bool { return s.pageTells(t, "zh") }},
		{"the notice", func() bool { return s.notices.tell("upstream_unreachable", words[s.fault].inNotice[s.language]) }},
		{"geminid cookies status", func() bool {
			stdout, _, _ := s.command(t, "cookies", "status")
			_, _, code := s.command(t, "cookies", "status", "-q")
			return strings.HasPrefix(stdout, "UNREACHABLE\n") && strings.Contains(stdout, words[s.fault].cause) && strings.Contains(stdout, "signed in when last asked") && code == 1
		}},
		{"the next risk of geminid report", func() bool {
			stdout, _, _ := s.command(t, "report", "--lang", s.language)
			return strings.Contains(stdout, headlineOfReport[s.language])
		}},
	} {
		if !place.tells() {
			return place.name
		}
	}
	return ""
}

// probeTells asks as monitors and load balancers do, without a key.
func (s *outageStory) probeTells(t *testing.T, path string) bool {
	t.Helper()
	var body struct{ Status, Fault string }
	reply := s.d.Do(t, http.MethodGet, path, "", "Authorization: ")
	reply.JSON(t, &body)
	return reply.Status == http.StatusServiceUnavailable && body.Status == "unreachable" && body.Fault == s.fault
}

func (s *outageStory) statusTells(t *testing.T) bool {
	t.Helper()
	var status struct {
		Status, Remedy string
		Accounts       []struct {
			State, Fault, Evidence string
			Serving                bool
		}
	}
	s.d.Do(t, http.MethodGet, "/api/cookies/status", "").JSON(t, &status)
	if len(status.Accounts) != 1 {
		return false
	}
	a := status.Accounts[0]
	return status.Status == "unreachable" && status.Remedy != "" && a.State == "unreachable" && a.Fault == s.fault &&
		strings.Contains(a.Evidence, words[s.fault].cause) && !a.Serving
}

// logTells reports whether a warning names the reason.
func (s *outageStory) logTells() bool {
	for line := range strings.Lines(s.d.Output()) {
		if strings.Contains(line, "level=WARN") && strings.Contains(line, "to=unreachable") && strings.Contains(line, words[s.fault].cause) {
			return true
		}
	}
	return false
}

func (s *outageStory) pageTells(t *testing.T, language string) bool {
	t.Helper()
	sentence := s.pageSentence(t, language)
	return strings.HasPrefix(sentence, headlines[language]) && strings.HasSuffix(sentence, " "+words[s.fault].onPage[language])
}

// pageSentence returns what the status page says to everybody about the session.
func (s *outageStory) pageSentence(t *testing.T, language string) string {
	t.Helper()
	page := s.d.Do(t, http.MethodGet, "/", "", "Authorization: ", "Accept-Language: "+language).Body
	_, rest, _ := strings.Cut(page, `<p id="sentence">`)
	sentence, _, found := strings.Cut(rest, "</p>")
	if !found {
		t.Fatal("the page has no sentence about the session")
	}
	return html.UnescapeString(sentence)
}

// isHealed reports whether every place tells that all is well again.
func (s *outageStory) isHealed(t *testing.T) bool {
	t.Helper()
	for _, path := range []string{"/health", "/readyz"} {
		if s.d.Do(t, http.MethodGet, path, "", "Authorization: ").Status != http.StatusOK {
			return false
		}
	}
	stdout, _, code := s.command(t, "cookies", "status")
	return only(t, s.d).State == "healthy" && metric(t, s.d, "geminid_upstream_unreachable") == 0 && s.notices.tell("upstream_reachable", "") &&
		code == 0 && strings.HasPrefix(stdout, "VALID\n") && s.pageSentence(t, "en") == "The session is signed in and serving."
}

// notices is the receiver of an owner's webhook.
type notices struct {
	mu  sync.Mutex
	all []notice
}

type notice struct{ Event, Account, Urgency, Title, Text string }

// ServeHTTP implements http.Handler.
func (n *notices) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	content, err := io.ReadAll(r.Body)
	var m notice
	if err != nil || json.Unmarshal(content, &m) != nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, m)
}

// tell reports whether the last notice about the way to Google is of this kind and
// says this.
func (n *notices) tell(event, text string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, m := range slices.Backward(n.all) {
		if strings.HasPrefix(m.Event, "upstream_") {
			return m.Event == event && strings.Contains(m.Text, text)
		}
	}
	return false
}

// last returns the last notice of a kind about an account, nil if there is none.
func (n *notices) last(event, account string) *notice {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, m := range slices.Backward(n.all) {
		if m.Event == event && m.Account == account {
			return &m
		}
	}
	return nil
}
