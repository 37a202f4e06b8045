package api_test

import (
	"net/http"
	"strings"
	"testing"
)

// TestStopTexts: the answer ends in front of a text that the client names, streamed
// and whole, wherever the upstream cuts it.
func TestStopTexts(t *testing.T) {
	for _, tt := range []struct{ dialect, path, body string }{
		{"openai", "/v1/chat/completions", `{"model":"gemini-2.5-flash","stop":["ELL","l"],"messages":[{"role":"user","content":"a"}]}`},
		{"openai streamed", "/v1/chat/completions", `{"model":"gemini-2.5-flash","stop":"ll","stream":true,"messages":[{"role":"user","content":"a"}]}`},
		{"gemini", "/v1beta/models/gemini-2.5-flash:generateContent", `{"generationConfig":{"stopSequences":["ll"]},"contents":[{"parts":[{"text":"a"}]}]}`},
		{"gemini streamed", "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", `{"generation_config":{"stop_sequences":["llo"]},"contents":[{"parts":[{"text":"a"}]}]}`},
	} {
		t.Run(tt.dialect, func(t *testing.T) {
			g := newRig(t)
			w := g.do(call{path: tt.path, key: apiKey, body: tt.body})
			body := w.Body.String()
			if w.Code != http.StatusOK || !strings.Contains(body, `"He"`) || strings.Contains(body, "llo") || strings.Contains(body, `"lo"`) {
				t.Errorf("status %d: %s", w.Code, body)
			}
			if !strings.Contains(strings.ToLower(body), `reason":"stop"`) {
				t.Errorf("the answer does not end: %s", body)
			}
			if got := w.Header().Get("X-Geminid-Ignored"); got != "" {
				t.Errorf("ignored %q", got)
			}
		})
	}
}

// TestIgnoredHeader: what has no effect is named, in answers of every kind.
func TestIgnoredHeader(t *testing.T) {
	for _, tt := range []struct{ path, body, want string }{
		{"/v1/chat/completions", `{"model":"gemini-2.5-flash","temperature":1,"messages":[{"role":"user","content":"a","x":1}]}`, "temperature, messages[].x"},
		{"/v1/chat/completions", `{"model":"gemini-2.5-flash","stream":true,"seed":1,"messages":[{"role":"user","content":"a"}]}`, "seed"},
		{"/v1beta/models/gemini-2.5-flash:countTokens", `{"generationConfig":{"topK":1},"contents":[{"parts":[{"text":"a"}]}]}`, "generationConfig"},
	} {
		w := newRig(t).do(call{path: tt.path, key: apiKey, body: tt.body})
		if got := w.Header().Get("X-Geminid-Ignored"); w.Code != http.StatusOK || got != tt.want {
			t.Errorf("%s: status %d, ignored %q, want %q", tt.path, w.Code, got, tt.want)
		}
	}
}
