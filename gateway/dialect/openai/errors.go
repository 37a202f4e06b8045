package openai

import (
	"net/http"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// errorBody is OpenAI's error object.
type errorBody struct {
	Error struct {
		Message string  `json:"message"`
		Type    string  `json:"type"`
		Param   *string `json:"param"`
		Code    string  `json:"code"`
	} `json:"error"`
}

func newErrorBody(err *chat.Error) errorBody {
	info := dialect.LookupKind(err.Kind)
	var body errorBody
	body.Error.Message, body.Error.Type, body.Error.Code = err.Message, info.OpenAIType, info.OpenAICode
	param := err.Param
	if param == "" && err.Kind == chat.UnknownModel {
		param = "model"
	}
	if param != "" {
		body.Error.Param = &param
	}
	return body
}

func encodeError(err *chat.Error, _ string) (int, dialect.Body) {
	return dialect.StatusCode(err.Kind), dialect.NewBody(newErrorBody(err))
}

// absentPaths are the parts of the OpenAI API that are known and not served,
// by their path below /v1.
var absentPaths = []struct{ path, message string }{
	{"/ollama", "the API of Ollama is not offered; choose a provider of type OpenAI (compatible) and the base URL http://HOST/v1"},
	{"/responses", "of the Responses API this is not offered; use POST /v1/responses, and GET and DELETE of /v1/responses/ID"},
	{"/completions", "plain completions are not offered; use POST /v1/chat/completions"},
	{"/images", "of the Images API only POST /v1/images/generations and /v1/images/edits are offered"},
	{"/embeddings", "embeddings are not offered; use another provider for them"},
	{"/audio", "speech and transcription are not offered; use another provider for them"},
	{"/realtime", "realtime sessions are not offered; use POST /v1/chat/completions with stream"},
	{"/rerank", "reranking is not offered; use another provider for it"},
	{"/moderations", "moderation is not offered; use another provider for it"},
	{"/files", "no files are kept; send them inside the messages of POST /v1/chat/completions"},
	{"/uploads", "no files are kept; send them inside the messages of POST /v1/chat/completions"},
	{"/batches", "batches are not offered; use POST /v1/chat/completions"},
	{"/assistants", "assistants are not offered; use POST /v1/chat/completions"},
	{"/threads", "threads are not offered; use POST /v1/chat/completions"},
	{"/vector_stores", "vector stores are not offered"},
	{"/fine_tuning", "fine-tuning is not offered"},
	{"/videos", "videos are not offered"},
}

// explainPath names the part of the API that is not served, and its substitute.
func explainPath(r *http.Request) *chat.Error {
	path := r.URL.Path
	if dialect.IsUnder(path, "/dashboard/billing") {
		return chat.NewError(chat.Unsupported, "there is no billing here; requests run on the owner's own session")
	}
	path = strings.TrimPrefix(strings.TrimPrefix(path, "/openai"), "/v1")
	for _, absent := range absentPaths {
		if dialect.IsUnder(path, absent.path) {
			return chat.NewError(chat.Unsupported, absent.message)
		}
	}
	return chat.NewError(chat.UnknownPath, "no such path; set the base URL to end in /v1 for OpenAI clients (POST /v1/chat/completions, POST /v1/images/generations, GET /v1/models) or in /gemini for Gemini clients")
}
