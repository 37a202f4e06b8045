package dialect_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/gemini"
	"github.com/geminid/geminid/gateway/dialect/openai"
)

// kinds is the whole table as clients see it, written down independently of the
// code: status, OpenAI type and code, Gemini status.
var kinds = []struct {
	name         string
	kind         chat.Kind
	status       int
	kindOf, code string
	rpc          string
}{
	{"internal", chat.Internal, 500, "server_error", "internal_error", "INTERNAL"},
	{"bad request", chat.BadRequest, 400, "invalid_request_error", "invalid_value", "INVALID_ARGUMENT"},
	{"context length", chat.ContextLength, 400, "invalid_request_error", "context_length_exceeded", "INVALID_ARGUMENT"},
	{"unauthorized", chat.Unauthorized, 401, "invalid_request_error", "invalid_api_key", "UNAUTHENTICATED"},
	{"forbidden", chat.Forbidden, 403, "permission_error", "insufficient_permissions", "PERMISSION_DENIED"},
	{"signed out", chat.SignedOut, 403, "permission_error", "cookies_expired", "PERMISSION_DENIED"},
	{"no cookies", chat.NoCookies, 403, "permission_error", "cookies_missing", "PERMISSION_DENIED"},
	{"blocked", chat.Blocked, 403, "permission_error", "upstream_blocked", "PERMISSION_DENIED"},
	{"unknown model", chat.UnknownModel, 404, "invalid_request_error", "model_not_found", "NOT_FOUND"},
	{"unknown path", chat.UnknownPath, 404, "invalid_request_error", "unknown_url", "NOT_FOUND"},
	{"unknown record", chat.UnknownRecord, 404, "invalid_request_error", "not_found", "NOT_FOUND"},
	{"unsupported", chat.Unsupported, 404, "invalid_request_error", "unsupported_operation", "UNIMPLEMENTED"},
	{"method", chat.MethodNotAllowed, 405, "invalid_request_error", "method_not_allowed", "UNIMPLEMENTED"},
	{"too large", chat.TooLarge, 413, "invalid_request_error", "request_too_large", "INVALID_ARGUMENT"},
	{"media type", chat.MediaType, 415, "invalid_request_error", "unsupported_media_type", "INVALID_ARGUMENT"},
	{"misdirected", chat.Misdirected, 421, "invalid_request_error", "misdirected_request", "FAILED_PRECONDITION"},
	{"rate limited", chat.RateLimited, 429, "rate_limit_error", "rate_limit_exceeded", "RESOURCE_EXHAUSTED"},
	{"quota", chat.Quota, 429, "rate_limit_error", "rate_limit_exceeded", "RESOURCE_EXHAUSTED"},
	{"downgraded", chat.Downgraded, 429, "rate_limit_error", "model_downgraded", "RESOURCE_EXHAUSTED"},
	{"upstream", chat.Upstream, 502, "server_error", "upstream_error", "UNAVAILABLE"},
	{"unavailable", chat.Unavailable, 503, "server_error", "unavailable", "UNAVAILABLE"},
	{"timeout", chat.Timeout, 504, "server_error", "upstream_timeout", "DEADLINE_EXCEEDED"},
	{"canceled", chat.Canceled, 499, "invalid_request_error", "canceled", "CANCELLED"},
	{"a kind from the future", chat.Canceled + 1, 500, "server_error", "internal_error", "INTERNAL"},
}

func TestEveryKindInEveryDialect(t *testing.T) {
	if want := int(chat.Canceled) + 2; len(kinds) != want {
		t.Fatalf("the table has %d rows, want %d: one for each kind and one beyond", len(kinds), want)
	}
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			failure := &chat.Error{Kind: k.kind, Message: "what happened", Param: "field"}
			if got := dialect.StatusCode(k.kind); got != k.status {
				t.Errorf("status %d, want %d", got, k.status)
			}
			var g struct {
				Error struct {
					Code            *int
					Message, Status string
					Details         []map[string]string
				}
			}
			readBack(t, errorBody(gemini.Dialect, failure), &g)
			if g.Error.Code == nil || *g.Error.Code != k.status || g.Error.Status != k.rpc || g.Error.Message != "what happened" {
				t.Errorf("Gemini: %+v", g.Error)
			}
			if (len(g.Error.Details) == 1) != (k.status == http.StatusTooManyRequests) {
				t.Errorf("Gemini details: %v", g.Error.Details)
			}
			var o struct {
				Error struct {
					Message, Type string
					Code          *string
					Param         *string
				}
			}
			readBack(t, errorBody(openai.Dialect, failure), &o)
			if o.Error.Code == nil || *o.Error.Code != k.code || o.Error.Type != k.kindOf || o.Error.Message != "what happened" || o.Error.Param == nil {
				t.Errorf("OpenAI: %+v", o.Error)
			}
		})
	}
}

// errorBody is the body of an error in a dialect.
func errorBody(d dialect.Dialect, failure *chat.Error) dialect.Body {
	_, body := d.EncodeError(failure, "req_ID")
	return body
}

