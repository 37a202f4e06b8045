package dialect

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
)

// maxDepth bounds the nesting of a body before any recursive parser sees it.
const maxDepth = 64

// claimed is how much of the length that a request claims is believed before it
// came.
const claimed = 32 << 10

// readBody reads the whole body as one JSON object. The size is bounded by the
// http.MaxBytesReader around r.Body; everything else is checked here.
func readBody(r *http.Request, spell spelling) (object, error) {
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return object{}, chat.NewError(chat.MediaType, "compressed request bodies are not accepted; send the body without Content-Encoding")
	}
	var text strings.Builder
	text.Grow(int(min(max(r.ContentLength, 0), claimed)))
	if _, err := io.Copy(&text, r.Body); err != nil {
		return object{}, bodyError(r, err)
	}
	return parseBody(strings.TrimPrefix(text.String(), "\ufeff"), spell)
}

// bodyError tells a body that is too long from one that never came whole.
func bodyError(r *http.Request, err error) *chat.Error {
	var tooLong *http.MaxBytesError
	var refusal *chat.Error
	switch {
	case errors.As(err, &refusal):
		return refusal // whoever bounds the body says why it ends
	case errors.As(err, &tooLong):
		return chat.NewError(chat.TooLarge, fmt.Sprintf("the request body is longer than %d bytes; send fewer or smaller files", tooLong.Limit))
	case r.Context().Err() != nil:
		return &chat.Error{Kind: chat.Canceled, Message: "the client left while sending the request", Err: err}
	default:
		return &chat.Error{Kind: chat.BadRequest, Message: "the request body did not arrive whole", Err: err}
	}
}

func parseBody(text string, spell spelling) (object, error) {
	if strings.TrimSpace(text) == "" {
		return object{}, chat.NewError(chat.BadRequest, "the request body is empty; send a JSON object")
	}
	if tooDeep(text) {
		return object{}, chat.NewError(chat.BadRequest, fmt.Sprintf("the request body is nested deeper than %d levels", maxDepth))
	}
	if !gjson.Valid(text) {
		return object{}, chat.NewError(chat.BadRequest, "the request body is not valid JSON"+syntaxPlace(text))
	}
	root := node{value: gjson.Parse(text), spell: spell}
	if !root.value.IsObject() {
		return object{}, chat.NewError(chat.BadRequest, "the request body must be a JSON object")
	}
	return root.object()
}

// syntaxPlace says where the JSON breaks, without showing what stands there.
func syntaxPlace(text string) string {
	var syntax *json.SyntaxError
	var raw json.RawMessage
	if errors.As(json.Unmarshal([]byte(text), &raw), &syntax) {
		return fmt.Sprintf(": error at byte %d of %d", syntax.Offset, len(text))
	}
	return ""
}

// tooDeep counts brackets outside strings. It is meant for any bytes: on broken
// JSON it may count too many, never too few for the parser that follows.
func tooDeep(text string) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted:
			if c == '\\' {
				i++
			} else if c == '"' {
				quoted = false
			}
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}
