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

// claimedBytes bounds the memory that is allocated because of a Content-Length
// before any of the body has arrived.
const claimedBytes = 32 << 10

// ReadBody reads the whole body of r as one JSON object, maps the names of its
// fields, and sorts them by the table; a nil one leaves all to the decoder. The size must be bounded by an http.MaxBytesReader around r.Body;
// everything else is checked here. It blocks until the body is read.
func ReadBody(r *http.Request, names NameMapping, table Fields) (Object, error) {
	if err := CheckEncoding(r); err != nil {
		return Object{}, err
	}
	text := newBodyText(r.ContentLength)
	if _, err := io.Copy(text, r.Body); err != nil {
		return Object{}, ExplainReadError(r, err)
	}
	return parseBody(strings.TrimPrefix(text.String(), "\ufeff"), names, table)
}

// bodyText gathers a body. Its buffer doubles, which leaves less behind than the steps
// of a [strings.Builder], and ends at the claimed length of a body that came as
// claimed. It is never longer than twice what has arrived.
type bodyText struct {
	text    *strings.Builder
	claimed int // the Content-Length, not positive if none was given
}

func newBodyText(claimed int64) *bodyText {
	t := &bodyText{text: new(strings.Builder), claimed: int(claimed)}
	t.text.Grow(int(min(max(claimed, 0), claimedBytes)))
	return t
}

// Write implements io.Writer.
func (t *bodyText) Write(p []byte) (int, error) {
	if need := t.text.Len() + len(p); need > t.text.Cap() {
		size := max(2*t.text.Cap(), need)
		if need <= t.claimed {
			size = min(size, t.claimed)
		}
		larger := new(strings.Builder)
		larger.Grow(size)
		larger.WriteString(t.text.String())
		t.text = larger
	}
	return t.text.Write(p)
}

// String returns the body so far.
func (t *bodyText) String() string { return t.text.String() }

// CheckEncoding returns the error of a compressed body, nil for a plain one.
func CheckEncoding(r *http.Request) error {
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return chat.NewError(chat.MediaType, "compressed request bodies are not accepted; send the body without Content-Encoding")
	}
	return nil
}

// BodyTooLong returns the error of a body above limit bytes.
func BodyTooLong(limit int64) *chat.Error {
	return chat.NewError(chat.TooLarge, fmt.Sprintf("the request body is longer than %d bytes; send fewer or smaller files", limit))
}

// ExplainReadError returns the error for the client if reading its body failed
// with err: the body is too long, or did not arrive whole.
func ExplainReadError(r *http.Request, err error) *chat.Error {
	var tooLong *http.MaxBytesError
	var refusal *chat.Error
	switch {
	case errors.As(err, &refusal):
		return refusal // of the reader that bounds the body
	case errors.As(err, &tooLong):
		return BodyTooLong(tooLong.Limit)
	case r.Context().Err() != nil:
		return &chat.Error{Kind: chat.Canceled, Message: "the client left while sending the request", Err: err}
	default:
		return &chat.Error{Kind: chat.BadRequest, Message: "the request body did not arrive whole", Err: err}
	}
}

func parseBody(text string, names NameMapping, table Fields) (Object, error) {
	if strings.TrimSpace(text) == "" {
		return Object{}, chat.NewError(chat.BadRequest, "the request body is empty; send a JSON object")
	}
	if tooDeep(text) {
		return Object{}, chat.NewError(chat.BadRequest, fmt.Sprintf("the request body is nested deeper than %d levels", maxDepth))
	}
	if !gjson.Valid(text) {
		return Object{}, chat.NewError(chat.BadRequest, "the request body is not valid JSON"+syntaxPlace(text))
	}
	root := Node{Value: gjson.Parse(text), names: names, table: table}
	if table != nil {
		root.ignored = new(ignoredFields)
	}
	if !root.Value.IsObject() {
		return Object{}, chat.NewError(chat.BadRequest, "the request body must be a JSON object")
	}
	return root.AsObject()
}

// syntaxPlace returns where the JSON is broken, without its text.
func syntaxPlace(text string) string {
	var syntax *json.SyntaxError
	var raw json.RawMessage
	if errors.As(json.Unmarshal([]byte(text), &raw), &syntax) {
		return fmt.Sprintf(": error at byte %d of %d", syntax.Offset, len(text))
	}
	return ""
}

// tooDeep reports whether text is nested deeper than maxDepth, by counting the
// brackets outside of strings. It takes any bytes: in broken JSON it may count
// too many brackets, but never too few for the parser that follows.
func tooDeep(text string) bool {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i += skipString(text[i+1:])
		case '{', '[':
			if depth++; depth > maxDepth {
				return true
			}
		case '}', ']':
			depth--
		}
	}
	return false
}

// skipString returns the length of a string behind its opening quote, the closing one
// included, that of text if it has none. Most of a body are strings, and few of them have
// escapes, so that it jumps to the quote.
func skipString(text string) int {
	end := -1 // of the next quote
	for at := 0; at <= len(text); {
		if end < at {
			next := strings.IndexByte(text[at:], '"')
			if next < 0 {
				break
			}
			end = at + next
		}
		escape := strings.IndexByte(text[at:end], '\\')
		if escape < 0 {
			return end + 1
		}
		at += escape + 2
	}
	return len(text)
}
