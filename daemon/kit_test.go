package daemon_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/geminid/geminid/daemon"
	"github.com/geminid/geminid/daemon/config"
	"github.com/geminid/geminid/upstream/simulator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house is a daemon without listeners on a simulator in memory.
type house struct {
	t       *testing.T
	dir     string
	sim     *simulator.Simulator
	session simulator.Credentials
	config  daemon.Config
	daemon  *daemon.Daemon
	log     *journal
	key     string // sent with requests, empty for none
}

// newHouse prepares a daemon whose inbox holds one good file.
func newHouse(t *testing.T, dir string, session simulator.SessionConfig) *house {
	h := &house{t: t, dir: dir, log: &journal{}}
	h.sim = simulator.New(simulator.Config{Seed: 1, PageBytes: 4 << 10})
	if session.Account == "" {
		session.Account = "1" // the owner's, as all renewals are
	}
	h.session = h.sim.AddSession(session)
	s := config.Defaults(func(string) string { return "" })
	s.InboxDir, s.StateDir, s.Socket = filepath.Join(dir, "inbox"), filepath.Join(dir, "state"), filepath.Join(dir, "sock")
	s.Listen, s.Watch, s.Fsync = "127.0.0.1:0", "poll", false
	s.RequestsPerHour, s.ModelInterval = 0, 0
	h.config = daemon.Config{Settings: s, Transport: h.sim, Detached: true, Seed: 1,
		Logger: slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	h.drop("cookies.txt", netscapeFile(h.session))
	t.Cleanup(h.abandon)
	return h
}

// abandon stops a daemon that a failed test left: in a bubble it would end the
// test binary.
func (h *house) abandon() {
	if h.t.Failed() && h.daemon != nil {
		_ = h.daemon.Stop(context.Background())
	}
}

// start starts the daemon and waits until it has a session to serve with.
func (h *house) start() {
	h.t.Helper()
	d := h.launch()
	for deadline := time.Now().Add(10 * time.Second); !d.Supervisor().Ready(); {
		if time.Now().After(deadline) {
			h.t.Fatalf("not ready; the log says:\n%s", h.log)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// launch starts the daemon.
func (h *house) launch() *daemon.Daemon {
	h.t.Helper()
	d, err := daemon.New(h.config)
	if err != nil {
		h.t.Fatal(err)
	}
	h.daemon = d
	if err := d.Start(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	return d
}

func (h *house) stop() {
	h.t.Helper()
	if err := h.daemon.Stop(context.Background()); err != nil {
		h.t.Error(err)
	}
}

// drop does what people do: it copies over what is there.
func (h *house) drop(name, content string) {
	h.t.Helper()
	inbox := filepath.Join(h.dir, "inbox")
	if err := os.MkdirAll(inbox, 0o700); err != nil {
		h.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(inbox, name), []byte(content), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) read(name string) string {
	content, _ := os.ReadFile(filepath.Join(h.dir, "inbox", name))
	return string(content)
}

// ask sends one chat request through the handler.
func (h *house) ask(prompt string) (status int, answer string) {
	body, _ := json.Marshal(map[string]any{"model": "gemini-2.5-flash", "messages": []map[string]string{{"role": "user", "content": prompt}}})
	return h.send(http.MethodPost, "/v1/chat/completions", string(body))
}

// control sends a command as the control socket does.
func (h *house) control(method, path, body string) (status int, answer string) {
	request := httptest.NewRequestWithContext(h.t.Context(), method, path, strings.NewReader(body))
	request.Host = "localhost"
	recorder := httptest.NewRecorder()
	h.daemon.Control().ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}

func (h *house) send(method, path, body string) (status int, answer string) {
	request := httptest.NewRequestWithContext(h.t.Context(), method, path, strings.NewReader(body))
	request.Host, request.RemoteAddr = "127.0.0.1:8100", "127.0.0.1:50000"
	request.Header.Set("Content-Type", "application/json")
	if h.key != "" {
		request.Header.Set("Authorization", "Bearer "+h.key)
	}
	recorder := httptest.NewRecorder()
	h.daemon.Handler().ServeHTTP(recorder, request)
	return recorder.Code, recorder.Body.String()
}

// page is the status page in a language.
func (h *house) page(language string) string {
	request := httptest.NewRequestWithContext(h.t.Context(), http.MethodGet, "/", nil)
	request.Host, request.RemoteAddr = "127.0.0.1:8100", "127.0.0.1:50000"
	request.Header.Set("Accept-Language", language)
	recorder := httptest.NewRecorder()
	h.daemon.Handler().ServeHTTP(recorder, request)
	return recorder.Body.String()
}

// journal keeps the log.
type journal struct {
	mu   sync.Mutex
	text strings.Builder
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}
