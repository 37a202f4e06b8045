package geminiweb

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
)

// facts is what one frame says. The paths are those of docs/protocol.md.
type facts struct {
	rows       int  // rows that carry an answer, a refusal or a request error
	candidates int  // rows with at least one candidate
	done       bool // the candidate is marked finished
	text       string
	replaced   bool // the text stands in another place than usual
	thoughts   string
	ids        turnIDs
	served     chat.Served
	media      []media
	saved      bool // the account's history has the turn
	job        bool // a tool is at work on something
	refused    *refusal
	token      string // a page token handed out with a request error
	ended      bool   // the last frame of the body
}

// turnIDs name a question and its answer in the account's history.
type turnIDs struct{ cid, rid, rcid string }

// refusal is an error inside a body that came with status 200.
type refusal struct {
	status int // google.rpc code, or the HTTP code of an "er" row
	code   int // BardErrorInfo code, 0 when there is none
	http   bool
}

// media is a generated picture, video or piece of music as the answer names it:
// a link, a file name, and for pictures the id under which the app knows it.
type media struct {
	url, name, id string
	picture       bool
}

const cardContent = "http://googleusercontent.com/card_content/"

// parse reads a whole frame. It must be valid JSON; what it does not recognize
// it leaves out.
func parse(frame []byte) facts {
	var f facts
	gjson.ParseBytes(frame).ForEach(func(_, row gjson.Result) bool {
		switch at(row, 0).String() {
		case "wrb.fr":
			f.wrapped(row)
		case "er":
			f.rows++
			f.refused = &refusal{status: int(at(row, 5).Int()), http: true}
			f.token = handedOut(at(row, 9))
		case "e":
			f.ended = true
		}
		return true
	})
	return f
}

func (f *facts) wrapped(row gjson.Result) {
	if status := at(row, 5); at(status, 0).Type == gjson.Number {
		f.rows++
		f.refused = &refusal{status: int(at(status, 0).Int()), code: int(at(status, 2, 0, 1, 0).Int())}
	}
	body, ok := embedded(at(row, 2))
	if !ok {
		return
	}
	f.rows++
	set(&f.ids.cid, at(body, 1, 0))
	set(&f.ids.rid, at(body, 1, 1))
	f.job = f.job || at(body, 6, 1, 0).Exists()
	f.saved = f.saved || str(at(body, 25)) != ""
	set(&f.served.ID, at(body, 39))
	set(&f.served.Name, at(body, 42))
	if first := at(body, 4, 0); first.IsArray() {
		f.candidates++
		f.candidate(first)
	}
}

// candidate reads the first candidate. Where several rows carry one, the last
// that is not empty wins.
func (f *facts) candidate(c gjson.Result) {
	set(&f.ids.rcid, at(c, 0))
	if text := str(at(c, 1, 0)); text != "" {
		f.text = text
	}
	if card := str(at(c, 22, 0)); card != "" {
		f.replaced = true
		if strings.HasPrefix(f.text, cardContent) {
			f.text = card
		}
	}
	if thoughts := str(at(c, 37, 0, 0)); thoughts != "" {
		f.thoughts = thoughts
	}
	f.done = f.done || at(c, 8, 0).Int() == finished
	container := at(c, 12)
	f.job = f.job || at(container, 64).IsArray()
	if made := generated(container); len(made) > 0 {
		f.media = made
	}
}

// finished is the candidate's mark for a complete answer; 1 is in progress.
const finished = 2

// generated reads what a media container holds. A picture's link shows a preview
// of it; of a video and a piece of music the second link is the file.
func generated(container gjson.Result) []media {
	var out []media
	at(container, 7, 0).ForEach(func(_, g gjson.Result) bool {
		image := at(g, 0, 3)
		if url := str(at(image, 3)); url != "" {
			out = append(out, media{url: url, name: str(at(image, 2)), id: str(at(g, 1, 0)), picture: true})
		}
		return true
	})
	video, music := at(container, 59, 0, 0, 0), at(container, 86)
	for _, file := range []struct {
		links gjson.Result
		name  string
	}{
		{at(video, 0, 7), "video"}, {at(video, 7), "video"},
		{at(music, 0, 1, 7), "music"}, {at(music, 1, 1, 7), "music"},
	} {
		if url := str(at(file.links, 1)); url != "" {
			out = append(out, media{url: url, name: file.name})
		}
	}
	return out
}

// at walks a path of indexes. An array may end in an object whose keys are
// field numbers, counted from 1, in place of a long run of nulls: key "26" is
// index 25.
func at(r gjson.Result, path ...int) gjson.Result {
	for _, i := range path {
		r = field(r, i)
	}
	return r
}

func field(array gjson.Result, i int) (found gjson.Result) {
	if !array.IsArray() {
		return gjson.Result{}
	}
	var last gjson.Result
	n, hit := 0, false
	array.ForEach(func(_, value gjson.Result) bool {
		if n == i {
			found, hit = value, true
		}
		last = value
		n++
		return n <= i+1 // one further, to know whether the hit is the last
	})
	switch {
	case hit && (n > i+1 || !found.IsObject()):
		return found
	case last.IsObject() && n <= i+1:
		return last.Get(strconv.Itoa(i + 1))
	}
	return gjson.Result{}
}

// embedded decodes a row's inner JSON.
func embedded(r gjson.Result) (gjson.Result, bool) {
	inner := str(r)
	if inner == "" || !json.Valid([]byte(inner)) {
		return gjson.Result{}, false
	}
	return gjson.Parse(inner), true
}

// str decodes a JSON string exactly as encoding/json does: gjson is careless
// with lone surrogates and bytes that are no UTF-8. Other values give "".
func str(r gjson.Result) (s string) {
	if r.Type != gjson.String || json.Unmarshal([]byte(r.Raw), &s) != nil {
		return ""
	}
	return s
}

func set(dst *string, r gjson.Result) {
	if s := str(r); s != "" {
		*dst = s
	}
}

// handedOut finds the page token that a request error may carry, in
// [{"48448350":["xsrf","<token>",["<account>"]]}].
func handedOut(r gjson.Result) (token string) {
	r.Get("0").ForEach(func(_, value gjson.Result) bool {
		if str(at(value, 0)) == "xsrf" {
			token = str(at(value, 1))
		}
		return token == ""
	})
	return token
}
