package dialecttest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/julienschmidt/httprouter"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/registry"
)

// models is the list that the Server offers.
var models = []chat.Model{
	{ID: "gemini-2.5-flash", Name: "Gemini 2.5 Flash", Description: "Fast.", InputLimit: 1000, OutputLimit: 100},
	{ID: "gemini-2.5-flash-image", Image: true},
}

// cannedEvents is the answer to every chat: a thought, text with everything that
// breaks careless encoders, and the end.
func cannedEvents() []chat.Event {
	return []chat.Event{
		{Kind: chat.Meta, Served: chat.Served{ID: "9d8ca3786ebdfbea", Name: "2.5 Flash"}},
		{Kind: chat.Thought, Text: "Let me see."},
		{Kind: chat.Text, Text: "Hello, "},
		{Kind: chat.Text, Text: "世界 👋\n<\"quoted\\\">\u2028."},
		{Kind: chat.Finish, Reason: chat.Stop},
	}
}

func eventSequence(events []chat.Event) iter.Seq2[chat.Event, error] {
	return func(yield func(chat.Event, error) bool) {
		for _, event := range events {
			if !yield(event, nil) {
				return
			}
		}
	}
}

// TinyPNG begins like a picture, which is all that is looked at.
var TinyPNG = []byte("\x89PNG\r\n\x1a\nrest")

// Server serves every dialect of the registry without an upstream. Routes that
// two dialects share are decided by registry.FindDialect, as in the daemon.
type Server struct {
	*httprouter.Router
	// Last is the call that was decoded last; nil before the first.
	Last *dialect.Call

	records Records
}

// NewServer returns a server of all dialects.
func NewServer() *Server {
	s := &Server{Router: httprouter.New(), records: make(Records)}
	s.RedirectTrailingSlash, s.RedirectFixedPath = false, false
	s.NotFound = http.HandlerFunc(s.explainPath)
	s.MethodNotAllowed = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d, _ := registry.FindDialect(r)
		writeError(w, d, chat.NewError(chat.MethodNotAllowed, "wrong method"))
	})
	owners := make(map[string][]*dialect.Dialect)
	for i := range registry.All {
		for _, m := range registry.All[i].Mounts {
			route := m.Method + " " + m.Pattern
			owners[route] = append(owners[route], &registry.All[i])
			if len(owners[route]) == 1 {
				s.Handle(m.Method, m.Pattern, func(w http.ResponseWriter, r *http.Request, ps httprouter.Params) {
					d := owners[route][0]
					if len(owners[route]) > 1 {
						d, _ = registry.FindDialect(r)
					}
					s.serveCall(w, r, d, ps)
				})
			}
		}
	}
	return s
}

func (s *Server) explainPath(w http.ResponseWriter, r *http.Request) {
	d, _ := registry.FindDialect(r)
	writeError(w, d, d.ExplainPath(r))
}

func (s *Server) serveCall(w http.ResponseWriter, r *http.Request, d *dialect.Dialect, ps httprouter.Params) {
	call, err := d.Decode(r, ps.ByName)
	if err != nil {
		var failure *chat.Error
		if !errors.As(err, &failure) {
			panic(fmt.Sprintf("decode of %s %s: not a *chat.Error: %T", r.Method, r.URL, err))
		}
		writeError(w, d, failure)
		return
	}
	s.Last = call
	call.Records = s.records
	if call.Recall != nil {
		if err := call.Recall(); err != nil {
			writeError(w, d, chat.AsError(err))
			return
		}
	}
	call.ID, call.Created = strings.TrimSuffix(call.ID, randomPart(call.ID))+"ID", time.Unix(1_800_000_000, 0)
	switch call.Op {
	case dialect.Models:
		s.serveModels(w, d, call)
	case dialect.Stored:
		writeBody(w, http.StatusOK, call.Reply)
	case dialect.CountTokens:
		writeBody(w, http.StatusOK, d.EncodeTokens(call))
	case dialect.Images, dialect.Edits:
		writeBody(w, http.StatusOK, d.EncodeAnswer(call, chat.Answer{Text: "Here it is.", Reason: chat.Stop, Media: []*chat.Blob{{MIME: "image/png", Data: TinyPNG}}}))
	case dialect.Generate:
		answer, _ := chat.CollectAnswer(eventSequence(cannedEvents()))
		writeBody(w, http.StatusOK, d.EncodeAnswer(call, answer))
	case dialect.Stream:
		encoder := d.NewEncoder(call, w)
		w.Header().Set("Content-Type", encoder.ContentType())
		for _, event := range cannedEvents() {
			_ = encoder.WriteEvent(event)
		}
	case dialect.Files, dialect.Status, dialect.Other: // not of a dialect
		panic("decoded as " + string(call.Op))
	}
}

// randomPart is the random part of an id.
func randomPart(id string) string { return id[max(0, len(id)-26):] }

func (s *Server) serveModels(w http.ResponseWriter, d *dialect.Dialect, call *dialect.Call) {
	if call.Model == "" {
		writeBody(w, http.StatusOK, d.EncodeModels(call, models))
		return
	}
	for _, m := range models {
		if m.ID == call.Model {
			writeBody(w, http.StatusOK, d.EncodeModel(call, m))
			return
		}
	}
	writeError(w, d, chat.NewError(chat.UnknownModel, "unknown model"))
}

func writeError(w http.ResponseWriter, d *dialect.Dialect, err *chat.Error) {
	for name, values := range dialect.ErrorHeader(err) {
		w.Header()[name] = values
	}
	status, body := d.EncodeError(err, "req_ID")
	writeBody(w, status, body)
}

func writeBody(w http.ResponseWriter, code int, body dialect.Body) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	var text, indented bytes.Buffer
	if _, err := body.WriteTo(&text); err != nil {
		panic(err)
	}
	if err := json.Indent(&indented, text.Bytes(), "", " "); err != nil {
		panic(err)
	}
	_, _ = indented.WriteTo(w)
}

// BodyText returns the text of a body, which must be JSON of the length that it
// states.
func BodyText(t testing.TB, body dialect.Body) string {
	t.Helper()
	var text strings.Builder
	n, err := body.WriteTo(&text)
	if err != nil || n != body.Len() || n != int64(text.Len()) || !json.Valid([]byte(text.String())) {
		t.Fatalf("%d bytes of %d, %v: %s", n, body.Len(), err, text.String())
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// ParseRequest reads a raw request of a script: head, blank line, body.
func ParseRequest(t testing.TB, raw []byte) *http.Request {
	t.Helper()
	head, body, _ := bytes.Cut(raw, []byte("\n\n"))
	body = bytes.TrimSuffix(body, []byte("\n"))
	text := fmt.Sprintf("%s\nContent-Length: %d\n\n%s", bytes.TrimRight(head, "\n"), len(body), body)
	r, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
	if err != nil {
		t.Fatalf("reading the script's request: %v", err)
	}
	return r
}

// SendLine sends a request made of a line such as "POST /v1/x" and a body.
func (s *Server) SendLine(t testing.TB, line, body string) *httptest.ResponseRecorder {
	t.Helper()
	method, path, _ := strings.Cut(line, " ")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w
}

// Send posts a body of any type.
func (s *Server) Send(path, contentType, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	s.ServeHTTP(w, r)
	return w
}

// KindOf returns the kind of an error, an impossible one if it is not a
// *chat.Error.
func KindOf(err error) chat.Kind {
	if failure, ok := errors.AsType[*chat.Error](err); ok {
		return failure.Kind
	}
	return 255
}
