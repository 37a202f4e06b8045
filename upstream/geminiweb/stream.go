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
	"github.com/geminid/geminid/upstream/geminiweb/frame"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

// Stream asks one question and yields the answer: as it is made when the request
// says so, else each of its texts in one event, as the upstream left it in the
// end. An error comes last and is an *Error. It blocks in the caller's loop:
// breaking out of it, or the end of ctx, ends the upstream call. Before the first
// event a call that failed in a way that a second one may heal is made once more.
func (c *Client) Stream(ctx context.Context, set cookie.Set, req *chat.Request) iter.Seq2[chat.Event, error] {
	return func(yield func(chat.Event, error) bool) {
		t := streamCall{c: c, set: set, yield: yield, atEnd: !req.Stream}
		if err := t.streamAnswer(ctx, req); err != nil && !t.consumerGone {
			yield(chat.Event{}, err)
		}
	}
}

// streamCall is one question on its way.
type streamCall struct {
	c     *Client
	set   cookie.Set
	q     question
	yield func(chat.Event, error) bool
	atEnd bool // nobody reads the answer while it is made

	session    *session // of the attempt at hand
	overflowed bool     // the conversation went up as a file

	begun        bool // an event went out: nothing can be tried again
	consumerGone bool // the consumer broke out of the loop
	served       chat.Served
	servedSent   bool // the served model went out
	ids          wire.TurnIDs
}

// errLeft ends an attempt whose consumer is gone.
var errLeft = newError(chat.Canceled, cookie.Silent, "the client left")

const (
	retryPause  = time.Second
	endPatience = 10 * time.Second // for what follows a complete answer
)

func (t *streamCall) streamAnswer(ctx context.Context, req *chat.Request) error {
	c := t.c
	known := c.accountOf(t.set)
	if _, ok := c.resolveModel(req.Model, known); !ok && known.known {
		return unknownModelError()
	}
	s, failure := c.openSession(ctx, t.set)
	if failure != nil {
		return failure
	}
	to, ok := c.resolveModel(req.Model, c.accountOf(t.set))
	if !ok {
		return unknownModelError()
	}
	prompt, files, failure := t.uploadPrompt(ctx, s, req)
	if failure != nil {
		return failure
	}
	t.q = c.newQuestion(to, questionParts{prompt: prompt, files: files, language: c.sessionLanguage(s)})
	var tried [retryWithoutSession + 1]bool
	for {
		token, failure := t.runAttempt(ctx, s)
		switch {
		case failure == nil || t.consumerGone:
			return nil
		case t.begun || failure.retry == noRetry || tried[failure.retry]:
			return failure
		}
		tried[failure.retry] = true
		next, err := t.prepareRetry(ctx, s, failure, token)
		if err != nil {
			return err
		}
		s = next
	}
}

// unknownModelError does not repeat the name: it comes from outside.
func unknownModelError() *Error {
	e := newError(chat.UnknownModel, cookie.Silent, "there is no model of that name; GET /v1/models lists the ones there are")
	e.public.Param = "model"
	return e
}

// prepareRetry makes ready for another attempt.
func (t *streamCall) prepareRetry(ctx context.Context, s *session, failure *Error, token string) (*session, *Error) {
	switch failure.retry {
	case retryWithToken:
		next, err := t.c.renewSession(ctx, t.set, s, token)
		if err == nil && next.Token == s.Token && token == "" {
			return nil, failure // the page has no other
		}
		return next, err
	case retryWithoutSession:
		next := *s
		next.omitSession = true
		t.c.storeSession(t.set, &next)
		return &next, nil
	}
	if err := sleepContext(ctx, retryPause); err != nil {
		return nil, callError(ctx, err)
	}
	return s, nil
}

// runAttempt makes one call and passes its answer on. token is a page token that
// came with a refusal.
func (t *streamCall) runAttempt(parent context.Context, s *session) (token string, failure *Error) {
	c := t.c
	t.session, t.ids, t.served = s, wire.TurnIDs{}, chat.Served{}
	defer t.deleteChat(s)
	start := c.cfg.Now()
	defer func() {
		if t.consumerGone {
			failure = errLeft
		}
		c.observeCall("generate", start, failure)
	}()
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(context.Canceled)
	watch := newWatchdog(cancel)
	defer watch.stop()

	query := s.callQuery(t.q.language)
	req, _ := http.NewRequestWithContext(ctx, http.MethodPost, appURL(pathGenerate, query).String(), nil)
	t.setBody(req, s)
	c.setAppHeaders(req.Header)
	t.q.setHeaders(req.Header)
	watch.expectWithin(c.cfg.FirstByteTimeout)
	resp, err := c.sendRequest(req, t.set)
	if err != nil {
		return "", callError(ctx, err)
	}
	defer resp.Body.Close()
	if failure, token := c.checkResponse(resp); failure != nil {
		return token, failure
	}
	src, err := uncompressedBody(resp)
	if err != nil {
		return "", callError(ctx, err)
	}
	r := newAnswerReader(t, src, watch)
	defer r.release()
	failure = r.readAll(ctx, parent)
	return r.token, failure
}

// uncompressedBody undoes a compression that was not asked for.
func uncompressedBody(resp *http.Response) (io.Reader, error) {
	if !strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		return resp.Body, nil
	}
	return gzip.NewReader(resp.Body)
}

// checkResponse judges an answer's head. For anything but a 200 with data it
// returns what is wrong and the page token that may have come with it.
func (c *Client) checkResponse(resp *http.Response) (failure *Error, token string) {
	html := strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html")
	if resp.StatusCode == http.StatusOK && !html {
		return nil, ""
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, errorHead))
	if resp.StatusCode != http.StatusOK {
		return httpStatusError(resp.StatusCode, resp.Header, body), findToken(body)
	}
	switch {
	case isCaptchaPage(body):
		return blockedError().withDetail("captcha page with status 200"), ""
	case bytes.Contains(body, []byte(hostAccounts)), bytes.Contains(body, []byte("/signin/")):
		return signedOutError().withDetail("sign-in page with status 200"), ""
	}
	c.cfg.Drifted("schema")
	return newError(chat.Upstream, cookie.Drift, msgStrange).withDetail("a web page instead of an answer"), ""
}

// findToken finds the page token that a 400 may hand out.
func findToken(body []byte) string {
	f := frame.NewReader(bytes.NewReader(body))
	defer f.Release()
	for {
		piece, err := f.ReadFrame()
		if err != nil {
			return ""
		}
		if content, ok := wire.ParseFrame(piece); ok && content.Token != "" {
			return content.Token
		}
	}
}

// sendEvent passes an event on, with the served model in front of it when that has
// become known. It reports false when the consumer left.
func (t *streamCall) sendEvent(event chat.Event) bool {
	if !t.servedSent && t.served != (chat.Served{}) && !t.sendServed() {
		return false
	}
	t.markBegun()
	t.consumerGone = !t.yield(event, nil)
	return !t.consumerGone
}

// markBegun notes that an event goes out: the question is not asked again.
func (t *streamCall) markBegun() { t.begun, t.q.form = true, "" }

// sendServed passes on which model answers.
func (t *streamCall) sendServed() bool {
	t.servedSent = true
	t.markBegun()
	t.consumerGone = !t.yield(chat.Event{Kind: chat.Meta, Served: t.served}, nil)
	return !t.consumerGone
}

// deleteChat deletes the chat that an answer was made in, when the mode wants it.
func (t *streamCall) deleteChat(s *session) {
	if t.q.remove && t.ids.CID != "" {
		t.c.removeChat(t.set, s, t.ids.CID)
	}
}
