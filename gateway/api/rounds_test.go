package api_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/api"
)

// callsTool answers with a call of the tool f, in the form that the question teaches.
func callsTool(_ context.Context, _ cookie.Set, req *chat.Request, yield func(chat.Event, error) bool) {
	_, after, ok := strings.Cut(strings.Join(req.Pinned, "\n"), "call-")
	if !ok {
		says("done")(nil, cookie.Set{}, req, yield)
		return
	}
	_ = yield(chat.Event{Kind: chat.Text, Text: "``````call-" + after[:8] + " f\n{}\n``````\n"}, nil) && yield(chat.Event{Kind: chat.Finish, Reason: chat.Stop}, nil)
}

// worker is a program that works with a tool.
type worker struct {
	g        *rig
	messages string
}

// ask sends the conversation so far, and returns the status and the ID of a call in the
// answer.
func (a *worker) ask() (status int, id string) {
	w := a.g.do(call{path: "/v1/chat/completions", key: apiKey, body: `{"model":"` + flash + `","messages":[` + a.messages + `],"tools":[{"type":"function","function":{"name":"f"}}]}`})
	_, after, _ := strings.Cut(w.Body.String(), `"id":"call_`)
	id, _, _ = strings.Cut(after, `"`)
	return w.Code, "call_" + id
}

// bring adds a call and its result to the conversation.
func (a *worker) bring(id string) {
	a.messages += `,{"role":"assistant","tool_calls":[{"id":"` + id + `","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","tool_call_id":"` + id + `","content":"ok"}`
}

const hi = `{"role":"user","content":"hi"}`

// TestRoundsCountOnce: requests that bring the results of calls belong to the question
// before, up to fifty, and only if the calls were made here.
func TestRoundsCountOnce(t *testing.T) {
	g := newRig(t, with(func(s *api.Settings) { s.Limits = api.Limits{PerHour: 6} }))
	g.actor.plays(callsTool)
	a := &worker{g, hi}
	for i := range 51 {
		status, id := a.ask()
		if status != http.StatusOK || len(id) < 20 {
			t.Fatalf("round %d: status %d, call %q", i, status, id)
		}
		a.bring(id)
	}
	if status, _ := a.ask(); status != http.StatusOK { // the second question, and its own task
		t.Fatalf("status %d", status)
	}
	made := &worker{g, hi}
	made.bring("call_AAAAAAAAAAAAAAAAAAAAAAAAAA")
	for i := 3; i <= 6; i++ {
		if status, _ := made.ask(); status != http.StatusOK {
			t.Fatalf("question %d: status %d", i, status)
		}
	}
	if status, _ := made.ask(); status != http.StatusTooManyRequests {
		t.Errorf("results of calls that were not made here have status %d", status)
	}
}

// TestRoundsAreBounded: in an hour a client has ten times as many rounds as questions.
func TestRoundsAreBounded(t *testing.T) {
	g := newRig(t, with(func(s *api.Settings) { s.Limits = api.Limits{PerHour: 1} }))
	g.actor.plays(callsTool)
	a := &worker{g, hi}
	for i := range 12 {
		status, id := a.ask()
		want := http.StatusOK
		if i > 10 {
			want = http.StatusTooManyRequests
		}
		if status != want {
			t.Fatalf("request %d: status %d", i, status)
		}
		a.bring(id)
	}
}

// TestRoundsDoNotCrawl: a round waits a second for its model, a question the whole
// interval, and one that waits is not overtaken.
func TestRoundsDoNotCrawl(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newRig(t, with(func(s *api.Settings) {
			s.Limits = api.Limits{ModelGap: 5 * time.Second, Queue: 8, QueueWait: time.Minute}
		}))
		g.actor.plays(callsTool)
		a := &worker{g, hi}
		began := time.Now()
		for i, want := range []time.Duration{0, time.Second, 2 * time.Second} {
			_, id := a.ask()
			if took := time.Since(began); took != want {
				t.Errorf("round %d is answered after %v", i, took)
			}
			a.bring(id)
		}
		(&worker{g, hi}).ask()
		if took := time.Since(began); took != 7*time.Second {
			t.Errorf("a question is answered after %v", took)
		}
	})
}

// TestUnaskedRoundsAreReturned: a round that finds the queue full costs nothing.
func TestUnaskedRoundsAreReturned(t *testing.T) {
	g := newRig(t, with(func(s *api.Settings) { s.Limits = api.Limits{PerHour: 1, ModelGap: time.Hour} }))
	g.actor.plays(callsTool)
	a := &worker{g, hi}
	_, id := a.ask()
	a.bring(id)
	for i := range 60 {
		if status, _ := a.ask(); status != http.StatusTooManyRequests {
			t.Fatal(fmt.Sprint("round ", i, ": status ", status))
		}
	}
	g.api.Reconfigure(api.Settings{Loopback: true, Limits: api.Limits{PerHour: 1}})
	if status, _ := a.ask(); status != http.StatusOK {
		t.Errorf("the round is gone: status %d", status)
	}
}
