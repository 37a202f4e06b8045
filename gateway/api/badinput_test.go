package api_test

import (
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/gateway/api"
)

// dialectError checks that a body is an error as the dialect spells it, and
// nothing a browser would render.
func dialectError(t *testing.T, dialect string, status int, header http.Header, body []byte) {
	t.Helper()
	if got := header.Get("Content-Type"); got != "application/json" {
		t.Errorf("content type %q: %s", got, body)
	}
	if strings.Contains(strings.ToLower(string(body)), "<html") || strings.Contains(string(body), "<!") {
		t.Errorf("HTML: %s", body)
	}
	e := fields(t, body)
	if text, _ := at(e, "error", "message").(string); text == "" {
		t.Errorf("no message: %s", body)
	}
	switch dialect {
	case "gemini":
		if at(e, "error", "code") != float64(status) {
			t.Errorf("code is not the status %d: %s", status, body)
		}
		if s, _ := at(e, "error", "status").(string); s == "" || strings.ToUpper(s) != s {
			t.Errorf("no status word: %s", body)
		}
	case "openai":
		if code, _ := at(e, "error", "code").(string); code == "" {
			t.Errorf("no code: %s", body)
		}
		if kind, _ := at(e, "error", "type").(string); kind == "" {
			t.Errorf("no type: %s", body)
		}
		if _, ok := e["error"].(map[string]any)["param"]; !ok {
			t.Errorf("no param: %s", body)
		}
	}
}

func TestBadInput(t *testing.T) {
	const (
		o   = "/v1/chat/completions"
		gen = "/v1beta/models/" + flash + ":generateContent"
		str = "/gemini/v1/models/" + flash + ":streamGenerateContent?alt=sse"
	)
	google := map[string]string{"X-Goog-Api-Key": apiKey}
	hi := `"messages":[{"role":"user","content":"hi"}]`
	tests := []struct {
		name, dialect string
		call          call
		want          int
	}{
		{"wrong key", "openai", call{path: o, key: "nope", body: "{}"}, 401},
		{"wrong key", "gemini", call{path: gen, key: "nope", body: "{}"}, 401},
		{"no key", "openai", call{path: "/v1/models"}, 401},
		{"no key", "gemini", call{path: "/v1beta/models"}, 401},
		{"unknown model", "openai", call{path: o, body: `{"model":"gpt-9",` + hi + `}`}, 404},
		{"unknown model", "gemini", call{path: "/v1beta/models/gpt-9:generateContent", body: `{"contents":[{"parts":[{"text":"x"}]}]}`}, 404},
		{"unknown model in a stream", "gemini", call{path: "/v1beta/models/gpt-9:streamGenerateContent", body: `{"contents":[{"parts":[{"text":"x"}]}]}`}, 404},
		{"no model", "openai", call{path: o, body: "{" + hi + "}"}, 400},
		{"malformed JSON", "openai", call{path: o, body: `{"model":`}, 400},
		{"malformed JSON", "gemini", call{path: gen, body: `{"contents":[`}, 400},
		{"malformed JSON for a stream", "gemini", call{path: str, body: `not json`}, 400},
		{"array", "openai", call{path: o, body: `[]`}, 400},
		{"null", "gemini", call{path: gen, body: `null`}, 400},
		{"wrong type of messages", "openai", call{path: o, body: `{"model":"` + flash + `","messages":"hi"}`}, 400},
		{"wrong type of content", "openai", call{path: o, body: `{"model":"` + flash + `","messages":[{"role":"user","content":7}]}`}, 400},
		{"wrong type of contents", "gemini", call{path: gen, body: `{"contents":7}`}, 400},
		{"empty messages", "openai", call{path: o, body: `{"model":"` + flash + `","messages":[]}`}, 400},
		{"empty contents", "gemini", call{path: gen, body: `{"contents":[]}`}, 400},
		{"empty parts", "gemini", call{path: gen, body: `{"contents":[{"parts":[]}]}`}, 400},
		{"blank question", "openai", call{path: o, body: `{"model":"` + flash + `","messages":[{"role":"user","content":"   "}]}`}, 400},
		{"blank question", "gemini", call{path: str, body: `{"contents":[{"parts":[{"text":" \n"}]}]}`}, 400},
		{"bad role", "openai", call{path: o, body: `{"model":"` + flash + `","messages":[{"role":"king","content":"hi"}]}`}, 400},
		{"empty body", "openai", call{path: o, method: "POST"}, 400},
		{"empty body", "gemini", call{path: gen, method: "POST"}, 400},
		{"deep nesting", "openai", call{path: o, body: strings.Repeat("[", 100_000)}, 400},
		{"oversize", "openai", call{path: o, body: strings.Repeat(" ", 70_000)}, 413},
		{"oversize", "gemini", call{path: gen, body: strings.Repeat(" ", 70_000)}, 413},
		{"compressed", "openai", call{path: o, body: "x", header: map[string]string{"Content-Encoding": "gzip"}}, 415},
		{"compressed", "gemini", call{path: gen, body: "x", header: map[string]string{"Content-Encoding": "br"}}, 415},
		{"unknown path", "openai", call{path: "/v1/nothing"}, 404},
		{"unknown path", "openai", call{path: "/nothing/at/all"}, 404},
		{"unknown path", "gemini", call{path: "/gemini/v9/nothing"}, 404},
		{"unknown verb", "gemini", call{path: "/v1beta/models/" + flash + ":sing", body: "{}"}, 404},
		{"no verb", "gemini", call{path: "/v1beta/models/" + flash, body: "{}"}, 405},
		{"wrong method", "openai", call{path: o, method: "GET"}, 405},
		{"wrong method", "openai", call{path: "/v1/models", method: "DELETE"}, 405},
		{"wrong method", "openai", call{path: "/v1/models", method: "POST", body: "{}"}, 405},
		{"wrong method", "openai", call{path: "/v1/models/" + flash, body: "{}"}, 405},
		{"wrong method", "gemini", call{path: "/v1beta/models", method: "DELETE"}, 405},
		{"wrong method", "gemini", call{path: "/v1/models/" + flash, body: "{}", header: google}, 405},
		{"uploads", "gemini", call{path: "/upload/v1beta/files", body: "{}", header: google}, 404},
		{"uploads", "gemini", call{path: "/upload/v1/files", body: "{}", header: google}, 404},
		{"batches", "gemini", call{path: "/v1/batches", body: "{}", header: google}, 404},
		{"operations", "gemini", call{path: "/v1/operations/x", header: google}, 404},
		{"interactions", "gemini", call{path: "/v1/interactions", body: "{}", header: google}, 400},
		{"file search", "gemini", call{path: "/v1/fileSearchStores", body: "{}", header: google}, 404},
		{"method of its own", "openai", call{path: "/v1/models", method: "BREW"}, 405},
		{"responses", "openai", call{path: "/v1/responses", body: "{}"}, 400},
		{"responses", "openai", call{path: "/v1/responses/resp_1/nothing", body: "{}"}, 404},
		{"embeddings", "openai", call{path: "/v1/embeddings", body: "{}"}, 404},
		{"embeddings", "gemini", call{path: "/v1beta/models/x:batchEmbedContents", body: "{}"}, 404},
		{"billing", "openai", call{path: "/dashboard/billing/usage"}, 404},
		{"multipart for JSON", "openai", call{path: o, body: "--x\r\n\r\nhi\r\n--x--", header: map[string]string{"Content-Type": "multipart/form-data"}}, 400},
		{"tricky path", "openai", call{path: "/v1/../../etc/passwd"}, 404},
		{"tricky path", "gemini", call{path: "/v1beta/models/..%2f..%2fetc:generateContent", body: `{"contents":[{"parts":[{"text":"x"}]}]}`}, 404},
	}
	g := newRig(t, with(func(s *api.Settings) { s.Limits.MaxBody = 65_536 }))
	for _, tt := range tests {
		t.Run(tt.dialect+" "+tt.name, func(t *testing.T) {
			c := tt.call
			if c.key == "" && tt.want != 401 {
				c.key = apiKey
			}
			if tt.name == "deep nesting" {
				c.body = c.body[:60_000]
			}
			w := g.do(c)
			if w.Code != tt.want {
				t.Errorf("status %d, want %d: %s", w.Code, tt.want, w.Body)
			}
			dialectError(t, tt.dialect, w.Code, w.Header(), w.Body.Bytes())
			if w.Code == http.StatusMethodNotAllowed && w.Header().Get("Allow") == "" {
				t.Error("405 without Allow")
			}
		})
	}
	if g.actor.calls() != 0 {
		t.Errorf("%d of these reached the upstream", g.actor.calls())
	}
}

