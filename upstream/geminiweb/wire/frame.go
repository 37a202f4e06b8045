package wire

import (
	"bytes"
	"encoding/base64"
	"net/url"
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
	for rows := parse(frame).elements(); rows.next(); {
		switch r := readRow(rows.value); r.kind {
		case "wrb.fr":
			f.addAnswerRow(r)
		case "er":
			f.Rows++
			f.Refused = &Refusal{Status: int(r.failure.integer()), HTTP: true}
			f.Token = handedOutToken(rows.value.at(9))
		case "e":
			f.Ended = true
		}
	}
	return f, true
}

// row is a row of a frame.
type row struct {
	kind    string
	call    value // the name of the procedure, in answers to one
	body    value // a string with JSON
	failure value // the error element, or the status of a request error
}

// readRow reads a row in one pass: the body may be long.
func readRow(v value) (r row) {
	for e := v.elements(); e.next(); {
		switch e.index {
		case 0:
			r.kind = e.value.text()
		case 1:
			r.call = e.value
		case 2:
			r.body = e.value
		case 5:
			r.failure = e.value
		}
	}
	return r
}

func (f *Frame) addAnswerRow(r row) {
	if r.failure.at(0).isNumber() {
		f.Rows++
		f.Refused = parseRefusal(r.failure)
	}
	body, ok := decodeEmbedded(r.body)
	if !ok {
		return
	}
	f.Rows++
	for e := body.elements(); e.next(); {
		noteUnknown(&f.Unknown.Body, &knownBody, e.index, e.value)
		switch e.index {
		case 1:
			setString(&f.IDs.CID, e.value.at(0))
			setString(&f.IDs.RID, e.value.at(1))
		case 4:
			if first := e.value.at(0); first.isArray() {
				f.Candidates++
				f.addCandidate(first)
			}
		case 6:
			f.Searched = f.Searched || e.value.at(1, 0).text() == "google"
		case 39:
			setString(&f.Served.ID, e.value)
		case 42:
			setString(&f.Served.Name, e.value)
		}
	}
}

// addCandidate reads the first candidate of a row. If several rows carry one,
// the last that is not empty wins.
func (f *Frame) addCandidate(c value) {
	var card string
	var sources []Source
	for e := c.elements(); e.next(); {
		v := e.value
		noteUnknown(&f.Unknown.Candidate, &knownCandidate, e.index, v)
		switch e.index {
		case 0:
			setString(&f.IDs.RCID, v)
		case 1:
			setString(&f.Text, v.at(0))
		case 2:
			sources = readSources(v.at(1))
		case 8:
			f.Done = f.Done || v.at(0).integer() == CandidateDone
		case 12:
			for part := v.elements(); part.next(); {
				noteUnknown(&f.Unknown.Container, &knownContainer, part.index, part.value)
			}
			f.Job = f.Job || v.at(64).isArray()
			if media := append(generatedMedia(v), webPictures(v.at(1))...); len(media) > 0 {
				f.Media = media
			}
			sources = append(sources, readCitations(v.at(43))...)
		case 22:
			card = v.at(0).text()
		case 30:
			f.Documents = readDocuments(v)
		case 37:
			setString(&f.Thoughts, v.at(0, 0))
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
func parseRefusal(v value) *Refusal {
	return &Refusal{Status: int(v.at(0).integer()), Code: int(v.at(2, 0, 1, 0).integer())}
}

// generatedMedia reads a media container. The link of a picture shows a preview
// of it; of a video or a piece of music the second link is the file.
func generatedMedia(container value) []MediaLink {
	if !container.isArray() {
		return nil
	}
	var out []MediaLink
	for made := container.at(7, 0).elements(); made.next(); {
		g := made.value
		image := g.at(0, 3)
		if url := image.at(3).text(); url != "" {
			out = append(out, MediaLink{URL: url, Name: image.at(2).text(), ID: g.at(1, 0).text(), Picture: true})
		}
	}
	video, music := container.at(59, 0, 0, 0), container.at(86)
	for _, file := range []struct {
		links value
		name  string
	}{
		{video.at(0, 7), "video"}, {video.at(7), "video"},
		{music.at(0, 1, 7), "music"}, {music.at(1, 1, 7), "music"},
	} {
		if url := fileLink(file.links); url != "" {
			out = append(out, MediaLink{URL: url, Name: file.name})
		}
	}
	return out
}

// fileLink returns the link of a file among those behind the first, which shows a
// preview: the one whose token says response_data, as others lead to what the question
// held, or else the first of them.
func fileLink(links value) string {
	for e := links.elements(); e.next(); {
		if e.index == 0 {
			continue
		}
		link := e.value.text()
		u, err := url.Parse(link)
		if err != nil {
			continue
		}
		token := strings.TrimRight(u.Query().Get("c"), "=")
		if said, _ := base64.RawURLEncoding.DecodeString(token); bytes.Contains(said, []byte("response_data")) {
			return link
		}
	}
	return links.at(1).text()
}

// webPictureLimit bounds the pictures from the web that are read of an answer.
const webPictureLimit = 8

// webPictures reads the pictures that were found on the web, rows
// [[[url, ...], ..., alt], [[page, ...]], ..., [title, page]] with the title at 7.
func webPictures(rows value) []MediaLink {
	var out []MediaLink
	for e := rows.elements(); e.next(); {
		row := e.value
		url := row.at(0, 0, 0).text()
		if url == "" || len(out) == webPictureLimit {
			continue
		}
		page := row.at(7, 1).text()
		if page == "" {
			page = row.at(1, 0, 0).text()
		}
		title := row.at(7, 0).text()
		if title == "" {
			title = row.at(0, 4).text()
		}
		out = append(out, MediaLink{URL: url, Name: row.at(0, 4).text(), Picture: true, Web: true, Page: page, Title: title})
	}
	return out
}

// handedOutToken finds the page token that a request error may carry, in
// [{"48448350":["xsrf","<token>",["<account>"]]}].
func handedOutToken(v value) (token string) {
	gjson.Parse(string(v)).Get("0").ForEach(func(_, found gjson.Result) bool {
		if DecodeString(At(found, 0)) == "xsrf" {
			token = strings.Clone(DecodeString(At(found, 1)))
		}
		return token == ""
	})
	return token
}
