package anthropic_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/anthropic"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
)

// TestClaims: the paths of this API alone, and with its header those that OpenAI's has
// too.
func TestClaims(t *testing.T) {
	for path, want := range map[string]struct{ bare, header bool }{
		"/v1/messages": {true, true}, "/v1/messages/count_tokens": {true, true}, "/v1/messages/batches": {true, true}, "/v1/complete": {true, true},
		"/v1/models": {false, true}, "/v1/models/m": {false, true}, "/v1/files": {false, true}, "/v1/organizations/me": {false, true},
		"/v1/chat/completions": {}, "/v1/responses": {}, "/v1/messagesx": {}, "/v1": {}, "/": {}, "/gemini/v1beta/models": {},
	} {
		r := httptest.NewRequest(http.MethodPost, path, nil)
		bare := anthropic.Dialect.Claims(r)
		r.Header.Set("anthropic-version", "2023-06-01")
		if header := anthropic.Dialect.Claims(r); bare != want.bare || header != want.header {
			t.Errorf("%s: %t without the header, %t with it", path, bare, header)
		}
	}
}

// TestErrors: the types and statuses of the API.
func TestErrors(t *testing.T) {
	for kind, want := range map[chat.Kind]struct {
		status int
		kindOf string
	}{
		chat.Internal: {500, "api_error"}, chat.BadRequest: {400, "invalid_request_error"}, chat.ContextLength: {400, "invalid_request_error"},
		chat.Unauthorized: {401, "authentication_error"}, chat.Forbidden: {403, "permission_error"}, chat.SignedOut: {403, "permission_error"},
		chat.NoCookies: {403, "permission_error"}, chat.Blocked: {403, "permission_error"}, chat.UnknownRecord: {404, "not_found_error"}, chat.UnknownModel: {404, "not_found_error"}, chat.UnknownPath: {404, "not_found_error"},
		chat.Unsupported: {404, "not_found_error"}, chat.MethodNotAllowed: {405, "invalid_request_error"}, chat.TooLarge: {413, "request_too_large"},
		chat.MediaType: {415, "invalid_request_error"}, chat.Misdirected: {421, "invalid_request_error"}, chat.RateLimited: {429, "rate_limit_error"},
		chat.Quota: {429, "rate_limit_error"}, chat.Downgraded: {429, "rate_limit_error"}, chat.Upstream: {500, "api_error"},
		chat.Unavailable: {529, "overloaded_error"}, chat.Timeout: {504, "timeout_error"}, chat.Canceled: {499, "invalid_request_error"},
	} {
		message := "what happened"
		status, body := anthropic.Dialect.EncodeError(chat.NewError(kind, message), "req_1")
		if kind == chat.ContextLength {
			message = "prompt is too long: " + message
		}
		text := dialecttest.BodyText(t, body)
		if status != want.status || text != `{"type":"error","error":{"type":"`+want.kindOf+`","message":"`+message+`"},"request_id":"req_1"}` {
			t.Errorf("kind %d: %d %s", kind, status, text)
		}
	}
}

// decode reads the body of a question.
func decode(body string) (*dialect.Call, error) {
	r := httptest.NewRequest(http.MethodPost, "/v1/messages", strings.NewReader(body))
	return anthropic.Dialect.Decode(r, func(string) string { return "" })
}

// question is a body with messages and other fields.
func question(messages, more string) string {
	return `{"model":"m","messages":[` + messages + `]` + more + `}`
}

const hello = `{"role":"user","content":"Hello"}`

// TestBlocksOfOtherPlaces: calls and results where they mean nothing are refused.
func TestBlocksOfOtherPlaces(t *testing.T) {
	const call, result = `[{"type":"text","text":"a"},{"type":"tool_use","id":"c","name":"f","input":{}}]`, `[{"type":"tool_result","tool_use_id":"c","content":"r"}]`
	for _, tt := range []struct{ body, want string }{
		{question(hello+`,{"role":"user","content":`+call+`}`, ""), "messages[1].content holds a tool_use"},
		{question(hello+`,{"role":"assistant","content":`+result+`}`, ""), "messages[1].content holds a tool_result"},
		{question(hello+`,{"role":"system","content":`+call+`}`, ""), "messages[1].content holds a tool_use"},
		{question(hello, `,"system":`+call), "system holds a tool_use or a tool_result"},
		{question(hello, `,"system":`+result), "system holds a tool_use or a tool_result"},
	} {
		if _, err := decode(tt.body); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.body, err, tt.want)
		}
	}
}

// TestOrder: what a program says beside its user stands in front of the question, and
// results in front of what is said beside them.
func TestOrder(t *testing.T) {
	const system, answer = `{"role":"system","content":"S"}`, `{"role":"assistant","content":"A"}`
	for messages, want := range map[string]string{
		hello:                               "user:Hello",
		hello + "," + system:                "S user:Hello",
		system + "," + hello:                "S user:Hello",
		hello + "," + system + "," + system: "S S user:Hello",
		hello + "," + answer + "," + hello:  "user:Hello model:A user:Hello",
		hello + "," + answer + "," + hello + "," + system: "user:Hello model:A user:S user:Hello",
		hello + "," + answer + "," + system + "," + hello: "user:Hello model:A user:S user:Hello",
		hello + `,{"role":"assistant","content":[{"type":"tool_use","id":"1","name":"f"}]},{"role":"user","content":[{"type":"text","text":"T"},{"type":"tool_result","tool_use_id":"1","content":"R"}]},` + system: "user:Hello model: user:S tool:R user:T",
	} {
		call, err := decode(question(messages, ""))
		if err != nil {
			t.Errorf("%s: %v", messages, err)
			continue
		}
		got := append([]string{}, call.Chat.System...)
		for _, turn := range call.Chat.Turns {
			text := string(turn.Role) + ":"
			for _, part := range turn.Parts {
				text += part.Text
			}
			got = append(got, text)
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("%s: %s, want %s", messages, text, want)
		}
	}
}

// TestThinking: how long the model thinks, and whether its thoughts are shown.
func TestThinking(t *testing.T) {
	for more, want := range map[string]struct {
		level  chat.Thinking
		shown  bool
		failed bool
	}{
		``: {},
		`,"thinking":{"type":"enabled","budget_tokens":1024}`:                                     {level: chat.ThinkingStandard, shown: true},
		`,"thinking":{"type":"enabled","budget_tokens":32000}`:                                    {level: chat.ThinkingExtended, shown: true},
		`,"thinking":{"type":"adaptive"}`:                                                         {shown: true},
		`,"thinking":{"type":"adaptive","display":"summarized"},"output_config":{"effort":"max"}`: {level: chat.ThinkingExtended, shown: true},
		`,"thinking":{"type":"adaptive","display":"omitted"},"output_config":{"effort":"low"}`:    {level: chat.ThinkingStandard},
		`,"thinking":{"type":"disabled"},"output_config":{"effort":"high"}`:                       {level: chat.ThinkingStandard},
		`,"output_config":{"effort":"high"}`:                                                      {level: chat.ThinkingExtended},
		`,"thinking":{"type":1}`:                                                                  {failed: true},
		`,"thinking":{"type":"enabled","budget_tokens":"x"}`:                                      {failed: true},
	} {
		call, err := decode(question(hello, more))
		if err != nil || want.failed {
			if (err != nil) != want.failed {
				t.Errorf("%s: %v", more, err)
			}
			continue
		}
		if call.Chat.Thinking != want.level || call.Chat.Thoughts != want.shown {
			t.Errorf("%s: %s, shown %t", more, call.Chat.Thinking, call.Chat.Thoughts)
		}
	}
}
