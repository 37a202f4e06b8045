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

// Stream asks one question and yields the answer: as it is made if req.Stream is
// set, else each of its texts in one event, as the upstream left it in the end.
// An error is yielded last and is an [*Error]. Stream runs in the caller's loop:
// breaking out of it, or the end of ctx, ends the upstream call. A call that
// failed before the first event, in a way that a retry may heal, is made again
// once.
func (c *Client) Stream(ctx context.Context, set cookie.Set, req *chat.Request) iter.Seq2[chat.Event, error] {
	return func(yield func(chat.Event, error) bool) {
		t := streamCall{c: c, set: set, yield: yield, atEnd: !req.Stream, verbatim: req.Verbatim}
		if err := t.streamAnswer(ctx, req); err != nil && !t.consumerGone {
			yield(chat.Event{}, err)
		}
	}
}

// streamCall is the work on one question: one attempt or several.
type streamCall struct {
	c     *Client
	set   cookie.Set
	q     question
	yield func(chat.Event, error) bool
	atEnd bool // text is sent when the answer is complete

	verbatim chat.Verbatim // code blocks that are not cleaned

	visit      *visit   // in the account's window of temporary chats, nil in others
	session    *session // of the current attempt
	overflowed bool     // the conversation was sent as a file

	begun        bool // an event was sent: no retry is possible any more
	consumerGone bool // the consumer broke out of the loop
	served       chat.Served
	servedSent   bool // the served model was sent
	ids          wire.TurnIDs
}

// errLeft ends an attempt whose consumer is gone.
var errLeft = newError(chat.Canceled, cookie.Silent, "the client left")

const (
	retryPause  = time.Second
	endPatience = 10 * time.Second // for the rows after a complete answer
)

func (t *streamCall) streamAnswer(ctx context.Context, req *chat.Request) error {
	s, err := t.prepareQuestion(ctx, req)
	if err != nil {
		return err
	}
	defer t.leaveWindow()
	var tried [retryWithPage + 1]bool
	for {
		token, err := t.runAttempt(ctx, s)
		if err == nil || t.consumerGone {
			return nil
		}
		kind := asError(err).retry
		if kind == retryWithToken && tried[kind] {
			kind = retryWithPage // not the token was wrong, but perhaps the build label
		}
		if t.begun || kind == noRetry || tried[kind] {
			s.doubt.noteFailure(err, t.c.cfg.Now())
			return err
		}
		tried[kind] = true
		next, retryErr := t.prepareRetry(ctx, s, err, kind, token)
		if retryErr != nil {
			s.doubt.noteFailure(retryErr, t.c.cfg.Now())
			return retryErr
		}
		s = next
	}
}

// prepareQuestion opens the session, sends the files and encodes the question.
func (t *streamCall) prepareQuestion(ctx context.Context, req *chat.Request) (*session, error) {
	c := t.c
	known := c.accountOf(t.set)
	if _, ok := c.resolveModel(req.Model, known); !ok && known.known {
		return nil, unknownModelError()
	}
	s, err := c.openSession(ctx, t.set)
	if err != nil {
		return nil, err
	}
	to, ok := c.resolveModel(req.Model, c.accountOf(t.set))
	if !ok {
		return nil, unknownModelError()
	}
	to.thinking = req.Thinking
	if to.tool == chat.NoTool {
		to.tool = req.Tool
	}
	prompt, files, err := t.uploadPrompt(ctx, s, req)
	if err != nil {
		return nil, err
	}
	if err := t.enterWindow(ctx, &to); err != nil {
		return nil, err
	}
	t.q = c.newQuestion(to, questionParts{prompt: prompt, files: files, language: c.sessionLanguage(s)})
	return s, nil
}

// unknownModelError does not repeat the name, which comes from outside.
func unknownModelError() error {
	e := newError(chat.UnknownModel, cookie.Silent, "there is no model of that name; GET /v1/models lists the ones there are")
	e.public.Param = "model"
	return e
}

