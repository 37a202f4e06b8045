package simulator

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// maxForm is the largest body that the RPC fronts read.
const maxForm = 32 << 20

// readForm reads the two fields that every RPC sends and checks the page token. It
// answers 400 itself and returns false if they are not acceptable.
func (c *call) readForm() (request json.RawMessage, ok bool) {
	kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	switch {
	case c.r.Method != http.MethodPost:
		c.serveHTML(http.StatusMethodNotAllowed, "")
		return nil, false
	case kind != "application/x-www-form-urlencoded":
		c.badRequest("content type")
		return nil, false
	}
	body, err := io.ReadAll(io.LimitReader(c.r.Body, maxForm))
	if err != nil {
		c.badRequest("unreadable body")
		return nil, false
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		c.badRequest("form")
		return nil, false
	}
	word, ok := c.tokenVerdict(values.Get("at"), values.Has("at"))
	c.noteEntry(func(e *Entry) { e.Token = word })
	if !ok {
		c.badRequest("page token " + word)
		return nil, false
	}
	request = json.RawMessage(values.Get("f.req"))
	if !json.Valid(request) {
		c.badRequest("f.req is not JSON")
		return nil, false
	}
	return request, true
}

// wantsChunks reports whether the answer is wanted frame by frame, in the
// length-prefixed form.
func (c *call) wantsChunks() bool { return c.r.URL.Query().Get("rt") == "c" }

// list is a JSON array whose elements are looked at one by one; elements that
// are not there read as null.
type list []json.RawMessage

func parseList(raw json.RawMessage) (list, bool) {
	var l list
	if json.Unmarshal(raw, &l) != nil || l == nil {
		return nil, false
	}
	return l, true
}

func (l list) at(i int) json.RawMessage {
	if i < 0 || i >= len(l) || l[i] == nil {
		return json.RawMessage("null")
	}
	return l[i]
}

func (l list) isNull(i int) bool { return string(l.at(i)) == "null" }

// textAt returns element i if it is a string, else "".
func (l list) textAt(i int) string {
	var s string
	_ = json.Unmarshal(l.at(i), &s)
	return s
}

// numberAt returns element i if it is a whole number, else 0.
func (l list) numberAt(i int) int {
	var n int
	_ = json.Unmarshal(l.at(i), &n)
	return n
}

// listAt returns element i if it is an array, else an empty one.
func (l list) listAt(i int) list {
	sub, _ := parseList(l.at(i))
	return sub
}
