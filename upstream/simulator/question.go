package simulator

import (
	"encoding/json"
	"net/http"
	"strings"
)

// question is a StreamGenerate request, read and found to be well-formed.
type question struct {
	prompt    string // cut at the limit
	length    int    // of the prompt as it came
	files     []attachment
	cid       string // "" for a new chat
	temporary bool
	tool      int    // that was asked for by number, 0 for none
	gem       string // id of the persona that answers, "" for none
	gemName   string
	extended  bool // extended thinking was asked for
	stream    bool // snapshots are wanted as they are made
	model     Model
	chat      *conversation // of a follow-up
}

// attachment is a file that the question names.
type attachment struct{ ref, name string }

const (
	slotTurn = 0 // the user's turn: prompt at 0, files at 3
	slotChat = 2 // where the conversation stands
	slotSnap = 7
	slotTemp = 45
	slotGem  = 19
	slotTool = 49
	slotUUID = 59
)

// The tools that a question may ask for by number.
const (
	toolResearch = 1
	toolCanvas   = 2
	toolVideo    = 11
	toolPicture  = 14
	toolMusic    = 21
)

// readQuestion reads f.req; a reason means that the request is malformed.
func (c *call) readQuestion(raw json.RawMessage) (q question, reason string) {
	outer, _ := parseList(raw)
	inner, ok := parseList([]byte(outer.textAt(1)))
	turn := inner.listAt(slotTurn)
	switch {
	case !ok || len(inner) == 0:
		return q, "inner request"
	case len(turn) == 0 || !isText(turn.at(0)):
		return q, "no prompt"
	case !metadataFits(inner):
		return q, "metadata"
	case !uuidFits(c.r.Header, inner.textAt(slotUUID)):
		return q, "request id"
	}
	q.prompt = turn.textAt(0)
	q.length = len(q.prompt)
	for i := range turn.listAt(3) {
		file := turn.listAt(3).listAt(i)
		q.files = append(q.files, attachment{file.listAt(0).textAt(0), file.textAt(1)})
	}
	if strings.TrimSpace(q.prompt) == "" && len(q.files) == 0 {
		return q, "empty prompt"
	}
	q.cid = inner.listAt(slotChat).textAt(0)
	q.temporary = inner.numberAt(slotTemp) == 1
	q.tool = inner.numberAt(slotTool)
	q.gem = inner.textAt(slotGem)
	q.extended = thinkingLevel(c.r.Header) >= 2
	q.stream = inner.numberAt(slotSnap) == 1 || len(inner) <= slotSnap
	return q, ""
}

// metadataFits wants null, or three ids, six nulls and a context. Anything but
// null in between is a 400 on the web as well.
func metadataFits(inner list) bool {
	if inner.isNull(slotChat) {
		return true
	}
	meta, ok := parseList(inner.at(slotChat))
	if !ok || len(meta) > 10 {
		return false
	}
	for i, v := range meta {
		id := i < 3 || i == 9
		if string(v) != "null" && (!id || !isText(v)) {
			return false
		}
	}
	return true
}

// uuidFits compares the request's id in the header with the one in the array.
func uuidFits(h http.Header, inside string) bool {
	header := h.Get("X-Goog-Ext-525005358-Jspb")
	if header == "" {
		return inside == ""
	}
	l, ok := parseList([]byte(header))
	return ok && l.textAt(0) == inside
}

func isText(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '"' }

// askedModel is the model id in the header, in any of its shapes; "?" when the
// header cannot be read, "" without one.
func askedModel(h http.Header) string {
	value := h.Get("X-Goog-Ext-525001261-Jspb")
	if value == "" {
		return ""
	}
	l, ok := parseList([]byte(value))
	if !ok {
		return "?"
	}
	id := l.textAt(4)
	if id == "" || len(id) > 64 {
		return "?"
	}
	return id
}

// thinkingLevel is the level in the model header: 1 standard, 2 extended. The same
// number in slot 80 of the question changes nothing by itself, nor does the
// model's number in slot 79.
func thinkingLevel(h http.Header) int {
	l, _ := parseList([]byte(h.Get("X-Goog-Ext-525001261-Jspb")))
	return l.numberAt(15)
}
