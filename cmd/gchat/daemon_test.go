package main

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"

	"github.com/geminid/geminid/cmd/gchat/internal/client"
	"github.com/geminid/geminid/internal/provenance"
	"github.com/geminid/geminid/supervisor/status"
)

// pretend answers as the daemon does, as far as gchat can tell. Words in the
// last question choose what happens; every request is kept for the test.
type pretend struct {
	*httptest.Server
	key   string // "" means open
	admin string

	mu       sync.Mutex
	state    string
	requests []string // method, path, key and body, one a line
}

func newPretend(key, admin string) *pretend {
	p := &pretend{key: key, admin: admin, state: "healthy"}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/models", p.models)
	mux.HandleFunc("POST /v1/chat/completions", p.completions)
	mux.HandleFunc("POST /v1/images/generations", p.paint)
	mux.HandleFunc("POST /v1/images/edits", p.paint)
	mux.HandleFunc("GET /api/cookies/status", p.status)
	mux.HandleFunc("GET /api/cookies", p.accounts)
	mux.HandleFunc("PUT /api/accounts/{account}/cookies", p.offer)
	mux.HandleFunc("PUT /api/cookies", p.offer)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		openAIError(w, http.StatusNotFound, "unknown_url", "unknown path "+r.URL.Path)
	})
	p.Server = httptest.NewServer(p.journal(mux))
	return p
}

// journal notes each request and checks its key.
func (p *pretend) journal(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		key := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
		p.mu.Lock()
		p.requests = append(p.requests, fmt.Sprintf("%s %s key=%s %s", r.Method, r.URL.Path, key, body))
		p.mu.Unlock()
		provenance.MarkOwn(w.Header())
		if p.key != "" && key != p.key && key != p.admin {
			openAIError(w, http.StatusUnauthorized, "invalid_api_key", "the API key is missing or not known here")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (p *pretend) models(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, `{"object":"list","data":[`+
		`{"id":"gemini-2.5-flash","object":"model","created":1700000000,"owned_by":"google"},`+
		`{"id":"gemini-2.5-pro","object":"model","created":1700000000,"owned_by":"google"}]}`)
}

func (p *pretend) completions(w http.ResponseWriter, r *http.Request) {
	var req struct {
		Model    string
		Messages []struct{ Content json.RawMessage }
		Stream   bool
	}
	if json.NewDecoder(r.Body).Decode(&req) != nil || len(req.Messages) == 0 || !req.Stream {
		openAIError(w, http.StatusBadRequest, "invalid_request", "the body is not a chat request")
		return
	}
	if !strings.HasPrefix(req.Model, "gemini-") {
		openAIError(w, http.StatusNotFound, "model_not_found", "there is no model "+req.Model)
		return
	}
	question := asked(req.Messages[len(req.Messages)-1].Content)
	if fault, ok := faults[question]; ok {
		fault(w)
		return
	}
	s := newEventStream(w, req.Model)
	s.piece(`{"role":"assistant","content":""}`)
	if text, ok := strings.CutPrefix(question, "think "); ok {
		s.piece(`{"reasoning_content":"I should "}`)
		s.piece(`{"reasoning_content":"repeat it."}`)
		question = text
	}
	answer, ok := answers[question]
	if !ok {
		answer = "You said: " + question
	}
	for word := range strings.SplitAfterSeq(answer, " ") {
		s.text(word)
		fmt.Fprint(w, ": ping\n\n")
	}
	if question == "cite" {
		const page = `{"type":"url_citation","url_citation":{"start_index":0,"end_index":3,"url":"https://pages.example/a","title":"A \u001b[31mpage"}}`
		s.piece(`{"annotations":[` + page + `,` + page + `,{"type":"url_citation","url_citation":{"start_index":0,"end_index":0,"url":"https://pages.example/b","title":""}}]}`)
	}
	if question == "stall" {
		s.flush()
		select {
		case <-r.Context().Done():
		case <-time.After(30 * time.Second):
		}
		return
	}
	s.finish(map[string]string{"be long": "length", "be filtered": "content_filter"}[question])
}

// asked is a question, with its files as their types and lengths.
func asked(content json.RawMessage) (text string) {
	if json.Unmarshal(content, &text) == nil {
		return text
	}
	var parts []struct {
		Text string
		File struct {
			Name string `json:"filename"`
			Data string `json:"file_data"`
		}
	}
	if json.Unmarshal(content, &parts) != nil {
		return ""
	}
	for _, part := range parts {
		text += part.Text
		if head, body, ok := strings.Cut(part.File.Data, ";base64,"); ok {
			bytes, _ := base64.StdEncoding.DecodeString(body)
			text += fmt.Sprintf(" [%s %s %d]", strings.TrimPrefix(head, "data:"), part.File.Name, len(bytes))
		}
	}
	return text
}

// accounts answers an admin only.
func (p *pretend) accounts(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+p.admin {
		openAIError(w, http.StatusForbidden, "insufficient_permissions", "this needs the admin key")
		return
	}
	fmt.Fprint(w, `{"accounts":[]}`)
}

// paint answers with pictures: JPEGs when the prompt says so, and of a size that
// tells how many were sent.
func (p *pretend) paint(w http.ResponseWriter, r *http.Request) {
	var req client.PictureRequest
	if json.NewDecoder(r.Body).Decode(&req) != nil || (len(req.Images) > 0) != strings.HasSuffix(r.URL.Path, "edits") {
		openAIError(w, http.StatusBadRequest, "invalid_request", "the body is not an image request")
		return
	}
	if req.Prompt == "refuse" {
		openAIError(w, http.StatusBadRequest, "invalid_value", "Gemini answered without a picture")
		return
	}
	var data []map[string]any
	for range req.Count {
		img := image.NewGray(image.Rect(0, 0, 10*(len(req.Images)+1), 5))
		var b bytes.Buffer
		switch {
		case strings.Contains(req.Prompt, "jpeg"):
			_ = jpeg.Encode(&b, img, nil)
		case strings.Contains(req.Prompt, "webp"):
			b.WriteString("RIFF\x00\x00\x00\x00WEBPVP8 ")
		default:
			_ = png.Encode(&b, img)
		}
		data = append(data, map[string]any{"b64_json": b.Bytes()})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"created": 1, "data": data})
}

