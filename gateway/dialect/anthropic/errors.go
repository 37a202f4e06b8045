package anthropic

import (
	"cmp"
	"net/http"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// errorBody is Anthropic's error object, in an answer and in a stream.
type errorBody struct {
	Type  string `json:"type"`
	Error struct {
		Type    string `json:"type"`
		Message string `json:"message"`
	} `json:"error"`
	RequestID string `json:"request_id"`
}

// tooLong is how the API itself begins the error of a prompt that is too long. Claude
// Code makes a summary of a conversation when it reads it.
const tooLong = "prompt is too long: "

func newErrorBody(err *chat.Error, requestID string) errorBody {
	body := errorBody{Type: "error", RequestID: requestID}
	body.Error.Type, body.Error.Message = dialect.LookupKind(err.Kind).AnthropicType, err.Message
	if err.Kind == chat.ContextLength {
		body.Error.Message = tooLong + err.Message
	}
	return body
}

func encodeError(err *chat.Error, requestID string) (int, dialect.Body) {
	info := dialect.LookupKind(err.Kind)
	return cmp.Or(info.AnthropicStatus, info.Status), dialect.NewBody(newErrorBody(err, requestID))
}

// absentCollections are collections of the API that are known and not served.
var absentCollections = map[string]string{
	"batches":       "message batches are not offered; use POST /v1/messages",
	"complete":      "plain completions are not offered; use POST /v1/messages",
	"files":         "no files are kept; send them inside the messages of POST /v1/messages",
	"skills":        "skills are not offered",
	"organizations": "there is no organization here; keys are made with: geminid keys add NAME",
	"environments":  "managed agents are not offered; use POST /v1/messages",
	"agents":        "managed agents are not offered; use POST /v1/messages",
	"sessions":      "managed agents are not offered; use POST /v1/messages",
}

// explainPath names the part of the API that is not served, and its substitute.
func explainPath(r *http.Request) *chat.Error {
	for segment := range strings.SplitSeq(r.URL.Path, "/") {
		if message, ok := absentCollections[segment]; ok {
			return chat.NewError(chat.Unsupported, message)
		}
	}
	return chat.NewError(chat.UnknownPath, "no such path; there are POST /v1/messages, POST /v1/messages/count_tokens and GET /v1/models")
}
