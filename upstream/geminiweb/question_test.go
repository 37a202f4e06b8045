package geminiweb_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

// listener passes calls on and keeps the last question as it went out.
type listener struct {
	next http.RoundTripper

	mu       sync.Mutex
	question []any // the inner array
	model    []any // the model header
}

func (l *listener) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/StreamGenerate") {
		if err := l.keep(r); err != nil {
			return nil, err
		}
	}
	return l.next.RoundTrip(r)
}

func (l *listener) keep(r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	var outer []any
	if err := json.Unmarshal([]byte(form.Get("f.req")), &outer); err != nil {
		return err
	}
	l.question, l.model = nil, nil
	if err := json.Unmarshal([]byte(outer[1].(string)), &l.question); err != nil {
		return err
	}
	return json.Unmarshal([]byte(r.Header.Get("X-Goog-Ext-525001261-Jspb")), &l.model)
}

// at returns an element as JSON shows it, "absent" if the array is shorter.
func at(list []any, place int) string {
	if place >= len(list) {
		return "absent"
	}
	text, _ := json.Marshal(list[place])
	return string(text)
}

// newListener is a world whose questions are kept.
func newListener(t *testing.T, session simulator.SessionConfig, cfg geminiweb.Config) (*world, *listener) {
	t.Helper()
	sim := simulator.New(simulator.Config{Seed: 1, PageBytes: 4 << 10})
	l := &listener{next: sim}
	cfg.Transport = l
	w := newWorld(t, simulator.SessionConfig{}, cfg)
	session.Name = "owner"
	w.sim, w.set = sim, setOf(sim.AddSession(session))
	w.client.Probe(t.Context(), w.set)
	w.calls()
	return w, l
}

// TestThinking: how long to think stands in the header, which decides, and in the
// question, as the app sends it. A client that does not care leaves both as they were.
func TestThinking(t *testing.T) {
	t.Parallel()
	tests := []struct {
		thinking            chat.Thinking
		model               string
		header, number, lvl string
	}{
		{chat.ThinkingUnset, "gemini-2.5-flash", "null", "absent", "absent"},
		{chat.ThinkingStandard, "gemini-2.5-flash", "1", "1", "1"},
		{chat.ThinkingExtended, "gemini-2.5-flash", "2", "1", "2"},
		{chat.ThinkingExtended, "gemini-2.5-pro", "2", "3", "2"},
	}
	for _, tt := range tests {
		t.Run(tt.model+" "+tt.thinking.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, l := newListener(t, simulator.SessionConfig{}, geminiweb.Config{})
				req := newRequest(tt.model, "hi")
				req.Thinking = tt.thinking
				if _, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, req)); err != nil {
					t.Fatal(err)
				}
				if got := at(l.model, 15); got != tt.header {
					t.Errorf("header[15] is %s, want %s", got, tt.header)
				}
				if number, level := at(l.question, 79), at(l.question, 80); number != tt.number || level != tt.lvl {
					t.Errorf("question[79] and [80] are %s and %s, want %s and %s", number, level, tt.number, tt.lvl)
				}
			})
		})
	}
}
