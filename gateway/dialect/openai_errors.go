package dialect

import (
	"net/http"
	"strings"

	"github.com/geminid/geminid/chat"
)

// openaiKinds names type and code of each kind. The code is always a string:
// Cherry Studio shows an error's message only then.
var openaiKinds = [...]struct{ kind, code string }{
	chat.Internal:         {"server_error", "internal_error"},
	chat.BadRequest:       {"invalid_request_error", "invalid_value"},
	chat.ContextLength:    {"invalid_request_error", "context_length_exceeded"},
	chat.Unauthorized:     {"invalid_request_error", "invalid_api_key"},
	chat.Forbidden:        {"permission_error", "insufficient_permissions"},
	chat.SignedOut:        {"permission_error", "cookies_expired"},
	chat.NoCookies:        {"permission_error", "cookies_missing"},
	chat.UnknownModel:     {"invalid_request_error", "model_not_found"},
	chat.UnknownPath:      {"invalid_request_error", "unknown_url"},
	chat.Unsupported:      {"invalid_request_error", "unsupported_operation"},
	chat.MethodNotAllowed: {"invalid_request_error", "method_not_allowed"},
	chat.TooLarge:         {"invalid_request_error", "request_too_large"},
	chat.MediaType:        {"invalid_request_error", "unsupported_media_type"},
	chat.Misdirected:      {"invalid_request_error", "misdirected_request"},
	chat.RateLimited:      {"rate_limit_error", "rate_limit_exceeded"},
	chat.Quota:            {"rate_limit_error", "rate_limit_exceeded"},
	chat.Downgraded:       {"rate_limit_error", "model_downgraded"},
	chat.Upstream:         {"server_error", "upstream_error"},
	chat.Unavailable:      {"server_error", "unavailable"},
	chat.Timeout:          {"server_error", "upstream_timeout"},
	chat.Canceled:         {"invalid_request_error", "canceled"},
}

type openaiFailure struct {
	Error struct {
		Message string  `json:"message"`
		Type    string  `json:"type"`
		Param   *string `json:"param"`
		Code    string  `json:"code"`
	} `json:"error"`
}

func openaiFail(err *chat.Error) any {
	names := openaiKinds[chat.Internal]
	if int(err.Kind) < len(openaiKinds) {
		names = openaiKinds[err.Kind]
	}
	var body openaiFailure
	body.Error.Message, body.Error.Type, body.Error.Code = err.Message, names.kind, names.code
	param := err.Param
	if param == "" && err.Kind == chat.UnknownModel {
		param = "model"
	}
	if param != "" {
		body.Error.Param = &param
	}
	return body
}

// openaiAbsent are the parts of the OpenAI API that are known and not served,
// by their path below /v1.
var openaiAbsent = []struct{ path, message string }{
	{"/responses", "the Responses API is not offered; use POST /v1/chat/completions"},
	{"/completions", "plain completions are not offered; use POST /v1/chat/completions"},
	{"/images", "of the Images API only POST /v1/images/generations and /v1/images/edits are offered"},
	{"/embeddings", "embeddings are not offered; use another provider for them"},
	{"/audio", "speech and transcription are not offered; use another provider for them"},
	{"/realtime", "realtime sessions are not offered; use POST /v1/chat/completions with stream"},
	{"/moderations", "moderation is not offered; use another provider for it"},
	{"/files", "no files are kept; send them inside the messages of POST /v1/chat/completions"},
	{"/uploads", "no files are kept; send them inside the messages of POST /v1/chat/completions"},
	{"/batches", "batches are not offered; use POST /v1/chat/completions"},
	{"/assistants", "assistants are not offered; use POST /v1/chat/completions"},
	{"/threads", "threads are not offered; use POST /v1/chat/completions"},
	{"/conversations", "conversations are not kept; send the whole one to POST /v1/chat/completions"},
	{"/vector_stores", "vector stores are not offered"},
	{"/fine_tuning", "fine-tuning is not offered"},
	{"/videos", "videos are not offered"},
}

func openaiLost(r *http.Request) *chat.Error {
	path := r.URL.Path
	if under(path, "/dashboard/billing") {
		return chat.NewError(chat.Unsupported, "there is no billing here; requests run on the owner's own session")
	}
	path = strings.TrimPrefix(strings.TrimPrefix(path, "/openai"), "/v1")
	for _, absent := range openaiAbsent {
		if under(path, absent.path) {
			return chat.NewError(chat.Unsupported, absent.message)
		}
	}
	return chat.NewError(chat.UnknownPath, "no such path; set the base URL to end in /v1 for OpenAI clients (POST /v1/chat/completions, POST /v1/images/generations, GET /v1/models) or in /gemini for Gemini clients")
}
