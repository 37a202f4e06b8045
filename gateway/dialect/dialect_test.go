package dialect_test

import (
	"net/http"
	"net/http/httptest"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/gemini"
	"github.com/geminid/geminid/gateway/dialect/openai"
	"github.com/geminid/geminid/gateway/dialect/registry"
)

// TestTable is the contract of a dialect: a newcomer that forgets something
// learns it here.
func TestTable(t *testing.T) {
	names := make(map[string]bool)
	for _, d := range registry.All {
		if d.Name == "" || names[d.Name] {
			t.Errorf("dialect %q has no name of its own", d.Name)
		}
		names[d.Name] = true
		v := reflect.ValueOf(d)
		for i := range v.NumField() {
			if v.Field(i).IsZero() {
				t.Errorf("%s: %s is not set", d.Name, v.Type().Field(i).Name)
			}
		}
		seen := make(map[string]bool)
		for _, m := range d.Mounts {
			route := m.Method + " " + m.Pattern
			if seen[route] || m.Op == "" || !strings.HasPrefix(m.Pattern, "/") {
				t.Errorf("%s: route %s is doubled or incomplete", d.Name, route)
			}
			seen[route] = true
		}
	}
}

func TestFor(t *testing.T) {
	google := http.Header{"X-Goog-Api-Key": {"k"}}
	client := http.Header{"X-Goog-Api-Client": {"c"}}
	bearer := http.Header{"Authorization": {"Bearer k"}}
	tests := []struct {
		line   string
		header http.Header
		want   string
		ok     bool
	}{
		{"GET /gemini/v1beta/models", bearer, "gemini", true},
		{"GET /gemini", nil, "gemini", true},
		{"GET /geminis", nil, "openai", false},
		{"GET /v1beta/models", nil, "gemini", true},
		{"POST /v1alpha/models/x:y", nil, "gemini", true},
		{"GET /v1/models", nil, "openai", true},
		{"GET /v1/models", bearer, "openai", true},
		{"GET /v1/models", google, "gemini", true},
		{"GET /v1/models", client, "gemini", true},
		{"GET /v1/models?key=k", nil, "gemini", true},
		{"GET /v1/models?user=u", bearer, "openai", true},
		{"GET /v1/models/m", google, "gemini", true},
		{"DELETE /v1/models/m", bearer, "openai", true},
		{"POST /v1/models/m:generateContent", bearer, "gemini", true},
		{"POST /v1/chat/completions?key=k", google, "openai", true},
		{"GET /v1/files", google, "gemini", true},
		{"GET /v1/files", bearer, "openai", true},
		{"POST /v1/models", bearer, "openai", true},
		{"POST /v1/models", google, "gemini", true},
		{"POST /v1/models/m", bearer, "openai", true},
		{"POST /v1/models/m", google, "gemini", true},
		{"POST /upload/v1beta/files", google, "gemini", true},
		{"POST /upload/v1alpha/files", google, "gemini", true},
		{"POST /upload/v1/files", google, "gemini", true},
		{"POST /upload/v1/files", bearer, "gemini", true},
		{"POST /upload/files", google, "openai", false},
		{"POST /v1/batches", google, "gemini", true},
		{"POST /v1/batches", bearer, "openai", true},
		{"GET /v1/operations/x", google, "gemini", true},
		{"POST /v1/interactions", client, "gemini", true},
		{"POST /v1/fileSearchStores", google, "gemini", true},
		{"GET /v1/fileSearchStores/x/documents?key=k", nil, "gemini", true},
		{"GET /v1/corpora", google, "gemini", true},
		{"GET /v1/tunedModels/x", google, "gemini", true},
		{"GET /v1/embeddings", google, "openai", true},
		{"GET /openai/v1/models", google, "openai", true},
		{"GET /dashboard/billing/usage", nil, "openai", true},
		{"GET /somewhere", google, "openai", false},
	}
	for _, test := range tests {
		method, target, _ := strings.Cut(test.line, " ")
		r := httptest.NewRequest(method, target, nil)
		r.Header = test.header
		if d, ok := registry.Find(r); d.Name != test.want || ok != test.ok {
			t.Errorf("%s %v: %s, %t; want %s, %t", test.line, test.header, d.Name, ok, test.want, test.ok)
		}
	}
}

