package registry_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/geminid/geminid/gateway/dialect/dialecttest"
)

// TestSettingsOfOwnTools: tools that Gemini has by itself are taken from every API, and
// settings of them, which have no effect, are named.
func TestSettingsOfOwnTools(t *testing.T) {
	const messages = `{"model":"m","messages":[{"role":"user","content":"hi"}],"tools":[%s]}`
	apis := []struct{ path, body string }{
		{"/v1/messages", messages}, {"/v1/chat/completions", messages}, {"/v1/responses", `{"model":"m","input":"hi","tools":[%s]}`},
		{"/v1beta/models/m:generateContent", `{"contents":[{"parts":[{"text":"hi"}]}],"tools":[%s]}`},
	}
	tests := []struct {
		api         int
		tool, named string
	}{
		{0, `{"type":"web_search_20250305","name":"web_search"}`, ""},
		{0, `{"type":"web_search_20250305","name":"web_search","max_uses":5,"allowed_domains":["a.example"],"user_location":{"type":"approximate"}}`, "tools[].max_uses tools[].allowed_domains tools[].user_location"},
		{0, `{"type":"web_fetch_20250910","name":"web_fetch","citations":{"enabled":true}}`, "tools[].citations"},
		{0, `{"type":"code_execution_20250825","name":"code_execution","new":1}`, "tools[].new"},
		{0, `{"type":"bash_20250124","name":"bash"}`, "tools[]"},
		{1, `{"type":"web_search"}`, ""},
		{1, `{"type":"web_search","search_context_size":"high"}`, "tools[].search_context_size"},
		{1, `{"type":"mcp"}`, "tools[]"},
		{2, `{"type":"web_search"}`, ""},
		{2, `{"type":"web_search_preview","filters":{"allowed_domains":["a.example"]},"search_context_size":"high"}`, "tools[].filters tools[].search_context_size"},
		{2, `{"type":"mcp","server_label":"x"}`, "tools[]"},
		{3, `{"googleSearch":{}}`, ""},
		{3, `{"googleSearch":{"excludeDomains":["a.example"],"new":1},"urlContext":{}}`, "tools[].googleSearch.excludeDomains tools[].googleSearch.new"},
		{3, `{"google_search":{"time_range_filter":{"start_time":"2026-01-01T00:00:00Z"}}}`, "tools[].googleSearch.timeRangeFilter"},
		{3, `{"googleSearchRetrieval":{"dynamicRetrievalConfig":{"mode":"MODE_DYNAMIC"}}}`, "tools[].googleSearchRetrieval.dynamicRetrievalConfig"},
		{3, `{"codeExecution":{"new":1},"urlContext":{"new":1}}`, "tools[].urlContext.new tools[].codeExecution.new"},
		{3, `{"googleMaps":{}},{"googleMaps":{"enableWidget":true}}`, "tools[].googleMaps"},
	}
	for _, tt := range tests {
		s, api := dialecttest.NewServer(), apis[tt.api]
		w := s.Send(api.path, "application/json", fmt.Sprintf(api.body, tt.tool))
		if w.Code != http.StatusOK || s.Last == nil {
			t.Errorf("%s: %s: status %d: %s", api.path, tt.tool, w.Code, w.Body)
		} else if got := strings.Join(s.Last.Chat.Ignored, " "); got != tt.named {
			t.Errorf("%s: %s: ignored %q, want %q", api.path, tt.tool, got, tt.named)
		}
	}
}
