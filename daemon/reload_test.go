package daemon_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/daemon/config"
	"github.com/geminid/geminid/gateway/auth"
	"github.com/geminid/geminid/upstream/simulator"
)

// configured is a house that reads its settings from a file.
func configured(t *testing.T, lines string) (h *house, file string) {
	t.Helper()
	h = newHouse(t, t.TempDir(), simulator.SessionConfig{Name: "one"})
	file = filepath.Join(h.dir, "geminid.yaml")
	base := h.config.Settings
	read := func() (config.Settings, error) {
		return config.Load(config.Sources{File: file, Flags: map[string]any{
			"inbox_dir": base.InboxDir, "state_dir": base.StateDir, "socket": base.Socket, "watch": base.Watch, "fsync": base.Fsync,
		}})
	}
	put(t, file, lines)
	var err error
	if h.config.Settings, err = read(); err != nil {
		t.Fatal(err)
	}
	h.config.Reload = read
	h.start()
	t.Cleanup(h.stop)
	return h, file
}

func put(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// post asks for a reload as the command does.
func (h *house) post() (int, string) {
	recorder := httptest.NewRecorder()
	h.daemon.Control().ServeHTTP(recorder, httptest.NewRequestWithContext(h.t.Context(), http.MethodPost, "/api/reload", nil))
	return recorder.Code, recorder.Body.String()
}

func TestReloadTellsWhatChanged(t *testing.T) {
	h, file := configured(t, "requests_per_hour: 2\nmodel_interval: 0s\n")
	for range 2 {
		if code, _ := h.ask("hello"); code != http.StatusOK {
			t.Fatalf("got %d before the limit", code)
		}
	}
	put(t, file, "requests_per_hour: 3\nmodel_interval: 0s\nlisten: 127.0.0.1:1\nlog_level: warn\n")
	code, body := h.post()
	var got struct {
		Changed []string
		Restart []string `json:"restart_needed"`
	}
	if err := json.Unmarshal([]byte(body), &got); code != http.StatusOK || err != nil {
		t.Fatalf("%d %s", code, body)
	}
	if fmt.Sprint(got.Changed) != "[requests_per_hour log_level]" || fmt.Sprint(got.Restart) != "[listen]" {
		t.Errorf("changed %v, restart %v", got.Changed, got.Restart)
	}
	// Two were counted before the reload: one is left of three.
	if code, _ := h.ask("third"); code != http.StatusOK {
		t.Errorf("the third answers %d under the new limit", code)
	}
	if code, _ := h.ask("fourth"); code != http.StatusTooManyRequests {
		t.Errorf("the fourth answers %d: the reload forgot what it had counted", code)
	}
	if _, body := h.post(); body != `{"changed":[],"restart_needed":["listen"]}`+"\n" {
		t.Errorf("reading the same again says %s", body)
	}
}

// TestReloadReadsKeys: a broken file of keys is no success, and new ones are named.
func TestReloadReadsKeys(t *testing.T) {
	h, _ := configured(t, "requests_per_hour: 0\nmodel_interval: 0s\n")
	keys := filepath.Join(h.dir, "state", "keys")
	digest := strings.Repeat("0", 64)
	for _, step := range []struct {
		content string
		code    int
		says    string
	}{
		{"me:api:" + digest + "\n", http.StatusOK, `"changed":["keys"]`},
		{"me:api:" + digest + "\ngarbage\n", http.StatusBadRequest, "keys line 2: want name:api:"},
		{"me:api:" + digest + "\n", http.StatusOK, `"changed":[]`},
		{"me:admin:" + digest + "\n", http.StatusOK, `"changed":["keys"]`},
	} {
		put(t, keys, step.content)
		if code, body := h.post(); code != step.code || !strings.Contains(body, step.says) {
			t.Errorf("with %q: %d %s", step.content, code, body)
		}
	}
}

// TestLogLevelFollows: the level changes while the daemon runs.
func TestLogLevelFollows(t *testing.T) {
	h := newHouse(t, t.TempDir(), simulator.SessionConfig{Name: "one"})
	level := new(slog.LevelVar)
	h.config.Level, h.config.Logger = level, slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: level}))
	word := "info"
	h.config.Reload = func() (config.Settings, error) {
		s := h.config.Settings
		s.LogLevel = word
		return s, nil
	}
	h.start()
	defer h.stop()
	lines := func() int { return strings.Count(h.log.String(), "msg=request") }
	for _, step := range []struct {
		level string
		more  int // lines that a question and a look at the health add
	}{{"info", 1}, {"warn", 0}, {"debug", 2}, {"error", 0}, {"info", 1}} {
		word = step.level
		if code, body := h.post(); code != http.StatusOK {
			t.Fatalf("%d %s", code, body)
		}
		before := lines()
		h.ask("hello")
		h.send(http.MethodGet, "/health", "")
		if got := lines() - before; got != step.more {
			t.Errorf("at %s: %d lines, want %d", step.level, got, step.more)
		}
	}
}

