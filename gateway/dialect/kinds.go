package dialect

import (
	"net/http"
	"time"

	"github.com/geminid/geminid/chat"
)

// KindInfo is everything that one kind of error means outside of the program.
type KindInfo struct {
	// Status is the HTTP status, the same in every dialect but Anthropic's.
	Status int
	// Wait is the Retry-After of an error that names no time of its own; zero
	// means none.
	Wait time.Duration
	// NoRetry marks an error that lasts until a person acts.
	NoRetry bool
	// Cause is the word in the list of recent requests.
	Cause string
	// Code is the error code on the routes that belong to no dialect; empty if
	// the kind does not occur there.
	Code string
	// OpenAIType and OpenAICode are the type and the code of OpenAI's error
	// object. The code is never empty: Cherry Studio shows the message of an
	// error only if the code is a string.
	OpenAIType, OpenAICode string
	// GeminiStatus is the name of the google.rpc code.
	GeminiStatus string
	// AnthropicType is the type of Anthropic's error object, and AnthropicStatus its
	// HTTP status if that is another than Status.
	AnthropicType   string
	AnthropicStatus int
}

// statusCanceled is read by no client, because it left. It keeps those who left
// apart from errors in the counters.
const statusCanceled = 499

// statusOverloaded is Anthropic's own status of a server that cannot answer for now.
const statusOverloaded = 529

