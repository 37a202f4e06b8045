package gemini

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// errorBody is Google's error object. Its details are those of a 429.
type errorBody struct {
	Error struct {
		Code    int         `json:"code"`
		Message string      `json:"message"`
		Status  string      `json:"status"`
		Details []retryInfo `json:"details,omitempty"`
	} `json:"error"`
}

type retryInfo struct {
	Type  string `json:"@type"`
	Delay string `json:"retryDelay"`
}

func newErrorBody(err *chat.Error) errorBody {
	info := dialect.LookupKind(err.Kind)
	var body errorBody
	body.Error.Code, body.Error.Message, body.Error.Status = info.Status, err.Message, info.GeminiStatus
	if info.Status == http.StatusTooManyRequests {
		delay := strconv.FormatInt(int64(dialect.RetryDelay(err)/time.Second), 10) + "s"
		body.Error.Details = []retryInfo{{"type.googleapis.com/google.rpc.RetryInfo", delay}}
	}
	return body
}

func encodeError(err *chat.Error, _ string) (int, dialect.Body) {
	return dialect.StatusCode(err.Kind), dialect.NewBody(newErrorBody(err))
}

// absentCollections are collections of the Gemini API that are known and not served.
var absentCollections = map[string]string{
	"upload":           "files are uploaded with POST /upload/v1beta/files; set the client's API version to v1beta",
	"files":            "the Files API is at /v1beta/files; set the client's API version to v1beta",
	"cachedContents":   "cached contents are not offered; send the whole conversation",
	"batches":          "batches are not offered; use models/MODEL:generateContent",
	"operations":       "long-running operations are not offered; use models/MODEL:generateContent",
	"interactions":     "of the Interactions API this is not offered; use POST /v1beta/interactions, and GET and DELETE of /v1beta/interactions/ID",
	"corpora":          "corpora are not offered",
	"fileSearchStores": "file search is not offered",
}

// explainPath names the part of the API that is not served, and its substitute.
func explainPath(r *http.Request) *chat.Error {
	for segment := range strings.SplitSeq(r.URL.Path, "/") {
		if segment == "tunedModels" {
			return &chat.Error{Kind: chat.UnknownModel, Param: "model", Message: "no tuned models are served; the model list names those that are"}
		}
		if message, ok := absentCollections[segment]; ok {
			return chat.NewError(chat.Unsupported, message)
		}
	}
	return chat.NewError(chat.UnknownPath, "no such path; under /gemini/v1beta there are models, models/MODEL:generateContent, :streamGenerateContent?alt=sse and :countTokens")
}
