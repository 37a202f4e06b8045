package geminiweb

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
)

const (
	// rereadFloor is the least time between two readings of the page for refused
	// calls, unless a call was answered in between.
	rereadFloor = time.Minute
	// refusalLimit is how many questions in a row must be refused as malformed for
	// probes to report it.
	refusalLimit = 3
	// refusalMemory is how long refused questions keep a probe from reporting that
	// all is well.
	refusalMemory = time.Hour
)

// formDoubt is what is known against the form of a session's calls: the build
// label of its page, above all. All generations of a session share one. The zero
// formDoubt is ready.
type formDoubt struct {
	reread  atomic.Int64 // when the page was last read for a refused call, in Unix ns; 0 since an answer
	refused atomic.Int64 // questions refused in a row
	last    atomic.Pointer[refusedForm]
	signIn  atomic.Int64 // when a question was last refused as if signed out, in Unix ns; 0 since an answer
}

// refusedForm is the last question that was refused for its form, or for want of the
// browser's attestation. evidence is what a probe makes of such refusals.
type refusedForm struct {
	at       time.Time
	evidence cookie.Evidence
	detail   string
}

// clear forgets the doubt: a question was answered. It writes only if there is one.
func (d *formDoubt) clear() {
	if d.reread.Load() != 0 {
		d.reread.Store(0)
	}
	if d.refused.Load() != 0 {
		d.refused.Store(0)
		d.last.Store(nil)
	}
	if d.signIn.Load() != 0 {
		d.signIn.Store(0)
	}
}

// refusedSignIn returns when a question was last refused as if the session were signed
// out, the zero time if one was answered since.
func (d *formDoubt) refusedSignIn() time.Time {
	if at := d.signIn.Load(); at != 0 {
		return time.Unix(0, at)
	}
	return time.Time{}
}

// noteFailure counts a question that failed for good, if its form was refused, a
// browser's attestation was missing, or its answer not understood. The latter needs no repetition. It notes when one was
// refused as if signed out.
func (d *formDoubt) noteFailure(err error, now time.Time) {
	e := asError(err)
	switch {
	case e.finding.Evidence == cookie.WeakOut:
		d.signIn.Store(now.UnixNano())
		return
	case e.finding.Evidence == cookie.Drift:
		d.refused.Add(refusalLimit)
	case e.unattested:
		d.refused.Add(1)
		d.last.Store(&refusedForm{now, cookie.Action, "Google wants a browser to vouch for them (code 1096)"})
		return
	case e.retry == retryWithToken && e.finding.Evidence == cookie.Silent:
		d.refused.Add(1)
	default:
		return
	}
	d.last.Store(&refusedForm{now, cookie.Drift, e.finding.Detail})
}

// judgeProbe turns the finding of a probe that is signed in into another while
// questions are refused: a session whose every question fails is not well.
func (d *formDoubt) judgeProbe(f cookie.Finding, now time.Time) cookie.Finding {
	last := d.last.Load()
	if f.Evidence != cookie.SignedIn || last == nil || d.refused.Load() < refusalLimit || now.Sub(last.at) > refusalMemory {
		return f
	}
	f.Evidence, f.Detail = last.evidence, "signed in, but questions fail: "+last.detail
	return f
}

// callStatusError is [httpStatusError] for a question or an RPC. After a release of
// the app their old build label is answered with 404 or 405.
func callStatusError(status int, header http.Header, body []byte) *Error {
	if status != http.StatusNotFound && status != http.StatusMethodNotAllowed || isCaptchaPage(body) {
		return httpStatusError(status, header, body)
	}
	return newError(chat.Upstream, cookie.Drift, "Google has moved what questions are sent to (status "+strconv.Itoa(status)+
		"), and its page read anew did not help; try again, and if this stays, look for an update of geminid").
		withDetail("status %d", status).withRetry(retryWithPage)
}

// errPageFresh says that the page was read moments ago for the same reason.
var errPageFresh = errors.New("the page was just read")

// rereadPage returns a session with a newer page than that of old, whose call was
// refused. However many calls ask, the page is read once, and reading it goes on if
// one of them leaves. The error is errPageFresh if another reading did not help a
// moment ago.
func (c *Client) rereadPage(ctx context.Context, set cookie.Set, old *session) (*session, error) {
	newer := func() (*session, bool) {
		current, ok := c.sessions.Get(set.Key())
		return current, ok && current.pages > old.pages
	}
	if current, ok := newer(); ok {
		return current, nil
	}
	key := set.Key()
	return c.joinFlight(ctx, "reread"+string(key[:]), func() (*session, error) {
		if current, ok := newer(); ok {
			return current, nil
		}
		now := c.cfg.Now()
		if last := old.doubt.reread.Load(); last != 0 && now.Sub(time.Unix(0, last)) < rereadFloor {
			return nil, errPageFresh
		}
		old.doubt.reread.Store(now.UnixNano())
		ctx, done, ok := c.beginBackground(openTimeout)
		if !ok {
			return nil, stoppingError()
		}
		defer done()
		next, _, err := c.refreshSession(ctx, set)
		if err != nil {
			return nil, err
		}
		c.storeSession(set, next)
		return next, nil
	})
}

func stoppingError() error {
	return newError(chat.Unavailable, cookie.Silent, "the server is stopping")
}
