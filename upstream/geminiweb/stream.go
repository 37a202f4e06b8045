package geminiweb

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
)

// Stream asks one question and yields the answer: as it is made when the request
// says so, else each of its texts in one event, as the upstream left it in the
// end. An error comes last and is an *Error. It blocks in the caller's loop:
// breaking out of it, or the end of ctx, ends the upstream call. Before the first
// event a call that failed in a way that a second one may heal is made once more.
func (c *Client) Stream(ctx context.Context, set cookie.Set, req *chat.Request) iter.Seq2[chat.Event, error] {
	return func(yield func(chat.Event, error) bool) {
		t := turn{c: c, set: set, yield: yield, whole: !req.Stream}
		if err := t.run(ctx, req); err != nil && !t.left {
			yield(chat.Event{}, err)
		}
	}
}

// turn is one question on its way.
type turn struct {
	c     *Client
	set   cookie.Set
	q     question
	yield func(chat.Event, error) bool
	whole bool // nobody reads the answer while it is made

	session    *session // of the attempt at hand
	overflowed bool     // the conversation went up as a file

	begun  bool // an event went out: nothing can be tried again
	left   bool // the consumer broke out of the loop
	served chat.Served
	told   bool // the served model went out
	ids    turnIDs
}

// errLeft ends an attempt whose consumer is gone.
var errLeft = fail(chat.Canceled, cookie.Silent, "the client left")

const (
	retryPause  = time.Second
	endPatience = 10 * time.Second // for what follows a complete answer
)

func (t *turn) run(ctx context.Context, req *chat.Request) error {
	c := t.c
	known := c.accountOf(t.set)
	if _, ok := c.resolve(req.Model, known); !ok && known.known {
		return unknownModel()
	}
	s, failure := c.open(ctx, t.set)
	if failure != nil {
		return failure
	}
	to, ok := c.resolve(req.Model, c.accountOf(t.set))
	if !ok {
		return unknownModel()
	}
	prompt, files, failure := t.carry(ctx, s, req)
	if failure != nil {
		return failure
	}
	t.q = c.newQuestion(to, ask{prompt: prompt, files: files, language: c.language(s)})
	var tried [withoutSession + 1]bool
	for {
		token, failure := t.attempt(ctx, s)
		switch {
		case failure == nil || t.left:
			return nil
		case t.begun || failure.again == never || tried[failure.again]:
			return failure
		}
		tried[failure.again] = true
		next, err := t.prepare(ctx, s, failure, token)
		if err != nil {
			return err
		}
		s = next
	}
}

// unknownModel does not repeat the name: it comes from outside.
func unknownModel() *Error {
	e := fail(chat.UnknownModel, cookie.Silent, "there is no model of that name; GET /v1/models lists the ones there are")
	e.told.Param = "model"
	return e
}

// prepare makes ready for another attempt.
func (t *turn) prepare(ctx context.Context, s *session, failure *Error, token string) (*session, *Error) {
	switch failure.again {
	case withToken:
		next, err := t.c.renew(ctx, t.set, s, token)
		if err == nil && next.token == s.token && token == "" {
			return nil, failure // the page has no other
		}
		return next, err
	case withoutSession:
		next := *s
		next.omitSession = true
		t.c.keep(t.set, &next)
		return &next, nil
	}
	if err := pause(ctx, retryPause); err != nil {
		return nil, failedCall(ctx, err)
	}
	return s, nil
}

// attempt makes one call and passes its answer on. token is a page token that
// came with a refusal.
func (t *turn) attempt(parent context.Context, s *session) (token string, failure *Error) {
	c := t.c
	t.session, t.ids, t.served = s, turnIDs{}, chat.Served{}
	defer t.tidy(s)
	start := c.cfg.Now()
	defer func() {
		if t.left {
			failure = errLeft
		}
		c.observe("generate", start, failure)
	}()
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(context.Canceled)
	watch := newWatchdog(cancel)
	defer watch.stop()

	query := s.query(t.q.language)
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, appURL(pathGenerate, query).String(), nil)
	t.post(req, s)
	c.appHeaders(req.Header)
	t.q.header(req.Header)
	watch.wait(c.cfg.FirstByteTimeout)
	resp, err := c.send(req, t.set)
	if err != nil {
		return "", failedCall(ctx, err)
	}
	defer resp.Body.Close()
	if failure, token := c.refusedCall(resp); failure != nil {
		return token, failure
	}
	src, err := plainBody(resp)
	if err != nil {
		return "", failedCall(ctx, err)
	}
	r := newReading(t, src, watch)
	defer r.release()
	failure = r.all(ctx, parent)
	return r.token, failure
}

// plainBody undoes a compression that was not asked for.
func plainBody(resp *http.Response) (io.Reader, error) {
	if !strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		return resp.Body, nil
	}
	return gzip.NewReader(resp.Body)
}

// refusedCall judges an answer's head. For anything but a 200 with data it
// returns what is wrong and the page token that may have come with it.
func (c *Client) refusedCall(resp *http.Response) (failure *Error, token string) {
	html := strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html")
	if resp.StatusCode == http.StatusOK && !html {
		return nil, ""
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, errorHead))
	if resp.StatusCode != http.StatusOK {
		return httpStatus(resp.StatusCode, resp.Header, body), tokenIn(body)
	}
	switch {
	case isSorry(body):
		return blocked().detail("captcha page with status 200"), ""
	case bytes.Contains(body, []byte(hostAccounts)), bytes.Contains(body, []byte("/signin/")):
		return signedOut().detail("sign-in page with status 200"), ""
	}
	c.cfg.Drifted("schema")
	return fail(chat.Upstream, cookie.Drift, msgStrange).detail("a web page instead of an answer"), ""
}

// tokenIn finds the page token that a 400 may hand out.
func tokenIn(body []byte) string {
	f := newFramer(bytes.NewReader(body))
	defer f.release()
	for {
		frame, err := f.next()
		if err != nil {
			return ""
		}
		if isValid(frame) {
			if token := parse(frame).token; token != "" {
				return token
			}
		}
	}
}

// send passes an event on, with the served model in front of it when that has
// become known. It reports false when the consumer left.
func (t *turn) send(event chat.Event) bool {
	if !t.told && t.served != (chat.Served{}) && !t.tell() {
		return false
	}
	t.begin()
	t.left = !t.yield(event, nil)
	return !t.left
}

// begin notes that an event goes out: the question is not asked again.
func (t *turn) begin() { t.begun, t.q.form = true, "" }

// tell passes on which model answers.
func (t *turn) tell() bool {
	t.told = true
	t.begin()
	t.left = !t.yield(chat.Event{Kind: chat.Meta, Served: t.served}, nil)
	return !t.left
}

// tidy deletes the chat that an answer was made in, when the mode wants it.
func (t *turn) tidy(s *session) {
	if t.q.remove && t.ids.cid != "" {
		t.c.removeChat(t.set, s, t.ids.cid)
	}
}
