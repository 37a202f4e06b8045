package geminiweb

import (
	"bytes"
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"

	"github.com/geminid/geminid/chat"
)

// Values of [Config.ChatMode]. Answers are made in chats that
const (
	ChatTemporary   = "temporary"    // never enter the account's history
	ChatKeep        = "keep"         // stay in it
	ChatDeleteAfter = "delete_after" // are deleted when the answer is complete
)

const (
	pathGenerate = "/_/BardChatUi/data/assistant.lamda.BardFrontendService/StreamGenerate"
	pathBatch    = "/_/BardChatUi/data/batchexecute"

	headerModel   = "X-Goog-Ext-525001261-Jspb"
	headerRequest = "X-Goog-Ext-525005358-Jspb"
	headerA       = "X-Goog-Ext-73010989-Jspb"
	headerB       = "X-Goog-Ext-73010990-Jspb"

	formType = "application/x-www-form-urlencoded;charset=utf-8"
)

// Places in the array that a question is (docs/protocol.md).
const (
	placeTurn      = 0
	placeLanguage  = 1
	placeChat      = 2
	placeStream    = 7
	placeTemporary = 45
	placeTool      = 49
	placeRequest   = 59
	placeModel     = 79 // of a question that says how long to think
	placeThinking  = 80
	places         = 69
	placesThinking = placeThinking + 1
)

// thinkingLevels are the upstream's numbers, in a question and in the model header.
var thinkingLevels = map[chat.Thinking]int{chat.ThinkingStandard: 1, chat.ThinkingExtended: 2}

// toolNumbers are the upstream's numbers of tools.
var toolNumbers = map[chat.Tool]int{chat.CanvasTool: 2, chat.VideoTool: 11, chat.PictureTool: 14, chat.MusicTool: 21}

// question is one request as the upstream takes it, but for the page token,
// which a second try may change.
type question struct {
	target    target
	id        string // upper-case UUID, in the array and in a header
	form      string // f.req, ready to send
	language  string
	temporary bool
	remove    bool // delete the chat afterwards
}

// questionParts is the content of a question.
type questionParts struct {
	prompt   string
	files    []uploadedFile
	language string
}

// newQuestion encodes a prompt and its files. Pictures are refused in temporary
// chats, and videos that are still being made are lost with them, so the chats of tools
// are deleted instead.
func (c *Client) newQuestion(t target, a questionParts) question {
	q := question{target: t, id: strings.ToUpper(uuid.NewString()), language: a.language}
	switch c.cfg.ChatMode {
	case ChatTemporary:
		q.temporary, q.remove = t.temporary(), !t.temporary()
	case ChatDeleteAfter:
		q.remove = true
	}
	b := scratchBuffers.Get().(*bytes.Buffer)
	defer returnScratch(b)
	b.Reset()
	q.writeInner(b, a)
	inner := b.String()
	b.Reset()
	b.WriteString("[null,")
	encodeJSON(b, inner)
	b.WriteByte(']')
	q.form = url.QueryEscape(b.String())
	return q
}

// fixedPlaces are the places of a question that are the same in all of them.
var fixedPlaces = [placesThinking]string{
	placeChat: `["","","",null,null,null,null,null,null,""]`,
	6:         "[1]", placeStream: "1", 10: "1", 11: "0", 17: "[[0]]", 18: "0",
	27: "1", 30: "[4]", 41: "[1]", 53: "0", 61: "[]", 68: "2",
}

// writeInner spells the question's inner array.
func (q question) writeInner(b *bytes.Buffer, a questionParts) {
	b.WriteByte('[')
	count := places
	if q.target.thinking != chat.ThinkingUnset {
		count = placesThinking
	}
	for place, value := range fixedPlaces[:count] {
		if place > 0 {
			b.WriteByte(',')
		}
		switch {
		case place == placeTurn:
			encodeJSON(b, []any{a.prompt, 0, nil, attachmentList(a.files), nil, nil, 0})
		case place == placeLanguage:
			encodeJSON(b, []string{q.language})
		case place == placeTemporary && q.temporary:
			b.WriteByte('1')
		case place == placeTool && q.target.tool != chat.NoTool:
			b.WriteString(strconv.Itoa(toolNumbers[q.target.tool]))
		case place == placeRequest:
			encodeJSON(b, q.id)
		case place == placeModel && q.target.class > 0:
			b.WriteString(strconv.Itoa(int(q.target.class)))
		case place == placeThinking:
			b.WriteString(strconv.Itoa(thinkingLevels[q.target.thinking]))
		default:
			b.WriteString(cmp.Or(value, "null"))
		}
	}
	b.WriteByte(']')
}

// attachmentList is the list of a question's files, nil for none.
func attachmentList(files []uploadedFile) any {
	if len(files) == 0 {
		return nil
	}
	list := make([]any, len(files))
	for i, f := range files {
		list[i] = []any{[]any{f.reference}, f.name}
	}
	return list
}

func (q question) setHeaders(h http.Header) {
	putHeaders(h, headerModel, q.target.modelHeader(), headerRequest, `["`+q.id+`",1]`, headerA, "[0]", headerB, "[0,0,0]")
}

// putHeaders sets headers, given as name, value, name, value and so on; the names must
// be canonical.
func putHeaders(h http.Header, pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		h[pairs[i]] = pairs[i+1 : i+2 : i+2]
	}
}

// formBody joins the page token and f.req. The page sends the & at the end too.
func (s *session) formBody(request string) string {
	if s.Token == "" {
		return "f.req=" + request + "&"
	}
	return "at=" + url.QueryEscape(s.Token) + "&f.req=" + request + "&"
}

// callQuery is the query of a call; the request number rises by 100000 a call.
func (s *session) callQuery(language string) url.Values {
	q := url.Values{"hl": {language}, "_reqid": {strconv.FormatInt(s.request.Add(100_000), 10)}, "rt": {"c"}}
	if s.Build != "" {
		q.Set("bl", s.Build)
	}
	if s.Session != "" && !s.omitSession {
		q.Set("f.sid", s.Session)
	}
	return q
}

func appURL(path string, query url.Values) *url.URL {
	return &url.URL{Scheme: "https", Host: hostApp, Path: path, RawQuery: query.Encode()}
}

// marshalJSON is JSON without the escapes that only web pages need.
func marshalJSON(v any) string {
	b := scratchBuffers.Get().(*bytes.Buffer)
	defer returnScratch(b)
	b.Reset()
	encodeJSON(b, v)
	return b.String()
}

// encodeJSON is marshal into a buffer.
func encodeJSON(b *bytes.Buffer, v any) {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)         // arrays of strings and numbers
	b.Truncate(b.Len() - 1) // its newline
}

// scratchBuffers lends buffers for encoding in several steps.
var scratchBuffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

func returnScratch(b *bytes.Buffer) {
	if b.Cap() <= 64<<10 {
		scratchBuffers.Put(b)
	}
}
