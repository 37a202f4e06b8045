package monitoring_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// stack is a Prometheus and an Alertmanager that watch one daemon with the
// project's own rules and examples, only in seconds instead of minutes.
type stack struct {
	prometheus string // base URL
	mail       *mailbox
}

// hurry shortens what the examples say in minutes. What the rules look back on
// stays as it is.
var hurry = strings.NewReplacer(
	"scrape_interval: 30s", "scrape_interval: 1s", "evaluation_interval: 30s", "evaluation_interval: 1s",
	"interval: 5m", "interval: 1s", "group_wait: 30s", "group_wait: 1s", "group_interval: 5m", "group_interval: 1s",
	"for: 0m", "for: 0s", "for: 1m", "for: 4s", "for: 2m", "for: 4s", "for: 5m", "for: 4s", "for: 10m", "for: 4s",
	"for: 15m", "for: 4s", "for: 30m", "for: 4s", "for: 1h", "for: 4s",
)

// watch starts both on loopback for a daemon that listens at addr.
func watch(t *testing.T, addr string) *stack {
	t.Helper()
	dir := t.TempDir()
	s := &stack{mail: openMailbox(t)}
	alertmanager, prometheus := harness.FreeAddr(t), harness.FreeAddr(t)
	adapt(t, dir, "alertmanager.yml", "http://127.0.0.1:9095/geminid", s.mail.url)
	adapt(t, dir, "geminid.rules.yml")
	adapt(t, dir, "scrape.yml", "127.0.0.1:9093", alertmanager, "127.0.0.1:8100", addr)
	start(t, "http://"+alertmanager+"/-/ready", tool(t, "prometheus-alertmanager"),
		"--config.file="+filepath.Join(dir, "alertmanager.yml"), "--storage.path="+filepath.Join(dir, "alerts"),
		"--web.listen-address="+alertmanager, "--cluster.listen-address=")
	start(t, "http://"+prometheus+"/-/ready", tool(t, "prometheus"),
		"--config.file="+filepath.Join(dir, "scrape.yml"), "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--storage.tsdb.retention.time=35d", "--web.listen-address="+prometheus)
	s.prometheus = "http://" + prometheus
	return s
}

// adapt copies one of the project's files, hurried, with pairs of texts replaced.
func adapt(t *testing.T, dir, name string, pairs ...string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(harness.Root(), "prometheus", name))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(string(content), pairs[i]) {
			t.Fatalf("%s does not name %s any more", name, pairs[i])
		}
	}
	text := strings.NewReplacer(pairs...).Replace(hurry.Replace(string(content)))
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// start runs a server until the test ends and waits until it is ready.
func start(t *testing.T, ready, path string, args ...string) {
	t.Helper()
	cmd := exec.Command(path, args...)
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatalf("starting %s: %v", path, err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
		if t.Failed() {
			t.Logf("%s said:\n%s", path, said.String())
		}
	})
	harness.Eventually(t, 30*time.Second, path+" is ready", func() bool {
		response, err := http.Get(ready)
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
}

// series is one series of an answer: its labels, and its points as pairs of a
// time and a number in text.
type series struct {
	Metric map[string]string `json:"metric"`
	Values [][2]any          `json:"values"`
}

// over asks for the values of an expression between two times.
func (s *stack) over(expr string, from, to time.Time, step time.Duration) ([]series, error) {
	var result []series
	err := s.ask("/api/v1/query_range", url.Values{
		"query": {expr}, "start": {stamp(from)}, "end": {stamp(to)}, "step": {fmt.Sprint(step.Seconds())},
	}, &struct{ Result *[]series }{&result})
	return result, err
}

func stamp(t time.Time) string { return fmt.Sprintf("%.3f", float64(t.UnixMilli())/1000) }

// ask puts a question to the HTTP API of Prometheus.
func (s *stack) ask(path string, form url.Values, into any) error {
	response, err := http.Get(s.prometheus + path + "?" + form.Encode())
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct {
		Status, Error string
		Data          json.RawMessage
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if answer.Status != "success" {
		return fmt.Errorf("%s: %s", answer.Status, answer.Error)
	}
	return json.Unmarshal(answer.Data, into)
}

// scraped waits until Prometheus has seen something.
func (s *scene) scraped(expr string) {
	s.t.Helper()
	patiently(s.t, 60*time.Second, "Prometheus finds "+expr, func() bool {
		found, err := s.stack.over(expr, time.Now(), time.Now(), time.Second)
		return err == nil && numbers(found) > 0
	})
}

// alertState is how an alert stands: "", pending or firing.
func (s *stack) alertState(t *testing.T, name string) string {
	t.Helper()
	var data struct {
		Alerts []struct {
			Labels map[string]string
			State  string
		}
	}
	if err := s.ask("/api/v1/alerts", nil, &data); err != nil {
		t.Fatal(err)
	}
	for _, a := range data.Alerts {
		if a.Labels["alertname"] == name {
			return a.State
		}
	}
	return ""
}

func (s *stack) awaitAlert(t *testing.T, name, state string) {
	t.Helper()
	harness.Eventually(t, 60*time.Second, fmt.Sprintf("%s is %q", name, state), func() bool {
		return s.alertState(t, name) == state
	})
}

// mailbox is the webhook that Alertmanager tells.
type mailbox struct {
	url string

	mu      sync.Mutex
	letters []string
}

// letter is what Alertmanager sends.
type letter struct {
	Status string
	Alerts []struct {
		Status              string
		Labels, Annotations map[string]string
	}
}

func openMailbox(t *testing.T) *mailbox {
	t.Helper()
	m := new(mailbox)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // half a letter is none
		m.mu.Lock()
		defer m.mu.Unlock()
		m.letters = append(m.letters, string(body))
	}))
	t.Cleanup(server.Close)
	if host, _, err := net.SplitHostPort(server.Listener.Addr().String()); err != nil || host != "127.0.0.1" {
		t.Fatalf("the receiver listens on %s", server.Listener.Addr())
	}
	m.url = server.URL + "/geminid"
	return m
}

// all is every letter that came, as it came.
func (m *mailbox) all() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return strings.Join(m.letters, "\n")
}

// await waits for a letter that tells of the alert in the status.
func (m *mailbox) await(t *testing.T, alert, status string) (annotations map[string]string) {
	t.Helper()
	harness.Eventually(t, 60*time.Second, "a letter: "+alert+" "+status, func() bool {
		m.mu.Lock()
		defer m.mu.Unlock()
		for _, raw := range m.letters {
			var l letter
			if err := json.Unmarshal([]byte(raw), &l); err != nil {
				t.Fatalf("an unreadable letter: %v", err)
			}
			for _, a := range l.Alerts {
				if a.Labels["alertname"] == alert && a.Status == status {
					annotations = a.Annotations
					return true
				}
			}
		}
		return false
	})
	return annotations
}