func TestBrokenReloadChangesNothing(t *testing.T) {
	tests := []struct{ name, content, says string }{
		{"unknown key", "model_interval: 0s\nrequests_per_day: 3\n", "geminid.yaml:2: requests_per_day: no such key"},
		{"wrong type", "requests_per_hour: many\n", "geminid.yaml:1: requests_per_hour: cannot be read as a number"},
		{"wrong word", "log_level: loud\n", `geminid.yaml:1: log_level: "loud" is not one of debug, info, warn, error`},
		{"not YAML", "requests_per_hour: 1\n  log_level: [\n", "geminid.yaml:2: this is no YAML: "},
	}
	h, file := configured(t, "requests_per_hour: 0\nmodel_interval: 0s\n")
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			put(t, file, test.content)
			code, body := h.post()
			var failure struct{ Error struct{ Message string } }
			if err := json.Unmarshal([]byte(body), &failure); err != nil || code != http.StatusBadRequest {
				t.Fatalf("%d %s", code, body)
			}
			if !strings.Contains(failure.Error.Message, test.says) {
				t.Errorf("got %q, want in it %q", failure.Error.Message, test.says)
			}
			if _, page := h.send(http.MethodGet, "/metrics", ""); !strings.Contains(page, "config_last_reload_successful 0") {
				t.Error("the metrics do not tell of the failure")
			}
			if code, _ := h.ask("hello"); code != http.StatusOK {
				t.Errorf("requests answer %d after a broken reload", code)
			}
		})
	}
	put(t, file, "requests_per_hour: 0\nmodel_interval: 0s\n")
	h.post()
	if _, page := h.send(http.MethodGet, "/metrics", ""); !strings.Contains(page, "config_last_reload_successful 1") {
		t.Error("the metrics do not tell of the recovery")
	}
}

// A storm of reloads, drops and requests: no race, and the last valid
// configuration is the one in force.
func TestReloadStorm(t *testing.T) {
	h, file := configured(t, "requests_per_hour: 0\nmodel_interval: 0s\n")
	end := time.Now().Add(2 * time.Second)
	var crowd sync.WaitGroup
	storm := func(act func(n int)) {
		crowd.Go(func() {
			for n := 0; time.Now().Before(end); n++ {
				act(n)
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
	replace := func(content string) { // as editors do, so that no reader sees half a file
		put(t, file+".new", content)
		if err := os.Rename(file+".new", file); err != nil {
			t.Error(err)
		}
	}
	storm(func(int) { h.post() })
	storm(func(int) { h.post() })
	storm(func(n int) {
		replace([]string{"requests_per_hour: 0\nmodel_interval: 0s\n", "requests_per_hour: -1\n", "model_interval: 0s\nrequests_per_hour: 0\nmask_clients: true\n"}[n%3])
	})
	storm(func(n int) { h.drop("cookies.txt", netscapeFile(h.session)+strings.Repeat("#\n", n%5)) })
	storm(func(int) {
		if code, body := h.ask("hello"); code != http.StatusOK {
			t.Errorf("a request answers %d %s", code, body)
		}
	})
	crowd.Wait()
	replace("requests_per_hour: 1\nmodel_interval: 0s\n")
	h.post()
	h.ask("the one that is allowed")
	if code, _ := h.ask("one too many"); code != http.StatusTooManyRequests {
		t.Errorf("got %d: the last configuration is not in force", code)
	}
}

// TestReloadsKeepCounts: hundreds of reloads while clients use up their hour neither give
// nor take a single request of it.
func TestReloadsKeepCounts(t *testing.T) {
	const hour, crowd, each = 200, 8, 40
	h, _ := configured(t, fmt.Sprintf("requests_per_hour: %d\nmodel_interval: 0s\n", hour))
	var answered, limited atomic.Int32
	var clients sync.WaitGroup
	for range crowd {
		clients.Go(func() {
			for range each {
				switch code, body := h.ask("hello"); code {
				case http.StatusOK:
					answered.Add(1)
				case http.StatusTooManyRequests:
					limited.Add(1)
				default:
					t.Errorf("a request answers %d %s", code, body)
				}
				h.daemon.Hangup()
			}
		})
	}
	clients.Wait()
	if answered.Load() != hour || limited.Load() != crowd*each-hour {
		t.Errorf("%d were answered and %d were too many, want %d and %d", answered.Load(), limited.Load(), hour, crowd*each-hour)
	}
}

// TestReloadOfPipes: a reload reads files that nobody writes to, such as pipes in their
// place. It waits for none, says so, and the server goes on with what it has.
func TestReloadOfPipes(t *testing.T) {
	for _, name := range []string{"geminid.yaml", "keys"} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, t.TempDir(), simulator.SessionConfig{Name: "one"})
			path := filepath.Join(h.dir, name)
			put(t, filepath.Join(h.dir, "geminid.yaml"), "inbox_dir: "+h.config.Settings.InboxDir+"\n")
			put(t, filepath.Join(h.dir, "keys"), "me:api:"+fmt.Sprintf("%x", auth.DigestOf("sk-me"))+"\n")
			h.config.Settings.KeysFile, h.key = filepath.Join(h.dir, "keys"), "sk-me"
			h.config.Reload = func() (config.Settings, error) {
				return config.Load(config.Sources{File: filepath.Join(h.dir, "geminid.yaml"), Environ: []string{"HOME=" + h.dir}})
			}
			h.start()
			defer h.stop()
			if err := errors.Join(os.Remove(path), syscall.Mkfifo(path, 0o600)); err != nil {
				t.Fatal(err)
			}
			if _, err := h.daemon.Reload(); err == nil || !strings.Contains(err.Error(), path) {
				t.Errorf("a reload says %v", err)
			}
			h.daemon.Tick(t.Context())
			if status, answer := h.ask("hello"); status != http.StatusOK {
				t.Errorf("status %d: %s", status, answer)
			}
		})
	}
}
