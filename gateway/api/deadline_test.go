package api_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
)

// clocked is a writer that notes the deadlines it is given.
type clocked struct {
	*httptest.ResponseRecorder
	read, write []time.Time
}

func (c *clocked) SetReadDeadline(at time.Time) error  { c.read = append(c.read, at); return nil }
func (c *clocked) SetWriteDeadline(at time.Time) error { c.write = append(c.write, at); return nil }

// What is left of a body that nobody wants is read after the answer, while it comes
// and for half a minute at most.
func TestDeadlineOfAnUnwantedBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t)
		began := time.Now()
		w := &clocked{ResponseRecorder: httptest.NewRecorder()}
		g.api.Handler().ServeHTTP(w, g.request(generate("openai", false).with(func(c *call) { c.key = "" })))
		if w.Code != http.StatusUnauthorized || len(w.read) < 2 || w.read[0].Sub(began) != 10*time.Second || w.read[1].Sub(began) != 5*time.Second {
			t.Errorf("status %d, read deadlines %v", w.Code, w.read)
		}
		w = &clocked{ResponseRecorder: httptest.NewRecorder()}
		r := g.request(generate("openai", false).with(func(c *call) { c.key = "" }))
		r.Body = io.NopCloser(readerFunc(func([]byte) (int, error) {
			if time.Sleep(4 * time.Second); time.Now().After(w.read[len(w.read)-1]) {
				return 0, os.ErrDeadlineExceeded
			}
			return 1, nil
		}))
		began = time.Now()
		g.api.Handler().ServeHTTP(w, r)
		if took := time.Since(began); took < 30*time.Second || took > 34*time.Second {
			t.Errorf("a slow body is read for %s", took)
		}
		w = &clocked{ResponseRecorder: httptest.NewRecorder()}
		g.api.Handler().ServeHTTP(w, g.request(call{path: "/v1/models", key: apiKey}))
		if len(w.read) != 0 {
			t.Errorf("a request without a body has read deadlines %v", w.read)
		}
	})
}

// While an answer is made the client sends nothing and is in no hurry.
func TestDeadlinesOfAnAnswer(t *testing.T) {
	g := newRig(t)
	w := &clocked{ResponseRecorder: httptest.NewRecorder()}
	g.actor.plays(func(ctx context.Context, set cookie.Set, req *chat.Request, yield func(chat.Event, error) bool) {
		if last := w.read[len(w.read)-1]; !last.IsZero() {
			t.Errorf("the client has to send something until %v", last)
		}
		says("x")(ctx, set, req, yield)
	})
	g.api.Handler().ServeHTTP(w, g.request(generate("openai", false)))
	if w.Code != http.StatusOK || !w.write[0].IsZero() {
		t.Errorf("status %d, write deadlines %v: the first must undo that of the answer before", w.Code, w.write)
	}
}

// TestWriteDeadlineOfAStream: every piece of a stream has 28 to 30 seconds to be
// taken, however long the stream lasts, and a stream of small pieces does not move
// its deadline with each of them.
func TestWriteDeadlineOfAStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t)
		w := &clocked{ResponseRecorder: httptest.NewRecorder()}
		g.actor.plays(func(_ context.Context, _ cookie.Set, _ *chat.Request, yield func(chat.Event, error) bool) {
			for _, pause := range []time.Duration{0, time.Second, time.Second, 500 * time.Millisecond, 2 * time.Second, 14 * time.Second} {
				time.Sleep(pause)
				if !yield(chat.Event{Kind: chat.Text, Text: "x"}, nil) {
					return
				}
				if left := time.Until(w.write[len(w.write)-1]); left <= 28*time.Second || left > 30*time.Second {
					t.Errorf("a piece after %v has %v", pause, left)
				}
			}
			yield(chat.Event{Kind: chat.Finish, Reason: chat.Stop}, nil)
		})
		g.api.Handler().ServeHTTP(w, g.request(generate("openai", true)))
		if len(w.write) != 5 { // that of the connection, and those of 0, 2, 4.5 and 18.5 seconds
			t.Errorf("%d deadlines: %v", len(w.write), w.write)
		}
	})
}

// A reader that is lost in a silence ends the upstream call at the next ping.
func TestLostReaderEndsTheUpstreamCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t)
		g.actor.plays(waits(nil))
		began := time.Now()
		func() {
			defer func() { _ = recover() }()
			g.api.Handler().ServeHTTP(&stuck{ResponseRecorder: httptest.NewRecorder()}, g.request(generate("openai", true)))
		}()
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("the upstream call went on for %v", took)
		}
	})
}

// Nothing that comes behind a finished answer changes it.
func TestFinishIsTheEnd(t *testing.T) {
	g := newRig(t)
	g.actor.plays(func(ctx context.Context, set cookie.Set, req *chat.Request, yield func(chat.Event, error) bool) {
		says("whole")(ctx, set, req, yield)
		if yield(chat.Event{Kind: chat.Text, Text: "extra"}, nil) {
			yield(chat.Event{}, errors.New("late"))
		}
	})
	w, cut := g.serve(g.api.Handler(), g.request(generate("openai", true)))
	if body := w.Body.String(); cut || !strings.HasSuffix(body, "data: [DONE]\n\n") || strings.Contains(body, "extra") || strings.Contains(body, "error") {
		t.Errorf("cut %v:\n%s", cut, body)
	}
}
