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
	sim := simulator.New(simulator.Config{Seed: 1, PageBytes: 4 << 10, Plain: true})
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

// TestTools: what a client asks for by model or modality is asked for by number, and
// never in a temporary chat, where pictures are refused and videos get lost.
func TestTools(t *testing.T) {
	t.Parallel()
	tests := []struct {
		model           string
		tool            chat.Tool
		number, private string
		files           string
	}{
		{"gemini-2.5-flash", chat.NoTool, "null", "1", ""},
		{"gemini-2.5-flash-image", chat.NoTool, "14", "null", "image/"},
		{"gemini-2.5-flash", chat.PictureTool, "14", "null", "image/"},
		{"gemini-2.5-flash", chat.VideoTool, "11", "null", "video/"},
		{"gemini-video", chat.NoTool, "11", "null", "video/"},
		{"gemini-music", chat.NoTool, "21", "null", "audio/"},
		{"gemini-canvas", chat.NoTool, "2", "null", ""},
		{"gemini-2.5-flash-image", chat.VideoTool, "14", "null", "image/"}, // the model says it best
	}
	for _, tt := range tests {
		t.Run(tt.model+" "+tt.number, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w, l := newListener(t, simulator.SessionConfig{}, geminiweb.Config{})
				req := newRequest(tt.model, "a kite")
				req.Tool = tt.tool
				answer, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, req))
				if err != nil {
					t.Fatal(err)
				}
				if tool, private := at(l.question, 49), at(l.question, 45); tool != tt.number || private != tt.private {
					t.Errorf("question[49] and [45] are %s and %s, want %s and %s", tool, private, tt.number, tt.private)
				}
				if tt.files == "" && len(answer.Media) > 0 || tt.files != "" && (len(answer.Media) == 0 || !strings.HasPrefix(answer.Media[0].MIME, tt.files)) {
					t.Errorf("%d files, want %s", len(answer.Media), tt.files)
				}
			})
		})
	}
}
