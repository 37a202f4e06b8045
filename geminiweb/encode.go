package geminiweb

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/google/uuid"
)

// ChatMode says what becomes of the chats that answers are made in.
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
	placePicture   = 49
	placeRequest   = 59
	places         = 69
)

// pictureTool is the value that asks for the picture tool.
const pictureTool = 14

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

// ask is what goes into a question.
type ask struct {
	prompt   string
	files    []upload
	language string
}

// newQuestion encodes a prompt and its files. Pictures are refused in temporary
// chats, so theirs are deleted instead.
func (c *Client) newQuestion(t target, a ask) question {
	q := question{target: t, id: strings.ToUpper(uuid.NewString()), language: a.language}
	switch c.cfg.ChatMode {
	case ChatTemporary:
		q.temporary, q.remove = !t.image, t.image
	case ChatDeleteAfter:
		q.remove = true
	}
	q.form = url.QueryEscape(marshal([]any{nil, q.inner(a)}))
	return q
}

func (q question) inner(a ask) string {
	in := make([]any, places)
	in[placeTurn] = []any{a.prompt, 0, nil, attached(a.files), nil, nil, 0}
	in[placeLanguage] = []any{q.language}
	in[placeChat] = []any{"", "", "", nil, nil, nil, nil, nil, nil, ""}
	in[6] = []any{1}
	in[placeStream] = 1
	in[10] = 1
	in[11] = 0
	in[17] = []any{[]any{0}}
	in[18] = 0
	in[27] = 1
	in[30] = []any{4}
	in[41] = []any{1}
	if q.temporary {
		in[placeTemporary] = 1
	}
	if q.target.image {
		in[placePicture] = pictureTool
	}
	in[53] = 0
	in[placeRequest] = q.id
	in[61] = []any{}
	in[68] = 2
	return marshal(in)
}

// attached is the list of a question's files, nil for none.
func attached(files []upload) any {
	if len(files) == 0 {
		return nil
	}
	list := make([]any, len(files))
	for i, f := range files {
		list[i] = []any{[]any{f.reference}, f.name}
	}
	return list
}

func (q question) header(h http.Header) {
	h.Set(headerModel, q.target.header())
	h.Set(headerRequest, marshal([]any{q.id, 1}))
	h.Set(headerA, "[0]")
	h.Set(headerB, "[0,0,0]")
}

// form joins the page token and f.req; the bare & at the end is what the page
// sends too.
func (s *session) form(request string) string {
	if s.token == "" {
		return "f.req=" + request + "&"
	}
	return "at=" + url.QueryEscape(s.token) + "&f.req=" + request + "&"
}

// query is the query of a call; the request number rises by 100000 a call.
func (s *session) query(language string) url.Values {
	q := url.Values{"hl": {language}, "_reqid": {strconv.FormatInt(s.request.Add(100_000), 10)}, "rt": {"c"}}
	if s.build != "" {
		q.Set("bl", s.build)
	}
	if s.page.session != "" && !s.omitSession {
		q.Set("f.sid", s.page.session)
	}
	return q
}

func appURL(path string, query url.Values) *url.URL {
	return &url.URL{Scheme: "https", Host: hostApp, Path: path, RawQuery: query.Encode()}
}

// marshal is JSON without the escapes that only web pages need.
func marshal(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v) // arrays of strings and numbers
	return strings.TrimSuffix(b.String(), "\n")
}