// A body without a length is cut where it becomes too long.
func TestOversizeWithoutLength(t *testing.T) {
	g := newRig(t, with(func(s *api.Settings) { s.Limits.MaxBody = 1000 }))
	server := g.server()
	defer http.DefaultClient.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/v1/chat/completions", io.MultiReader(strings.NewReader(strings.Repeat(" ", 5000))))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+apiKey)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", resp.StatusCode)
	}
	dialectError(t, "openai", resp.StatusCode, resp.Header, body)
}

// paced is a body that brings one byte a pause until its deadline.
type paced struct {
	pause    time.Duration
	deadline time.Time
}

func (p *paced) Read(b []byte) (int, error) {
	if wait := time.Until(p.deadline); wait < p.pause {
		time.Sleep(wait)
		return 0, os.ErrDeadlineExceeded
	}
	time.Sleep(p.pause)
	b[0] = ' '
	return 1, nil
}

func (p *paced) Close() error { return nil }

// deadlines is a writer with a connection whose reads have deadlines.
type deadlines struct {
	*discardingRecorder
	body *paced
}

type discardingRecorder struct {
	header http.Header
	status int
}

func (d *discardingRecorder) Header() http.Header         { return d.header }
func (d *discardingRecorder) Write(p []byte) (int, error) { return len(p), nil }
func (d *discardingRecorder) WriteHeader(status int)      { d.status = status }

func (d *deadlines) SetReadDeadline(at time.Time) error { d.body.deadline = at; return nil }

// A body that drips is cut after ten seconds and holds nothing longer.
func TestDrippingBodyIsCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t)
		body := &paced{pause: 3 * time.Second}
		r := g.request(generate("openai", false))
		r.Body, r.ContentLength = body, 1000
		w := &deadlines{&discardingRecorder{header: make(http.Header)}, body}
		began := time.Now()
		g.api.Handler().ServeHTTP(w, r)
		if took := time.Since(began).Round(time.Second); w.status != http.StatusBadRequest || took != 10*time.Second {
			t.Errorf("status %d after %v", w.status, took)
		}
	})
}
