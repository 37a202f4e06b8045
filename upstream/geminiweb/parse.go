package geminiweb

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
)

// frameFacts is what one frame says. The paths are those of docs/protocol.md.
type frameFacts struct {
	rows       int  // rows that carry an answer, a refusal or a request error
	candidates int  // rows with at least one candidate
	done       bool // the candidate is marked finished
	text       string
	replaced   bool // the text stands in another place than usual
	thoughts   string
	ids        turnIDs
	served     chat.Served
	media      []mediaLink
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

// mediaLink is a generated picture, video or piece of music as the answer names it:
// a link, a file name, and for pictures the id under which the app knows it.
type mediaLink struct {
	url, name, id string
	picture       bool
}

const cardContent = "http://googleusercontent.com/card_content/"

// parseFrame reads a whole frame. It must be valid JSON; what it does not recognize
// it leaves out. The texts in the facts may be parts of the frame's own copy:
// whoever keeps one for long keeps all of it, see adopt.
func parseFrame(frame []byte) frameFacts {
	var f frameFacts
	gjson.ParseBytes(frame).ForEach(func(_, row gjson.Result) bool {
		switch at(row, 0).Str {
		case "wrb.fr":
			f.addAnswerRow(row)
		case "er":
			f.rows++
			f.refused = &refusal{status: int(at(row, 5).Int()), http: true}
			f.token = handedOutToken(at(row, 9))
		case "e":
			f.ended = true
		}
		return true
	})
	return f
}

func (f *frameFacts) addAnswerRow(row gjson.Result) {
	var body gjson.Result
	ok := false
	for i, v := range elements(row) {
		switch i {
		case 2:
			body, ok = decodeEmbedded(v)
		case 5:
			if at(v, 0).Type == gjson.Number {
				f.rows++
				f.refused = &refusal{status: int(at(v, 0).Int()), code: int(at(v, 2, 0, 1, 0).Int())}
			}
		}
	}
	if !ok {
		return
	}
	f.rows++
	for i, v := range elements(body) {
		switch i {
		case 1:
			setString(&f.ids.cid, at(v, 0))
			setString(&f.ids.rid, at(v, 1))
		case 4:
			if first := at(v, 0); first.IsArray() {
				f.candidates++
				f.addCandidate(first)
			}
		case 6:
			f.job = f.job || at(v, 1, 0).Exists()
		case 25:
			f.saved = f.saved || decodeString(v) != ""
		case 39:
			setString(&f.served.ID, v)
		case 42:
			setString(&f.served.Name, v)
		}
	}
}

// addCandidate reads the first candidate. Where several rows carry one, the last
// that is not empty wins.
func (f *frameFacts) addCandidate(c gjson.Result) {
	var card string
	for i, v := range elements(c) {
		switch i {
		case 0:
			setString(&f.ids.rcid, v)
		case 1:
			setString(&f.text, at(v, 0))
		case 8:
			f.done = f.done || at(v, 0).Int() == finished
		case 12:
			f.job = f.job || at(v, 64).IsArray()
			if made := generatedMedia(v); len(made) > 0 {
				f.media = made
			}
		case 22:
			card = decodeString(at(v, 0))
		case 37:
			setString(&f.thoughts, at(v, 0, 0))
		}
	}
	if card == "" {
		return
	}
	f.replaced = true
	if strings.HasPrefix(f.text, cardContent) {
		f.text = card
	}
}

// finished is the candidate's mark for a complete answer; 1 is in progress.
const finished = 2

// generatedMedia reads what a media container holds. A picture's link shows a preview
// of it; of a video and a piece of music the second link is the file.
func generatedMedia(container gjson.Result) []mediaLink {
	if !container.IsArray() {
		return nil
	}
	var out []mediaLink
	at(container, 7, 0).ForEach(func(_, g gjson.Result) bool {
		image := at(g, 0, 3)
		if url := decodeString(at(image, 3)); url != "" {
			out = append(out, mediaLink{url: url, name: decodeString(at(image, 2)), id: decodeString(at(g, 1, 0)), picture: true})
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
		if url := decodeString(at(file.links, 1)); url != "" {
			out = append(out, mediaLink{url: url, name: file.name})
		}
	}
	return out
}

// handedOutToken finds the page token that a request error may carry, in
// [{"48448350":["xsrf","<token>",["<account>"]]}].
func handedOutToken(r gjson.Result) (token string) {
	r.Get("0").ForEach(func(_, value gjson.Result) bool {
		if decodeString(at(value, 0)) == "xsrf" {
			token = strings.Clone(decodeString(at(value, 1)))
		}
		return token == ""
	})
	return token
}
