package api_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/background"
)

// waitsFor says the pieces, one of them each time it is let go on.
func waitsFor(goOn <-chan struct{}, pieces ...string) script {
	return func(ctx context.Context, _ cookie.Set, _ *chat.Request, yield func(chat.Event, error) bool) {
		for _, piece := range pieces {
			select {
			case <-goOn:
			case <-ctx.Done():
				yield(chat.Event{}, ctx.Err())
				return
			}
			if !yield(chat.Event{Kind: chat.Text, Text: piece}, nil) {
				return
			}
		}
		yield(chat.Event{Kind: chat.Finish, Reason: chat.Stop}, nil)
	}
}

// stored returns a field of a stored response.
func (g *rig) stored(id string, path ...any) any {
	g.t.Helper()
	w := g.do(call{path: "/v1/responses/" + id, key: apiKey})
	if w.Code != http.StatusOK {
		g.t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	return at(fields(g.t, w.Body.Bytes()), path...)
}

func inBackground(t *testing.T, test func(t *testing.T, g *rig, dir string)) {
	synctest.Test(t, func(t *testing.T) {
		dir := filepath.Join(t.TempDir(), "answers")
		g := newRig(t, keeping(t, dir))
		test(t, g, dir)
		// What runs is cut, as at the end of the server.
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_ = g.api.Drain(ctx)
	})
}

// TestPolling: the answer is made although no one waits for it, and is then there.
func TestPolling(t *testing.T) {
	inBackground(t, func(t *testing.T, g *rig, _ string) {
		goOn := make(chan struct{})
		g.actor.plays(waitsFor(goOn, "Hel", "lo"))
		id, w := g.respond(apiKey, `"input":"hi","background":true`)
		if status := at(fields(t, w.Body.Bytes()), "status"); w.Code != 200 || status != "in_progress" {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
		goOn <- struct{}{}
		synctest.Wait()
		if got := g.stored(id, "status"); got != "in_progress" {
			t.Errorf("half of it is %v", got)
		}
		if _, w := g.respond(apiKey, `"input":"x","previous_response_id":"`+id+`"`); w.Code != 400 || !strings.Contains(w.Body.String(), "not complete") {
			t.Errorf("a response that is not complete is gone on with: %d %s", w.Code, w.Body)
		}
		goOn <- struct{}{}
		synctest.Wait()
		if got := g.stored(id, "status"); got != "completed" || g.stored(id, "output", 0, "content", 0, "text") != "Hello" || g.stored(id, "background") != true {
			t.Errorf("at the end %v: %v", got, g.stored(id, "output"))
		}
		for range 2 { // the second time it changes nothing
			if w := g.do(call{method: http.MethodPost, path: "/v1/responses/" + id + "/cancel", key: apiKey, body: " "}); w.Code != 200 || at(fields(t, w.Body.Bytes()), "status") != "completed" {
				t.Errorf("cancel of a complete one: %d %s", w.Code, w.Body)
			}
		}
		g.actor.plays(breaks(chat.NewError(chat.Quota, "slow down")))
		id, _ = g.respond(apiKey, `"input":"hi","background":true`)
		synctest.Wait()
		if g.stored(id, "status") != "failed" || g.stored(id, "error", "code") != "rate_limit_exceeded" || g.stored(id, "error", "message") != "slow down" {
			t.Errorf("failed as %v", g.stored(id, "error"))
		}
		if log := g.log.String(); strings.Count(log, "status=429") != 1 {
			t.Errorf("the work is not in the log: %s", log)
		}
	})
}

// TestCancel: it ends the call upstream, and the response says so.
func TestCancel(t *testing.T) {
	inBackground(t, func(t *testing.T, g *rig, _ string) {
		left := make(chan struct{}, 1)
		g.actor.plays(waits(left, "half"))
		id, _ := g.respond(apiKey, `"input":"hi","background":true`)
		synctest.Wait()
		if w := g.do(call{method: http.MethodPost, path: "/v1/responses/" + id + "/cancel", key: adminKey, body: " "}); w.Code != 404 {
			t.Errorf("cancelled by another key: %d", w.Code)
		}
		w := g.do(call{method: http.MethodPost, path: "/v1/responses/" + id + "/cancel", key: apiKey, body: " "})
		if w.Code != 200 || at(fields(t, w.Body.Bytes()), "status") != "cancelled" || at(fields(t, w.Body.Bytes()), "output", 0, "content", 0, "text") != "half" {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		select {
		case <-left:
		default:
			t.Error("the call upstream goes on")
		}
		g.actor.plays(says("a"))
		whole, _ := g.respond(apiKey, `"input":"hi"`)
		if w := g.do(call{method: http.MethodPost, path: "/v1/responses/" + whole + "/cancel", key: apiKey, body: " "}); w.Code != 400 {
			t.Errorf("a response of another kind is cancelled: %d", w.Code)
		}
	})
}

// TestBackgroundBound: a key has so many answers in the background, and deleting one ends
// it.
func TestBackgroundBound(t *testing.T) {
	inBackground(t, func(t *testing.T, g *rig, _ string) {
		g.actor.plays(waits(nil))
		var last string
		for range background.MaxPerOwner {
			last, _ = g.respond(apiKey, `"input":"hi","background":true`)
		}
		if _, w := g.respond(apiKey, `"input":"hi","background":true`); w.Code != http.StatusTooManyRequests {
			t.Errorf("one too many: %d %s", w.Code, w.Body)
		}
		if _, w := g.respond(adminKey, `"input":"hi","background":true`); w.Code != 200 {
			t.Errorf("another key: %d %s", w.Code, w.Body)
		}
		if w := g.do(call{method: http.MethodDelete, path: "/v1/responses/" + last, key: apiKey}); w.Code != 200 {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if _, w := g.respond(apiKey, `"input":"hi","background":true`); w.Code != 200 {
			t.Errorf("after one was deleted: %d %s", w.Code, w.Body)
		}
	})
}

// TestBackgroundRestart: an answer that was being made has failed, and is not lost.
func TestBackgroundRestart(t *testing.T) {
	inBackground(t, func(t *testing.T, g *rig, dir string) {
		g.actor.plays(waits(nil, "half"))
		id, _ := g.respond(apiKey, `"input":"hi","background":true`)
		synctest.Wait()
		after := newRig(t, keeping(t, dir)) // as if the process had been killed
		if after.stored(id, "status") != "failed" || !strings.Contains(fmt.Sprint(after.stored(id, "error", "message")), "stopped") {
			t.Errorf("%v %v", after.stored(id, "status"), after.stored(id, "error"))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_ = g.api.Drain(ctx) // the end of the server, in order
		after = newRig(t, keeping(t, dir))
		if after.stored(id, "status") != "failed" || !strings.Contains(fmt.Sprint(after.stored(id, "error", "message")), "stopping") {
			t.Errorf("%v %v", after.stored(id, "status"), after.stored(id, "error"))
		}
	})
}

// TestBackgroundNeedsStore: it is refused before anything goes upstream.
func TestBackgroundNeedsStore(t *testing.T) {
	inBackground(t, func(t *testing.T, g *rig, dir string) {
		if _, w := g.respond(apiKey, `"input":"hi","background":true,"store":false`); w.Code != 400 || !strings.Contains(w.Body.String(), "background") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if err := os.Rename(dir, dir+".gone"); err != nil {
			t.Fatal(err)
		}
		if _, w := g.respond(apiKey, `"input":"hi","background":true`); w.Code != http.StatusServiceUnavailable {
			t.Errorf("without a disk: %d %s", w.Code, w.Body)
		}
		nothing := newRig(t)
		if _, w := nothing.respond(apiKey, `"input":"hi","background":true`); w.Code != 400 || !strings.Contains(w.Body.String(), "answers_max_age") {
			t.Errorf("without a store: %d %s", w.Code, w.Body)
		}
		if g.actor.calls()+nothing.actor.calls() != 0 {
			t.Error("asked all the same")
		}
	})
}

// TestFollow: who left a stream reads on where it broke off, while the answer is made and
// when it is complete.
func TestFollow(t *testing.T) {
	inBackground(t, func(t *testing.T, g *rig, _ string) {
		goOn := make(chan struct{})
		g.actor.plays(waitsFor(goOn, "one ", "two ", "three"))
		ctx, leave := context.WithCancel(t.Context())
		r := g.request(call{path: "/v1/responses", key: apiKey, body: `{"model":"` + flash + `","input":"hi","background":true,"stream":true}`}).WithContext(ctx)
		first := make(chan string)
		go func() {
			w, _ := g.serve(g.api.Handler(), r)
			first <- w.Body.String()
		}()
		goOn <- struct{}{}
		synctest.Wait()
		leave()
		seen := <-first
		id, _, _ := strings.Cut(seen[strings.Index(seen, "resp_"):], `"`)
		events := strings.Count(seen, "event: ")
		if !strings.Contains(seen, `"delta":"one "`) || strings.Contains(seen, "two") {
			t.Fatalf("before leaving: %s", seen)
		}
		follow := func(query string) *httptest.ResponseRecorder {
			return g.do(call{path: "/v1/responses/" + id + "?stream=true" + query, key: apiKey})
		}
		rest := make(chan string)
		go func() { rest <- follow(fmt.Sprintf("&starting_after=%d", events-1)).Body.String() }()
		synctest.Wait()
		time.Sleep(40 * time.Second) // two pings
		goOn <- struct{}{}
		goOn <- struct{}{}
		read := <-rest
		if strings.Count(read, ": ping\n\n") != 2 {
			t.Errorf("pings: %q", read)
		}
		read = strings.ReplaceAll(read, ": ping\n\n", "")
		synctest.Wait()
		whole := follow("")
		if whole.Code != 200 || !strings.HasPrefix(whole.Header().Get("Content-Type"), "text/event-stream") || whole.Body.String() != seen+read {
			t.Errorf("in pieces:\n%s%s\nwhole:\n%s", seen, read, whole.Body)
		}
		if got := follow(fmt.Sprintf("&starting_after=%d", events-1)).Body.String(); got != read {
			t.Errorf("the rest of a complete one:\n%s\nwant\n%s", got, read)
		}
		if !strings.Contains(read, "response.completed") || g.stored(id, "status") != "completed" {
			t.Errorf("not complete: %s", read)
		}
		for query, want := range map[string]int{"?stream=true&starting_after=x": 400, "?stream=false": 200} {
			if w := g.do(call{path: "/v1/responses/" + id + query, key: apiKey}); w.Code != want {
				t.Errorf("%s: %d %s", query, w.Code, w.Body)
			}
		}
		if w := g.do(call{path: "/v1/responses/" + id + "?stream=true", key: adminKey}); w.Code != 404 {
			t.Errorf("followed by another key: %d", w.Code)
		}
		g.do(call{method: http.MethodDelete, path: "/v1/responses/" + id, key: apiKey})
		if w := follow(""); w.Code != 404 {
			t.Errorf("the stream of a deleted one: %d %s", w.Code, w.Body)
		}
	})
}
