package dialect

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/geminid/geminid/chat"
)

// geminiStatuses names the google.rpc code of each kind.
var geminiStatuses = [...]string{
	chat.Internal:         "INTERNAL",
	chat.BadRequest:       "INVALID_ARGUMENT",
	chat.ContextLength:    "INVALID_ARGUMENT",
	chat.Unauthorized:     "UNAUTHENTICATED",
	chat.Forbidden:        "PERMISSION_DENIED",
	chat.SignedOut:        "PERMISSION_DENIED",
	chat.NoCookies:        "PERMISSION_DENIED",
	chat.UnknownModel:     "NOT_FOUND",
	chat.UnknownPath:      "NOT_FOUND",
	chat.Unsupported:      "UNIMPLEMENTED",
	chat.MethodNotAllowed: "UNIMPLEMENTED",
	chat.TooLarge:         "INVALID_ARGUMENT",
	chat.MediaType:        "INVALID_ARGUMENT",
	chat.Misdirected:      "FAILED_PRECONDITION",
	chat.RateLimited:      "RESOURCE_EXHAUSTED",
	chat.Quota:            "RESOURCE_EXHAUSTED",
	chat.Downgraded:       "RESOURCE_EXHAUSTED",
	chat.Upstream:         "UNAVAILABLE",
	chat.Unavailable:      "UNAVAILABLE",
	chat.Timeout:          "DEADLINE_EXCEEDED",
	chat.Canceled:         "CANCELLED",
}

type geminiFailure struct {
	Error struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
		Status  string `json:"status"`
		Details []any  `json:"details,omitempty"`
	} `json:"error"`
}

type retryInfo struct {
	Type  string `json:"@type"`
	Delay string `json:"retryDelay"`
}

func geminiFail(err *chat.Error) any {
	var body geminiFailure
	body.Error.Code = StatusCode(err.Kind)
	body.Error.Message = err.Message
	body.Error.Status = geminiStatuses[chat.Internal]
	if int(err.Kind) < len(geminiStatuses) {
		body.Error.Status = geminiStatuses[err.Kind]
	}
	if body.Error.Code == http.StatusTooManyRequests {
		delay := strconv.FormatInt(int64(retryAfter(err)/time.Second), 10) + "s"
		body.Error.Details = []any{retryInfo{"type.googleapis.com/google.rpc.RetryInfo", delay}}
	}
	return body
}

// geminiAbsent are collections of the Gemini API that are known and not served.
var geminiAbsent = map[string]string{
	"upload":           "file uploads are not offered; send the file as inlineData",
	"files":            "the Files API is not offered; send the file as inlineData",
	"cachedContents":   "cached contents are not offered; send the whole conversation",
	"batches":          "batches are not offered; use models/MODEL:generateContent",
	"operations":       "long-running operations are not offered; use models/MODEL:generateContent",
	"interactions":     "interactions are not offered; use models/MODEL:generateContent",
	"corpora":          "corpora are not offered",
	"fileSearchStores": "file search is not offered",
}

func geminiLost(r *http.Request) *chat.Error {
	for segment := range strings.SplitSeq(r.URL.Path, "/") {
		if segment == "tunedModels" {
			return &chat.Error{Kind: chat.UnknownModel, Param: "model", Message: "no tuned models are served; the model list names those that are"}
		}
		if message, ok := geminiAbsent[segment]; ok {
			return chat.NewError(chat.Unsupported, message)
		}
	}
	return chat.NewError(chat.UnknownPath, "no such path; under /gemini/v1beta there are models, models/MODEL:generateContent, :streamGenerateContent?alt=sse and :countTokens")
}
