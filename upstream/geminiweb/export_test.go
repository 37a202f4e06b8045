package geminiweb

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/geminid/geminid/chat/media"
	"github.com/geminid/geminid/cookie"
)

// Frames cuts a body as the client does, taking a frame that is not JSON once
// more with each cut. Lost counts the frames that no cut made valid.
func Frames(body io.Reader) (frames []string, lost int, err error) {
	f := newFrameReader(body)
	defer f.release()
	for {
		frame, err := f.readFrame()
		if errors.Is(err, io.EOF) {
			return frames, lost, nil
		}
		if err != nil {
			return frames, lost, err
		}
		if json.Valid(frame) {
			frames = append(frames, string(frame))
		} else if !f.cutAgain() {
			lost++
		}
	}
}

// Step is what one frame brought.
type Step struct{ Text, Thoughts string }

// Reader follows one answer, frame by frame.
type Reader struct{ a decoder }

// WholeReader follows one answer that nobody reads while it is made.
func WholeReader() *Reader {
	return &Reader{decoder{text: tracker{atEnd: true}, thoughts: tracker{atEnd: true}}}
}

// Read takes a frame as the client does.
func (r *Reader) Read(frame []byte) (Step, bool) {
	n, ok := r.a.decodeFrame(frame)
	return Step{string(n.text), string(n.thoughts)}, ok
}

// ReadInFull takes a frame without the fast path.
func (r *Reader) ReadInFull(frame []byte) (Step, bool) {
	if !json.Valid(frame) {
		return Step{}, false
	}
	n := r.a.decodeInFull(frame)
	return Step{string(n.text), string(n.thoughts)}, true
}

// Scan takes a frame by the fast path alone, without making strings.
func (r *Reader) Scan(frame []byte) bool {
	_, ok := r.a.decodeFast(frame)
	return ok
}

// Flush ends the answer.
func (r *Reader) Flush() Step {
	n := r.a.flush()
	return Step{string(n.text), string(n.thoughts)}
}

// Decoded tells how many bytes were decoded.
func (r *Reader) Decoded() int { return r.a.decoded }

// Clean exposes clean.
func Clean(text string, before byte, final bool) (string, int) {
	out, used := cleanText(nil, []byte(text), before, final)
	return string(out), used
}

// Follow exposes follow.
func Follow(passed, text string, final bool) int {
	return findContinuation([]byte(passed), []byte(text), final)
}

// Facts is what Parse read, flat.
type Facts struct {
	Text, Thoughts, CID, Served, ServedName, Token string
	Candidates, Status, Code                       int
	Done, Ended, HTTP                              bool
	Pictures                                       []string
}

// Parse reads a frame in full.
func Parse(frame []byte) Facts {
	f := parseFrame(frame)
	out := Facts{
		Text: f.text, Thoughts: f.thoughts, CID: f.ids.cid, Served: f.served.ID, ServedName: f.served.Name,
		Token: f.token, Candidates: f.candidates, Done: f.done, Ended: f.ended,
	}
	if f.refused != nil {
		out.Status, out.Code, out.HTTP = f.refused.status, f.refused.code, f.refused.http
	}
	for _, p := range f.media {
		out.Pictures = append(out.Pictures, p.name)
	}
	return out
}

// ReadBody reads a whole body as a stream does and returns how many frames it
// had.
func ReadBody(src io.Reader) (n int) {
	f := newFrameReader(src)
	defer f.release()
	a := newDecoder(false)
	defer a.release()
	for {
		frame, err := f.readFrame()
		if err != nil {
			return n
		}
		if step, ok := a.decodeFrame(frame); ok {
			_ = string(step.text)
			n++
		}
	}
}

// Page is what scrape found.
type Page struct{ Token, Build, Session, Language, Feed, Account string }

// Scrape reads an app page.
func Scrape(html []byte) Page {
	p := scrapePage(html)
	return Page{p.token, p.build, p.session, p.language, p.feed, p.account}
}

// Interval reads a rotation's body.
func Interval(body []byte) time.Duration { return parseInterval(body) }

// Status is what the status RPC says.
type Status struct {
	Evidence cookie.Evidence
	Models   []string
	Capacity int
	Shifted  bool
	Body     string
}

// ReadRPC finds the row of a procedure in a body; for the status RPC it is also
// judged.
func ReadRPC(body []byte, id string) (Status, *Error) {
	c, err := New(Config{Transport: http.DefaultTransport})
	if err != nil {
		panic(err)
	}
	found, failure := c.findRow(context.Background(), bytes.NewReader(body), id)
	if failure != nil {
		return Status{Evidence: failure.finding.Evidence}, failure
	}
	a := parseAccount(found)
	s := Status{Body: found.Raw, Capacity: a.capacity, Shifted: a.shifted}
	s.Evidence = judgeStatus(int(at(found, 14).Int())).Evidence
	for _, o := range a.offers {
		s.Models = append(s.Models, o.id)
	}
	return s, nil
}

// CookieHeader is the Cookie header for an address.
func CookieHeader(set cookie.Set, u *url.URL) string { return cookieHeader(set, u) }

// Fresh lists the names of the cookies taken from an answer, the PSIDTS first.
func Fresh(resp *http.Response, now time.Time) (names []string) {
	psidts, extra := freshCookies(resp, now)
	if !psidts.IsZero() {
		names = append(names, cookie.NamePSIDTS)
	}
	for _, e := range extra {
		names = append(names, e.Name)
	}
	return names
}

// Capacity reads tier and capability flags.
func Capacity(tier, caps []int64) (int, bool) { return parseCapacity(tier, caps) }

// HTTPStatus judges an answer that is not 200.
func HTTPStatus(status int, header http.Header, body []byte) *Error {
	return httpStatusError(status, header, body)
}

// AnsweredAt is the upstream's time of an answer.
func AnsweredAt(header http.Header, now time.Time) time.Time { return answeredAt(header, now) }

// RetryAfter reads the header of that name.
func RetryAfter(value string, now time.Time) time.Duration { return retryAfter(value, now) }

// Sized asks a picture's link for a large one.
func Sized(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		panic(err)
	}
	return sizedLink(u, pictureSize).String()
}

// PictureName makes a plain file name.
func PictureName(name, kind string) string { return plainName(name) + media.FileExtension(kind) }

// IsJSON exposes isValid.
func IsJSON(b []byte) bool { return validJSON(b) }

// HeldWhileWaiting reads a body that comes in pieces and counts the waits for a
// piece during which the framer held a buffer although nothing was in it.
func HeldWhileWaiting(pieces ...string) (frames, held int) {
	var f *frameReader
	source := readFunc(func(p []byte) (int, error) {
		if len(pieces) == 0 {
			return 0, io.EOF
		}
		if f.block != nil && f.r == f.w {
			held++
		}
		n := copy(p, pieces[0])
		if pieces[0] = pieces[0][n:]; pieces[0] == "" {
			pieces = pieces[1:]
		}
		return n, nil
	})
	f = newFrameReader(source)
	defer f.release()
	for {
		if _, err := f.readFrame(); err != nil {
			return frames, held
		}
		frames++
	}
}

type readFunc func(p []byte) (int, error)

func (r readFunc) Read(p []byte) (int, error) { return r(p) }