// TestEveryPrefix: the same question under each base URL that is in use.
func TestEveryPrefix(t *testing.T) {
	s := newServer()
	for _, prefix := range []string{"/gemini/v1beta", "/gemini/v1", "/gemini/v1alpha", "/v1beta", "/v1alpha", "/v1"} {
		w := s.do(t, "POST "+prefix+"/models/gemini-2.5-flash:generateContent", `{"contents":[{"parts":[{"text":"a"}]}]}`)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "candidates") {
			t.Errorf("%s: %d %s", prefix, w.Code, w.Body)
		}
		for _, path := range []string{"/models?key=k", "/models/?key=k", "/models/gemini-2.5-flash?key=k", "/models/models/gemini-2.5-flash?key=k"} {
			if w := s.do(t, "GET "+prefix+path, ""); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "supportedGenerationMethods") {
				t.Errorf("%s%s: %d %s", prefix, path, w.Code, w.Body)
			}
		}
	}
	for _, prefix := range []string{"/v1", "/openai/v1"} {
		if w := s.do(t, "GET "+prefix+"/models/models/gemini-2.5-flash", ""); w.Code != http.StatusOK {
			t.Errorf("%s: %d %s", prefix, w.Code, w.Body)
		}
	}
}

// TestFreshCall: ids differ, have the form clients expect, and are made now.
func TestFreshCall(t *testing.T) {
	ids := make(map[string]bool)
	r := func() *http.Request {
		return httptest.NewRequest("POST", "/v1/chat/completions", strings.NewReader(`{"model":"m","messages":[{"role":"user","content":"a"}]}`))
	}
	form := regexp.MustCompile(`^chatcmpl-[A-Za-z0-9]{20,}$`)
	for range 10 {
		before := time.Now()
		call, err := openai.Dialect.Decode(r(), func(string) string { return "" })
		if err != nil {
			t.Fatal(err)
		}
		if !form.MatchString(call.ID) || ids[call.ID] || call.Created.Before(before) || time.Now().Before(call.Created) {
			t.Errorf("id %q, created %v", call.ID, call.Created)
		}
		ids[call.ID] = true
	}
}

func TestServed(t *testing.T) {
	for want, served := range map[string]chat.Served{
		"":          {},
		"abc":       {ID: "abc"},
		"3.6 Flash": {ID: "abc", Name: "3.6 Flash"},
	} {
		if got := dialect.ServedName(served); got != want {
			t.Errorf("%+v: %q, want %q", served, got, want)
		}
	}
}

// TestAnswerShapes: what a whole answer looks like when it is not plain text.
func TestAnswerShapes(t *testing.T) {
	picture := &chat.Blob{MIME: "image/png", Data: []byte{1, 2, 3}}
	link := func(*chat.Blob) string { return "https://host/files/abc.png" }
	tests := []struct {
		name     string
		answer   chat.Answer
		link     func(*chat.Blob) string
		thoughts bool   // asked for
		gemini   string // the candidates or the feedback
		openai   string // the choices
	}{
		{"picture alone", chat.Answer{Media: []*chat.Blob{picture}, Reason: chat.Stop}, nil, false,
			`"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AQID"}}],"role":"model"},"finishReason":"STOP","index":0}]`,
			`"content":"![image](data:image/png;base64,AQID)"`},
		{"text and linked picture", chat.Answer{Text: "Here:", Media: []*chat.Blob{picture}, Reason: chat.Stop}, link, false,
			`"parts":[{"text":"Here:"},{"inlineData":{"mimeType":"image/png","data":"AQID"}}]`,
			`"content":"Here:\n\n![image](https://host/files/abc.png)"`},
		{"a file that is no picture", chat.Answer{Media: []*chat.Blob{{MIME: "video/mp4", Data: []byte{1}}}}, link, false,
			`"mimeType":"video/mp4"`, `"content":"[file](https://host/files/abc.png)"`},
		{"nothing said", chat.Answer{Reason: chat.Stop}, nil, false,
			`"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}]`,
			`"choices":[{"index":0,"message":{"role":"assistant","content":""},"logprobs":null,"finish_reason":"stop"}]`},
		{"blocked", chat.Answer{Reason: chat.Filtered}, nil, false,
			`{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":`,
			`"finish_reason":"content_filter"`},
		{"cut short", chat.Answer{Text: "a", Reason: chat.Length}, nil, false, `"finishReason":"MAX_TOKENS"`, `"finish_reason":"length"`},
		{"thoughts", chat.Answer{Thoughts: "hm", Text: "a", Reason: chat.Stop}, nil, true,
			`"parts":[{"text":"hm","thought":true},{"text":"a"}]`, `"message":{"role":"assistant","content":"a","reasoning_content":"hm"}`},
		{"thoughts nobody asked for", chat.Answer{Thoughts: "hm", Text: "a", Reason: chat.Stop}, nil, false,
			`"parts":[{"text":"a"}]`, `"message":{"role":"assistant","content":"a"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			call := newCall(func(c *dialect.Call) { c.FileURL, c.Chat.Thoughts = test.link, test.thoughts })
			for d, want := range map[*dialect.Dialect]string{&gemini.Dialect: test.gemini, &openai.Dialect: test.openai} {
				if got := bodyText(t, d.EncodeAnswer(call, test.answer)); !strings.Contains(got, want) {
					t.Errorf("%s: got %s\nwant %s", d.Name, got, want)
				}
			}
		})
	}
}