// prepareRetry returns the session for another attempt of a kind after failure, or
// the error that ends the call.
func (t *streamCall) prepareRetry(ctx context.Context, s *session, failure error, kind retryKind, token string) (*session, error) {
	switch kind {
	case retryWithToken, retryWithPage:
		return t.c.renewSession(ctx, t.set, s, failure, kind, token)
	case retryWithoutSession:
		next := *s
		next.omitSession = true
		t.c.storeSession(t.set, &next)
		return &next, nil
	case noRetry, retryLater:
	}
	if err := sleepContext(ctx, retryPause); err != nil {
		return nil, callError(ctx, err)
	}
	return s, nil
}

// runAttempt makes one call and sends the events of its answer. token is a page
// token that came with a refusal.
func (t *streamCall) runAttempt(parent context.Context, s *session) (token string, err error) {
	c := t.c
	t.session, t.ids, t.served = s, wire.TurnIDs{}, chat.Served{}
	defer t.deleteChat(s)
	start := c.cfg.Now()
	defer func() {
		if t.consumerGone {
			err = errLeft
		}
		c.observeCall("generate", start, err)
	}()
	ctx, cancel := context.WithCancelCause(parent)
	defer cancel(context.Canceled)
	watch := newWatchdog(cancel)
	defer watch.stop()

	query := s.callQuery(t.q.language)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, appURL(pathGenerate, query).String(), nil)
	if err != nil {
		return "", requestError(err)
	}
	t.setBody(req, s)
	c.setAppHeaders(req.Header)
	t.q.setHeaders(req.Header)
	watch.expectWithin(c.cfg.FirstByteTimeout)
	resp, err := c.sendRequest(req, t.set)
	if err != nil {
		return "", callError(ctx, err)
	}
	defer resp.Body.Close()
	if token, err := c.checkResponse(resp); err != nil {
		return token, err
	}
	src, err := uncompressedBody(resp)
	if err != nil {
		return "", callError(ctx, err)
	}
	r := newAnswerReader(t, src, watch)
	defer r.release()
	err = r.readAll(ctx, parent)
	return r.token, err
}

// uncompressedBody undoes a compression that was not asked for.
func uncompressedBody(resp *http.Response) (io.Reader, error) {
	if !strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		return resp.Body, nil
	}
	return gzip.NewReader(resp.Body)
}

// checkResponse judges the head of an answer. For a 200 with data it returns nil.
// Else it returns the error, and the page token that may have come with it.
func (c *Client) checkResponse(resp *http.Response) (token string, err error) {
	html := strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html")
	if resp.StatusCode == http.StatusOK && !html {
		return "", nil
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	if resp.StatusCode != http.StatusOK {
		return findToken(body), callStatusError(resp.StatusCode, resp.Header, body)
	}
	switch {
	case isCaptchaPage(body):
		return "", blockedError().withDetail("captcha page with status 200")
	case bytes.Contains(body, []byte(hostAccounts)), bytes.Contains(body, []byte("/signin/")):
		return "", signedOutError().withDetail("sign-in page with status 200")
	}
	c.cfg.Drifted("schema")
	return "", newError(chat.Upstream, cookie.Drift, msgStrange).withDetail("a web page instead of an answer")
}

// findToken returns the page token that a 400 may contain.
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

// sendEvent yields an event, after the served model if that has become known. It
// returns errLeft if the consumer left.
func (t *streamCall) sendEvent(event chat.Event) error {
	if !t.servedSent && t.served != (chat.Served{}) {
		if err := t.sendServed(); err != nil {
			return err
		}
	}
	return t.yieldEvent(event)
}

// sendServed yields the model that answers.
func (t *streamCall) sendServed() error {
	t.servedSent = true
	return t.yieldEvent(chat.Event{Kind: chat.Meta, Served: t.served})
}

// yieldEvent yields an event. From the first one on the question is not asked
// again, so its encoded form is dropped.
func (t *streamCall) yieldEvent(event chat.Event) error {
	t.begun, t.q.form = true, ""
	if !t.yield(event, nil) {
		t.consumerGone = true
		return errLeft
	}
	return nil
}

// deleteChat deletes the chat in which an answer was made, if the mode asks for
// it.
func (t *streamCall) deleteChat(s *session) {
	if t.q.remove && t.ids.CID != "" {
		t.c.removeChat(t.set, s, t.ids.CID)
	}
}