// generated is the moment of the pretended server.
var generated = time.Date(2025, 6, 1, 12, 0, 0, 0, time.UTC)

// status tells the admin more than others, as the daemon does.
func (p *pretend) status(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ago := func(d time.Duration) time.Time { return generated.Add(-d) }
	told := map[string]any{"state": p.state, "since": ago(3 * time.Hour), "predicted_end": ago(-2 * time.Hour),
		"last_probe": ago(2 * time.Minute), "last_rotation": ago(4 * time.Minute)}
	if r.Header.Get("Authorization") == "Bearer "+p.admin {
		for name, value := range map[string]any{"name": "default", "activity": "idle", "evidence": "status RPC 0",
			"next_action": "rotation in 5 min", "basis": "3 sessions before", "generation": 4, "quotas": []map[string]any{{"model": "all", "window": "week", "remaining": 0.42, "reset": ago(-50 * time.Hour)}}, "notes": []string{"a browser may still use this session"}} {
			told[name] = value
		}
	}
	remedy := ""
	if p.state == "expired" {
		remedy = "sign in again and bring new cookies"
	}
	word := p.state
	if word == "healthy" {
		word = "valid"
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"status": word, "remedy": remedy,
		"accounts": []any{told}, "generated_at": generated})
}

// offer takes cookies from the admin; the account's name chooses the verdict.
func (p *pretend) offer(w http.ResponseWriter, r *http.Request) {
	switch r.Header.Get("Authorization") {
	case "Bearer " + p.admin:
	case "Bearer " + p.key:
		plainError(w, http.StatusForbidden, "forbidden", "this key may not do that")
		return
	default:
		plainError(w, http.StatusNotFound, "not_found", "there is nothing at this path")
		return
	}
	code, v := http.StatusOK, status.Verdict{Account: cmp.Or(r.PathValue("account"), "default"), Result: "applied", State: "healthy",
		Since: generated, Message: "proven at the upstream and in use"}
	switch v.Account {
	case "parked":
		code, v.Result, v.Message = http.StatusAccepted, "parked", "Google cannot be reached"
	case "unproven":
		code, v.State, v.Message = http.StatusAccepted, "unreachable", "in use, but not proven yet: Google cannot be reached"
	case "bad":
		code, v.Result, v.Code = http.StatusUnprocessableEntity, "rejected", "E_PROBE_SIGNED_OUT"
		v.Message = r.URL.Query().Get("name") + " is well-formed, but Google answers as signed out from this server."
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v)
}

