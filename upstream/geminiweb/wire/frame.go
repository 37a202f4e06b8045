package wire

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
)

// Frame is one frame of an answer, parsed in full. Its strings may share the
// memory of a copy of the whole frame: clone one that is kept for long.
type Frame struct {
	Rows       int  // rows that carry an answer, a refusal or a request error
	Candidates int  // rows with at least one candidate
	Done       bool // the candidate is marked complete
	Text       string
	Replaced   bool // the text stands in another place than usual
	Thoughts   string
	IDs        TurnIDs
	Served     chat.Served // the model that answers
	Media      []MediaLink
	Documents  []Document
	Sources    []Source
	Searched   bool     // the web was searched for the answer
	Job        bool     // a video or music is being made
	Refused    *Refusal // nil if nothing was refused
	Token      string   // a page token that came with a request error
	Unknown    Unknown  // what no reader knows
	Ended      bool     // this is the last frame of the body
}

// TurnIDs name a question and its answer in the account's history: the chat,
// the response and the chosen candidate.
type TurnIDs struct{ CID, RID, RCID string }

// Refusal is an error inside a body that came with status 200.
type Refusal struct {
	Status int  // google.rpc code, or the HTTP status if HTTP is set
	Code   int  // BardErrorInfo code, 0 if there is none
	HTTP   bool // the error is an "er" row
}

// MediaLink is a generated picture, video or piece of music, or a picture from the
// web.
type MediaLink struct {
	URL, Name string
	ID        string // how the app knows a picture; "" for other media
	Picture   bool
	// Web is a picture that was found on the web; Page and Title are of the page that
	// shows it, "" if unknown.
	Web         bool
	Page, Title string
}

// CandidateDone is the mark of a complete candidate, at index 8 of it. 1 is in
// progress.
const CandidateDone = 2

const cardContent = "http://googleusercontent.com/card_content/"

// ParseFrame parses a frame. It reports false if the frame is not valid JSON.
func ParseFrame(frame []byte) (Frame, bool) {
	var f Frame
	if !ValidJSON(frame) {
		return f, false
	}
	gjson.ParseBytes(frame).ForEach(func(_, row gjson.Result) bool {
		switch At(row, 0).Str {
		case "wrb.fr":
			f.addAnswerRow(row)
		case "er":
			f.Rows++
			f.Refused = &Refusal{Status: int(At(row, 5).Int()), HTTP: true}
			f.Token = handedOutToken(At(row, 9))
		case "e":
			f.Ended = true
		}
		return true
	})
	return f, true
}

func (f *Frame) addAnswerRow(row gjson.Result) {
	var body gjson.Result
	ok := false
	for i, v := range Elements(row) {
		switch i {
		case 2:
			body, ok = decodeEmbedded(v)
		case 5:
			if At(v, 0).Type == gjson.Number {
				f.Rows++
				f.Refused = parseRefusal(v)
			}
		}
	}
	if !ok {
		return
	}
	f.Rows++
	for i, v := range Elements(body) {
		noteUnknown(&f.Unknown.Body, &knownBody, i, v)
		switch i {
		case 1:
			setString(&f.IDs.CID, At(v, 0))
			setString(&f.IDs.RID, At(v, 1))
		case 4:
			if first := At(v, 0); first.IsArray() {
				f.Candidates++
				f.addCandidate(first)
			}
		case 6:
			f.Searched = f.Searched || DecodeString(At(v, 1, 0)) == "google"
		case 39:
			setString(&f.Served.ID, v)
		case 42:
			setString(&f.Served.Name, v)
		}
	}
}

// addCandidate reads the first candidate of a row. If several rows carry one,
// the last that is not empty wins.
func (f *Frame) addCandidate(c gjson.Result) {
	var card string
	var sources []Source
	for i, v := range Elements(c) {
		noteUnknown(&f.Unknown.Candidate, &knownCandidate, i, v)
		switch i {
		case 0:
			setString(&f.IDs.RCID, v)
		case 1:
			setString(&f.Text, At(v, 0))
		case 2:
			sources = readSources(At(v, 1))
		case 8:
			f.Done = f.Done || At(v, 0).Int() == CandidateDone
		case 12:
			for place, part := range Elements(v) {
				noteUnknown(&f.Unknown.Container, &knownContainer, place, part)
			}
			f.Job = f.Job || At(v, 64).IsArray()
			if media := append(generatedMedia(v), webPictures(At(v, 1))...); len(media) > 0 {
				f.Media = media
			}
			sources = append(sources, readCitations(At(v, 43))...)
		case 22:
			card = DecodeString(At(v, 0))
		case 30:
			f.Documents = readDocuments(v)
		case 37:
			setString(&f.Thoughts, At(v, 0, 0))
		}
	}
	if len(sources) > 0 {
		f.Sources = sources
	}
	if card == "" {
		return
	}
	f.Replaced = true
	if strings.HasPrefix(f.Text, cardContent) {
		f.Text = card
	}
}

// parseRefusal reads the error element of a row.
func parseRefusal(v gjson.Result) *Refusal {
	return &Refusal{Status: int(At(v, 0).Int()), Code: int(At(v, 2, 0, 1, 0).Int())}
}

// generatedMedia reads a media container. The link of a picture shows a preview
// of it; of a video or a piece of music the second link is the file.
func generatedMedia(container gjson.Result) []MediaLink {
	if !container.IsArray() {
		return nil
	}
	var out []MediaLink
	At(container, 7, 0).ForEach(func(_, g gjson.Result) bool {
		image := At(g, 0, 3)
		if url := DecodeString(At(image, 3)); url != "" {
			out = append(out, MediaLink{URL: url, Name: DecodeString(At(image, 2)), ID: DecodeString(At(g, 1, 0)), Picture: true})
		}
		return true
	})
	video, music := At(container, 59, 0, 0, 0), At(container, 86)
	for _, file := range []struct {
		links gjson.Result
		name  string
	}{
		{At(video, 0, 7), "video"}, {At(video, 7), "video"},
		{At(music, 0, 1, 7), "music"}, {At(music, 1, 1, 7), "music"},
	} {
		if url := DecodeString(At(file.links, 1)); url != "" {
			out = append(out, MediaLink{URL: url, Name: file.name})
		}
	}
	return out
}

// webPictureLimit bounds the pictures from the web that are read of an answer.
const webPictureLimit = 8

// webPictures reads the pictures that were found on the web, rows
// [[[url, ...], ..., alt], [[page, ...]], ..., [title, page]] with the title at 7.
func webPictures(rows gjson.Result) []MediaLink {
	var out []MediaLink
	for _, row := range Elements(rows) {
		url := DecodeString(At(row, 0, 0, 0))
		if url == "" || len(out) == webPictureLimit {
			continue
		}
		page := DecodeString(At(row, 7, 1))
		if page == "" {
			page = DecodeString(At(row, 1, 0, 0))
		}
		title := DecodeString(At(row, 7, 0))
		if title == "" {
			title = DecodeString(At(row, 0, 4))
		}
		out = append(out, MediaLink{URL: url, Name: DecodeString(At(row, 0, 4)), Picture: true, Web: true, Page: page, Title: title})
	}
	return out
}

// handedOutToken finds the page token that a request error may carry, in
// [{"48448350":["xsrf","<token>",["<account>"]]}].
func handedOutToken(r gjson.Result) (token string) {
	r.Get("0").ForEach(func(_, value gjson.Result) bool {
		if DecodeString(At(value, 0)) == "xsrf" {
			token = strings.Clone(DecodeString(At(value, 1)))
		}
		return token == ""
	})
	return token
}