// TestWordsOfKinds pins the codes of the routes that belong to no dialect and the
// causes in the list of requests, which programs read.
func TestWordsOfKinds(t *testing.T) {
	for kind, want := range map[chat.Kind][2]string{
		chat.Internal: {"internal", "internal"}, chat.BadRequest: {"bad_request", "bad_request"}, chat.ContextLength: {"internal", "context_length"},
		chat.Unauthorized: {"unauthorized", "unauthorized"}, chat.Forbidden: {"forbidden", "forbidden"}, chat.SignedOut: {"internal", "cookies_expired"},
		chat.NoCookies: {"internal", "no_cookies"}, chat.Blocked: {"internal", "upstream_blocked"}, chat.UnknownModel: {"internal", "unknown_model"}, chat.UnknownPath: {"not_found", "unknown_path"},
		chat.Unsupported: {"not_offered", "not_offered"}, chat.MethodNotAllowed: {"method_not_allowed", "method_not_allowed"},
		chat.TooLarge: {"too_large", "too_large"}, chat.MediaType: {"unsupported_media_type", "unsupported_media_type"},
		chat.Misdirected: {"misdirected", "misdirected"}, chat.RateLimited: {"too_soon", "rate_limited"}, chat.Quota: {"internal", "upstream_quota"},
		chat.Downgraded: {"internal", "downgraded"}, chat.Upstream: {"internal", "upstream_error"}, chat.Unavailable: {"unavailable", "unavailable"},
		chat.Timeout: {"internal", "upstream_timeout"}, chat.Canceled: {"internal", "client_left"}, chat.Canceled + 1: {"internal", "internal"},
	} {
		if info := dialect.LookupKind(kind); info.Code != want[0] || info.Cause != want[1] {
			t.Errorf("kind %d: code %s, cause %s; want %s", kind, info.Code, info.Cause, want)
		}
	}
}

// TestErrorBodies pins the bytes, field order and null included.
func TestErrorBodies(t *testing.T) {
	quota := &chat.Error{Kind: chat.Quota, Message: "slow down", RetryAfter: 16*time.Second + time.Millisecond}
	tests := []struct {
		name string
		body dialect.Body
		want string
	}{
		{"openai without param", errorBody(openai.Dialect, chat.NewError(chat.Unauthorized, "no key")),
			`{"error":{"message":"no key","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}`},
		{"openai model", errorBody(openai.Dialect, chat.NewError(chat.UnknownModel, "no model")),
			`{"error":{"message":"no model","type":"invalid_request_error","param":"model","code":"model_not_found"}}`},
		{"gemini", errorBody(gemini.Dialect, chat.NewError(chat.Unauthorized, "no key")),
			`{"error":{"code":401,"message":"no key","status":"UNAUTHENTICATED"}}`},
		{"gemini retry", errorBody(gemini.Dialect, quota),
			`{"error":{"code":429,"message":"slow down","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"17s"}]}}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := dialecttest.BodyText(t, test.body); got != test.want {
				t.Errorf("got %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestHeader(t *testing.T) {
	tests := []struct {
		name         string
		err          chat.Error
		after, retry string
	}{
		{"no wait", chat.Error{Kind: chat.BadRequest}, "", ""},
		{"short", chat.Error{Kind: chat.RateLimited, RetryAfter: 17 * time.Second}, "17", ""},
		{"rounded up", chat.Error{Kind: chat.RateLimited, RetryAfter: 100 * time.Millisecond}, "1", ""},
		{"a minute", chat.Error{Kind: chat.Quota, RetryAfter: time.Minute}, "60", ""},
		{"more than a minute", chat.Error{Kind: chat.RateLimited, RetryAfter: time.Minute + 1}, "61", "false"},
		{"an hour", chat.Error{Kind: chat.Quota, RetryAfter: time.Hour}, "3600", "false"},
		{"429 always tells", chat.Error{Kind: chat.Quota}, "60", ""},
		{"503 always tells", chat.Error{Kind: chat.Unavailable}, "10", ""},
		{"negative is unknown", chat.Error{Kind: chat.Unavailable, RetryAfter: -time.Hour}, "10", ""},
		{"signed out", chat.Error{Kind: chat.SignedOut}, "", "false"},
		{"no cookies", chat.Error{Kind: chat.NoCookies}, "", "false"},
		{"upstream", chat.Error{Kind: chat.Upstream}, "", ""},
		{"a kind from the future", chat.Error{Kind: chat.Canceled + 1}, "", ""},
		{"a signed-out session with a wait", chat.Error{Kind: chat.SignedOut, RetryAfter: time.Second}, "1", "false"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			header := dialect.ErrorHeader(&test.err)
			if got := header.Get("Retry-After"); got != test.after {
				t.Errorf("Retry-After %q, want %q", got, test.after)
			}
			if got := header.Get("X-Should-Retry"); got != test.retry {
				t.Errorf("X-Should-Retry %q, want %q", got, test.retry)
			}
		})
	}
}

// TestWrongMethod: the error names the method in words and in the header.
func TestWrongMethod(t *testing.T) {
	err := dialect.WrongMethod("GET")
	if got := dialect.ErrorHeader(err).Get("Allow"); got != "GET" || err.Kind != chat.MethodNotAllowed {
		t.Errorf("Allow %q, %v", got, err)
	}
	if header := dialect.ErrorHeader(chat.NewError(chat.MethodNotAllowed, "no")); header.Get("Allow") != "" {
		t.Errorf("Allow of nothing: %v", header)
	}
}

// readBack decodes a body into to.
func readBack(t *testing.T, body dialect.Body, to any) {
	t.Helper()
	if err := json.Unmarshal([]byte(dialecttest.BodyText(t, body)), to); err != nil {
		t.Fatal(err)
	}
}