// kinds is the one table of the kinds of errors.
var kinds = [...]KindInfo{
	chat.Internal: {Status: http.StatusInternalServerError, Cause: "internal", Code: "internal",
		OpenAIType: "server_error", OpenAICode: "internal_error", GeminiStatus: "INTERNAL",
		AnthropicType: "api_error"},
	chat.BadRequest: {Status: http.StatusBadRequest, Cause: "bad_request", Code: "bad_request",
		OpenAIType: "invalid_request_error", OpenAICode: "invalid_value", GeminiStatus: "INVALID_ARGUMENT",
		AnthropicType: "invalid_request_error"},
	chat.ContextLength: {Status: http.StatusBadRequest, Cause: "context_length",
		OpenAIType: "invalid_request_error", OpenAICode: "context_length_exceeded", GeminiStatus: "INVALID_ARGUMENT",
		AnthropicType: "invalid_request_error"},
	chat.Unauthorized: {Status: http.StatusUnauthorized, Cause: "unauthorized", Code: "unauthorized",
		OpenAIType: "invalid_request_error", OpenAICode: "invalid_api_key", GeminiStatus: "UNAUTHENTICATED",
		AnthropicType: "authentication_error"},
	chat.Forbidden: {Status: http.StatusForbidden, Cause: "forbidden", Code: "forbidden",
		OpenAIType: "permission_error", OpenAICode: "insufficient_permissions", GeminiStatus: "PERMISSION_DENIED",
		AnthropicType: "permission_error"},
	chat.SignedOut: {Status: http.StatusForbidden, NoRetry: true, Cause: "cookies_expired",
		OpenAIType: "permission_error", OpenAICode: "cookies_expired", GeminiStatus: "PERMISSION_DENIED",
		AnthropicType: "permission_error"},
	chat.NoCookies: {Status: http.StatusForbidden, NoRetry: true, Cause: "no_cookies",
		OpenAIType: "permission_error", OpenAICode: "cookies_missing", GeminiStatus: "PERMISSION_DENIED",
		AnthropicType: "permission_error"},
	chat.Blocked: {Status: http.StatusForbidden, NoRetry: true, Cause: "upstream_blocked",
		OpenAIType: "permission_error", OpenAICode: "upstream_blocked", GeminiStatus: "PERMISSION_DENIED",
		AnthropicType: "permission_error"},
	chat.UnknownModel: {Status: http.StatusNotFound, Cause: "unknown_model",
		OpenAIType: "invalid_request_error", OpenAICode: "model_not_found", GeminiStatus: "NOT_FOUND",
		AnthropicType: "not_found_error"},
	chat.UnknownPath: {Status: http.StatusNotFound, Cause: "unknown_path", Code: "not_found",
		OpenAIType: "invalid_request_error", OpenAICode: "unknown_url", GeminiStatus: "NOT_FOUND",
		AnthropicType: "not_found_error"},
	chat.UnknownRecord: {Status: http.StatusNotFound, Cause: "unknown_record",
		OpenAIType: "invalid_request_error", OpenAICode: "not_found", GeminiStatus: "NOT_FOUND",
		AnthropicType: "not_found_error"},
	chat.Unsupported: {Status: http.StatusNotFound, Cause: "not_offered", Code: "not_offered",
		OpenAIType: "invalid_request_error", OpenAICode: "unsupported_operation", GeminiStatus: "UNIMPLEMENTED",
		AnthropicType: "not_found_error"},
	chat.MethodNotAllowed: {Status: http.StatusMethodNotAllowed, Cause: "method_not_allowed", Code: "method_not_allowed",
		OpenAIType: "invalid_request_error", OpenAICode: "method_not_allowed", GeminiStatus: "UNIMPLEMENTED",
		AnthropicType: "invalid_request_error"},
	chat.TooLarge: {Status: http.StatusRequestEntityTooLarge, Cause: "too_large", Code: "too_large",
		OpenAIType: "invalid_request_error", OpenAICode: "request_too_large", GeminiStatus: "INVALID_ARGUMENT",
		AnthropicType: "request_too_large"},
	chat.MediaType: {Status: http.StatusUnsupportedMediaType, Cause: "unsupported_media_type", Code: "unsupported_media_type",
		OpenAIType: "invalid_request_error", OpenAICode: "unsupported_media_type", GeminiStatus: "INVALID_ARGUMENT",
		AnthropicType: "invalid_request_error"},
	chat.Misdirected: {Status: http.StatusMisdirectedRequest, Cause: "misdirected", Code: "misdirected",
		OpenAIType: "invalid_request_error", OpenAICode: "misdirected_request", GeminiStatus: "FAILED_PRECONDITION",
		AnthropicType: "invalid_request_error"},
	chat.RateLimited: {Status: http.StatusTooManyRequests, Wait: 5 * time.Second, Cause: "rate_limited", Code: "too_soon",
		OpenAIType: "rate_limit_error", OpenAICode: "rate_limit_exceeded", GeminiStatus: "RESOURCE_EXHAUSTED",
		AnthropicType: "rate_limit_error"},
	chat.Quota: {Status: http.StatusTooManyRequests, Wait: time.Minute, Cause: "upstream_quota",
		OpenAIType: "rate_limit_error", OpenAICode: "rate_limit_exceeded", GeminiStatus: "RESOURCE_EXHAUSTED",
		AnthropicType: "rate_limit_error"},
	chat.Downgraded: {Status: http.StatusTooManyRequests, Wait: time.Minute, Cause: "downgraded",
		OpenAIType: "rate_limit_error", OpenAICode: "model_downgraded", GeminiStatus: "RESOURCE_EXHAUSTED",
		AnthropicType: "rate_limit_error"},
	chat.Upstream: {Status: http.StatusBadGateway, Cause: "upstream_error",
		OpenAIType: "server_error", OpenAICode: "upstream_error", GeminiStatus: "UNAVAILABLE",
		AnthropicType: "api_error", AnthropicStatus: http.StatusInternalServerError},
	chat.Unavailable: {Status: http.StatusServiceUnavailable, Wait: 10 * time.Second, Cause: "unavailable", Code: "unavailable",
		OpenAIType: "server_error", OpenAICode: "unavailable", GeminiStatus: "UNAVAILABLE",
		AnthropicType: "overloaded_error", AnthropicStatus: statusOverloaded},
	chat.Timeout: {Status: http.StatusGatewayTimeout, Cause: "upstream_timeout",
		OpenAIType: "server_error", OpenAICode: "upstream_timeout", GeminiStatus: "DEADLINE_EXCEEDED",
		AnthropicType: "timeout_error"},
	chat.Canceled: {Status: statusCanceled, Cause: "client_left",
		OpenAIType: "invalid_request_error", OpenAICode: "canceled", GeminiStatus: "CANCELLED",
		AnthropicType: "invalid_request_error"},
}

// LookupKind returns the row of a kind, that of chat.Internal for an unknown
// one. Code is never empty: it is "internal" for kinds without one.
func LookupKind(kind chat.Kind) KindInfo {
	if int(kind) >= len(kinds) {
		kind = chat.Internal
	}
	info := kinds[kind]
	if info.Code == "" {
		info.Code = kinds[chat.Internal].Code
	}
	return info
}