// plainError writes an error in the form of the daemon's own routes.
func plainError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"code": code, "message": message}})
}

// answers to some questions; the others are repeated.
var answers = map[string]string{
	"markdown": "# Title\n\nSome **bold** words and `code`.\n\n- one\n- two\n\n```go\nfunc main() {}\n```\n\nThe end.",
	"control":  "be\x1b[31mware\x1b]0;title\x07 of \u202eit",
	"stall":    "it began ",
}

// faults are the questions that are not answered.
var faults = map[string]func(http.ResponseWriter){
	"be limited": func(w http.ResponseWriter) {
		w.Header().Set("Retry-After", "95")
		openAIError(w, http.StatusTooManyRequests, "rate_limit_exceeded", "60 requests an hour are allowed for one address")
	},
	"be expired": func(w http.ResponseWriter) {
		openAIError(w, http.StatusForbidden, "cookies_expired", "the Google session has ended")
	},
	"be forbidden": func(w http.ResponseWriter) {
		openAIError(w, http.StatusForbidden, "permission_denied", "this key may not do that")
	},
	"be broken": func(w http.ResponseWriter) {
		openAIError(w, http.StatusBadGateway, "upstream_error", "gemini.google.com answered 500")
	},
	"be html": func(w http.ResponseWriter) {
		w.Header().Del(provenance.Header)
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html>hello</html>")
	},
	"be moved": func(w http.ResponseWriter) {
		w.Header().Del(provenance.Header)
		w.Header().Set("Location", "https://elsewhere.example/v1")
		w.WriteHeader(http.StatusMovedPermanently)
	},
	"fail late": func(w http.ResponseWriter) {
		s := newEventStream(w, "gemini-2.5-flash")
		s.text("half an ")
		fmt.Fprint(w, `data: {"error":{"message":"gemini.google.com went away","type":"server_error","code":"upstream_error"}}`+"\n\n")
	},
	"be cut": func(w http.ResponseWriter) {
		newEventStream(w, "gemini-2.5-flash").text("half an ")
	},
}

// openAIError writes an error in the form of the OpenAI routes.
func openAIError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{
		"message": message, "type": "some_error", "param": nil, "code": code}})
}

// eventStream writes chunks of a chat completion.
type eventStream struct {
	w     http.ResponseWriter
	model string
}

func newEventStream(w http.ResponseWriter, model string) *eventStream {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	return &eventStream{w, model}
}

func (s *eventStream) chunk(delta, finish string) {
	fmt.Fprintf(s.w, `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":%q,`+
		`"choices":[{"index":0,"delta":%s,"finish_reason":%s}]}`+"\n\n", s.model, delta, finish)
	s.flush()
}

func (s *eventStream) piece(delta string) { s.chunk(delta, "null") }

func (s *eventStream) text(text string) {
	content, _ := json.Marshal(map[string]string{"content": text})
	s.piece(string(content))
}

func (s *eventStream) finish(reason string) {
	if reason == "" {
		reason = "stop"
	}
	s.chunk("{}", `"`+reason+`"`)
	fmt.Fprint(s.w, "data: [DONE]\n\n")
}

func (s *eventStream) flush() { _ = http.NewResponseController(s.w).Flush() }
