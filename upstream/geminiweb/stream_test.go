package geminiweb_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
	"github.com/geminid/geminid/upstream/simulator"
)

func TestStream(t *testing.T) {
	t.Parallel()
	const long = 100_000
	tests := []struct {
		name, prompt   string
		text, thoughts string
	}{
		{name: "exact text", prompt: "[say 日本 😀 <b> \"q\" \\ 1 < 2]", text: "日本 😀 <b> \"q\" \\ 1 < 2"},
		{name: "long", prompt: fmt.Sprintf("[long %d]", long), text: simulator.LongText(long)},
		{name: "sparse", prompt: "[sparse][long 9000]", text: simulator.LongText(9000)},
		{name: "dense", prompt: "[dense][long 9000]", text: simulator.LongText(9000)},
		{name: "any byte pieces", prompt: "[chop 7][long 9000]", text: simulator.LongText(9000)},
		{name: "lengths too long", prompt: "[skew 1][long 9000]", text: simulator.LongText(9000)},
		{name: "queue and tool rows", prompt: "[queue][tool][say done]", text: "done"},
		{name: "card", prompt: "[card][say in the card]", text: "in the card"},
		{name: "leaked thoughts", prompt: "[leak][say seen]", text: "seen"},
		{name: "no end frame", prompt: "[noend][say done]", text: "done"},
		{name: "one frame broken", prompt: "[garble 3][long 9000]", text: simulator.LongText(9000)},
		{name: "error behind the answer", prompt: "[error 1096 trailing][say good]", text: "good"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
				got, err := w.ask(t.Context(), tt.prompt)
				if err != nil {
					t.Fatal(err)
				}
				if got.Text != tt.text || got.Reason != chat.Stop {
					t.Errorf("got %q, finish %q, want %q", got.Text, got.Reason, tt.text)
				}
				if got.Served.ID != "56fdd199312815e2" || got.Served.Name != "3.7 Flash" {
					t.Errorf("served by %+v", got.Served)
				}
			})
		})
	}
}

func TestStreamCleansAndThinks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
		got, err := w.ask(t.Context(), "[think][dirty][code][flicker] hello")
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"You said: hello", "```python\n", "    greet('you ' + str(i))\n```", "1 < 2 && 3 > 2, it's \"true\"."} {
			if !strings.Contains(got.Text, want) {
				t.Errorf("%q is missing in %q", want, got.Text)
			}
		}
		for _, foreign := range []string{"googleusercontent", "FollowUp", "&lt;", "&amp;"} {
			if strings.Contains(got.Text, foreign) {
				t.Errorf("%q was left in the text", foreign)
			}
		}
		if !strings.HasPrefix(got.Thoughts, "**Reading the Question**\n\nI'm looking") || !strings.Contains(got.Thoughts, "possible & both") {
			t.Errorf("thoughts %q", got.Thoughts)
		}
	})
}

func TestStreamEventForEachFrame(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
		start := time.Now()
		var kinds []chat.EventKind
		var text strings.Builder
		var texts int
		for event, err := range w.client.Stream(t.Context(), w.set, newRequest("gemini-2.5-pro", "[long 10000][frames 25][slow 20ms]")) {
			if err != nil {
				t.Fatal(err)
			}
			if event.Kind == chat.Text {
				if since := time.Since(start); since != time.Duration(texts)*20*time.Millisecond {
					t.Errorf("event %d came after %s", texts, since)
				}
				texts++
				text.WriteString(event.Text)
				continue
			}
			kinds = append(kinds, event.Kind)
		}
		if texts != 25 || text.String() != simulator.LongText(10000) {
			t.Errorf("got %d events with %d bytes, want 25 with the text", texts, text.Len())
		}
		if got, want := kinds, []chat.EventKind{chat.Meta, chat.Finish}; !slices.Equal(got, want) {
			t.Errorf("other events %s, want meta and finish", got)
		}
	})
}

func TestOneCallForEachAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newPlainWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
		if f := w.client.Probe(t.Context(), w.set); f.Evidence != cookie.SignedIn {
			t.Fatalf("probe: %+v", f)
		}
		w.calls()
		for range 5 {
			if _, err := w.ask(t.Context(), "hi"); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := w.calls(), (map[string]int{"generate": 5}); !maps.Equal(got, want) {
			t.Errorf("calls %v, want %v", got, want)
		}
	})
}

func TestManyFirstRequestsReadThePageOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newPlainWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
		w.sim.SetFault(simulator.Fault{Kind: simulator.Latency, Delay: time.Second, Operations: []simulator.Operation{simulator.OpPage}})
		done := make(chan error)
		for i := range 20 {
			go func() {
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				if i%2 == 0 { // some leave, the first among them; the page goes on being read
					time.AfterFunc(100*time.Millisecond, cancel)
				}
				_, err := w.ask(ctx, "hi")
				done <- err
			}()
		}
		canceled := 0
		for range 20 {
			if err := <-done; chat.AsError(err).Kind == chat.Canceled && err != nil {
				canceled++
			} else if err != nil {
				t.Error(err)
			}
		}
		if got, want := w.calls(), (map[string]int{"page": 1, "rpc": 1, "otAQ7b": 1, "generate": 10}); !maps.Equal(got, want) || canceled != 10 {
			t.Errorf("calls %v with %d canceled, want %v and 10", got, canceled, want)
		}
	})
}

func TestStreamFailures(t *testing.T) {
	t.Parallel()
	const generate = simulator.OpGenerate
	on := func(kind simulator.Kind, code int) *simulator.Fault {
		return &simulator.Fault{Kind: kind, Code: code, Operations: []simulator.Operation{generate}}
	}
	tests := []struct {
		name     string
		prompt   string
		fault    *simulator.Fault
		kind     chat.Kind
		evidence cookie.Evidence
		calls    int // of StreamGenerate; 0 stands for 1
		text     string
	}{
		{name: "1003", fault: on(simulator.ErrorCode, 1003), kind: chat.Upstream},
		{name: "1013", fault: on(simulator.ErrorCode, 1013), kind: chat.Unavailable, evidence: cookie.Transient, calls: 2},
		{name: "1037", fault: on(simulator.ErrorCode, 1037), kind: chat.Quota},
		{name: "1050", fault: on(simulator.ErrorCode, 1050), kind: chat.BadRequest},
		{name: "1052", fault: on(simulator.ErrorCode, 1052), kind: chat.BadRequest},
		{name: "1053", fault: on(simulator.ErrorCode, 1053), kind: chat.Upstream},
		{name: "1060", fault: on(simulator.ErrorCode, 1060), kind: chat.Unavailable, evidence: cookie.Blocked},
		{name: "1096 alone", fault: on(simulator.ErrorCode, 1096), kind: chat.Upstream},
		{name: "1096 late", prompt: "[error 1096 late][long 4000][bytes 100]", kind: chat.Upstream, text: "00000001"},
		{name: "1097", fault: on(simulator.ErrorCode, 1097), kind: chat.Quota},
		{name: "1099", fault: on(simulator.ErrorCode, 1099), kind: chat.ContextLength},
		{name: "1100", fault: on(simulator.ErrorCode, 1100), kind: chat.BadRequest},
		{name: "1152", fault: on(simulator.ErrorCode, 1152), kind: chat.ContextLength},
		{name: "1155", fault: on(simulator.ErrorCode, 1155), kind: chat.Upstream, calls: 2},
		{name: "1185", fault: on(simulator.ErrorCode, 1185), kind: chat.Quota},
		{name: "unknown code", fault: on(simulator.ErrorCode, 4711), kind: chat.Upstream, evidence: cookie.Transient},
		{name: "bare 3", fault: on(simulator.BareStatus, 3), kind: chat.Upstream},
		{name: "bare 5", fault: on(simulator.BareStatus, 5), kind: chat.BadRequest},
		{name: "bare 7", fault: on(simulator.BareStatus, 7), kind: chat.Unavailable, evidence: cookie.WeakOut},
		{name: "bare 8", fault: on(simulator.BareStatus, 8), kind: chat.Quota},
		{name: "bare 13", fault: on(simulator.BareStatus, 13), kind: chat.Upstream, evidence: cookie.Transient},
		{name: "bare 16", fault: on(simulator.BareStatus, 16), kind: chat.Unavailable, evidence: cookie.WeakOut},
		{name: "http 401", fault: on(simulator.Status, 401), kind: chat.Unavailable, evidence: cookie.WeakOut},
		{name: "http 403", fault: on(simulator.Status, 403), kind: chat.Unavailable, evidence: cookie.WeakOut},
		{name: "http 404", fault: on(simulator.Status, 404), kind: chat.Upstream, evidence: cookie.Drift, calls: 2},
		{name: "http 405", fault: on(simulator.Status, 405), kind: chat.Upstream, evidence: cookie.Drift, calls: 2},
		{name: "http 413", fault: on(simulator.Status, 413), kind: chat.ContextLength},
		{name: "http 429", fault: on(simulator.Status, 429), kind: chat.Quota, evidence: cookie.Limited},
		{name: "http 500", fault: on(simulator.Status, 500), kind: chat.Upstream, evidence: cookie.Transient},
		{name: "http 503", fault: on(simulator.Status, 503), kind: chat.Unavailable, evidence: cookie.Transient},
		{name: "sorry redirect", fault: on(simulator.Sorry, 0), kind: chat.Unavailable, evidence: cookie.Blocked},
		{name: "address blocked", fault: on(simulator.Block, 0), kind: chat.Unavailable, evidence: cookie.Blocked},
		{name: "sign-in redirect", fault: on(simulator.Login, 0), kind: chat.Unavailable, evidence: cookie.WeakOut},
		{name: "sign-in page with 200", fault: on(simulator.HTML, 0), kind: chat.Unavailable, evidence: cookie.WeakOut},
		{name: "consent redirect", fault: &simulator.Fault{Kind: simulator.Status, Code: 302, Operations: []simulator.Operation{generate},
			Header: map[string]string{"Location": "https://consent.google.com/m?x=1"}}, kind: chat.Unavailable, evidence: cookie.Action},
		{name: "redirect elsewhere", fault: &simulator.Fault{Kind: simulator.Status, Code: 302, Operations: []simulator.Operation{generate},
			Header: map[string]string{"Location": "https://evil.example/"}}, kind: chat.Unavailable, evidence: cookie.Offline},
		{name: "no connection", fault: on(simulator.Outage, 0), kind: chat.Unavailable, evidence: cookie.Offline},
		{name: "reset in the text", prompt: "[reset 3][long 4000][bytes 100]", kind: chat.Upstream, evidence: cookie.Transient, text: "00000001"},
		{name: "cut in the text", prompt: "[cut 3 unsaved][long 4000][bytes 100]", kind: chat.Upstream, evidence: cookie.Transient, text: "00000001"},
		{name: "stall in the text", prompt: "[stall 3][long 4000][bytes 100]", kind: chat.Timeout, evidence: cookie.Transient, text: "00000001"},
		{name: "slow first byte", prompt: "[delay 10m]", kind: chat.Timeout, evidence: cookie.Transient},
		{name: "empty", prompt: "[empty]", kind: chat.Upstream, evidence: cookie.Transient, calls: 2},
		{name: "silent", prompt: "[silent]", kind: chat.Upstream, evidence: cookie.Transient, calls: 2},
		{name: "another model", prompt: "[downgrade]", kind: chat.Downgraded, evidence: cookie.Silent},
		{name: "another model, told late", prompt: "[latemodel][downgrade][long 4000][bytes 100]", kind: chat.Downgraded, text: "00000001"},
		{name: "nonsense", fault: &simulator.Fault{Kind: simulator.Status, Code: 200, Body: "no frames\nat all\n", Operations: []simulator.Operation{generate},
			Header: map[string]string{"Content-Type": "application/json"}}, kind: chat.Upstream, evidence: cookie.Drift},
		{name: "some web page", fault: &simulator.Fault{Kind: simulator.Status, Code: 200, Body: "<html>hello", Operations: []simulator.Operation{generate},
			Header: map[string]string{"Content-Type": "text/html"}}, kind: chat.Upstream, evidence: cookie.Drift},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
				w.client.Probe(t.Context(), w.set)
				w.calls()
				if tt.fault != nil {
					w.sim.SetFault(*tt.fault)
				}
				if tt.prompt == "" {
					tt.prompt = "hi"
				}
				answer, err := w.ask(t.Context(), tt.prompt)
				var told *chat.Error
				if !errors.As(err, &told) {
					t.Fatalf("got %v and %q, want an error for the client", err, answer.Text)
				}
				finding := cookie.FindingOf(err)
				if told.Kind != tt.kind || finding.Evidence != tt.evidence {
					t.Errorf("got kind %d and %s (%q, %q), want %d and %s", told.Kind, finding.Evidence, told.Message, finding.Detail, tt.kind, tt.evidence)
				}
				if finding.Detail == "" || told.Message == "" {
					t.Errorf("finding %q, message %q: both must say something", finding.Detail, told.Message)
				}
				if got := w.calls()["generate"]; got != max(1, tt.calls) {
					t.Errorf("asked %d times, want %d", got, max(1, tt.calls))
				}
				if !strings.HasPrefix(answer.Text, tt.text) || tt.text == "" && answer.Text != "" || answer.Reason != "" {
					t.Errorf("text %.20q and finish %q, want %q and none", answer.Text, answer.Reason, tt.text)
				}
			})
		})
	}
}

func TestStreamHeals(t *testing.T) {
	t.Parallel()
	once := func(kind simulator.Kind, code int) simulator.Fault {
		return simulator.Fault{Kind: kind, Code: code, Count: 1, Operations: []simulator.Operation{simulator.OpGenerate}}
	}
	tests := []struct {
		name  string
		fault simulator.Fault
		pages int
	}{
		{name: "temporary", fault: once(simulator.ErrorCode, 1013)},
		{name: "empty", fault: once(simulator.Empty, 0)},
		{name: "session number refused", fault: once(simulator.ErrorCode, 1155)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
				w.client.Probe(t.Context(), w.set)
				w.calls()
				w.sim.SetFault(tt.fault)
				got, err := w.ask(t.Context(), "[say fine]")
				if err != nil || got.Text != "fine" {
					t.Errorf("got %q, %v", got.Text, err)
				}
				if calls := w.calls(); calls["generate"] != 2 || calls["page"] != tt.pages {
					t.Errorf("calls %v", calls)
				}
			})
		})
	}
}

func TestCancelEndsTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
		w.client.Probe(t.Context(), w.set)
		w.calls()
		const prompt = "[long 100000][slow 1s]"
		for i := range 50 {
			ctx, cancel := context.WithCancel(t.Context())
			seen := 0
			var last error
			for event, err := range w.client.Stream(ctx, w.set, newRequest("gemini-2.5-flash", prompt)) {
				if last = err; err != nil {
					break
				}
				if event.Kind != chat.Text {
					continue
				}
				if seen++; seen == 3 {
					if i%2 == 0 {
						break
					}
					cancel()
				}
			}
			cancel()
			if i%2 == 1 && chat.AsError(last).Kind != chat.Canceled {
				t.Errorf("%d: got %v, want the end of the context", i, last)
			}
		}
		synctest.Wait()
		canceled := 0
		for _, entry := range w.sim.Journal() {
			if entry.Operation == simulator.OpGenerate && entry.Outcome == "canceled" {
				canceled++
			}
		}
		if canceled != 50 {
			t.Errorf("%d of 50 upstream calls were canceled", canceled)
		}
	})
}

func TestSlowReaderIsNoStall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{IdleTimeout: time.Second})
		for event, err := range w.client.Stream(t.Context(), w.set, newRequest("gemini-2.5-flash", "[long 1000][frames 5]")) {
			if err != nil {
				t.Fatal(err)
			}
			if event.Kind == chat.Text {
				time.Sleep(time.Minute)
			}
		}
	})
}

func TestDowngradeAllowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{AllowDowngrade: true})
		got, err := w.ask(t.Context(), "[downgrade][say hi]")
		if err != nil || got.Text != "hi" || got.Served.ID == "56fdd199312815e2" || got.Served.ID == "" {
			t.Errorf("got %+v, %v", got, err)
		}
	})
}

func TestGuestModelForPayingAccountIsSuspicious(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulator.SessionConfig{Guest: simulator.GuestServed}, geminiweb.Config{})
		w.client.Probe(t.Context(), w.set)
		if err := w.sim.Revoke(w.set.PSID().Reveal()); err != nil {
			t.Fatal(err)
		}
		_, err := w.ask(t.Context(), "hi")
		if f := cookie.FindingOf(err); f.Evidence != cookie.WeakOut {
			t.Errorf("got %+v from %v", f, err)
		}
	})
}

// A free account has the model of guests anyway: a downgrade to it says nothing
// about the session, which must not be doubted for it.
func TestDowngradeOfFreeAccountIsNoEvidence(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulator.SessionConfig{Plan: simulator.Free}, geminiweb.Config{})
		w.client.Probe(t.Context(), w.set)
		_, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, newRequest("gemini-2.5-pro", "[downgrade][say hi]")))
		if f := cookie.FindingOf(err); f.Evidence != cookie.Silent || chat.AsError(err).Kind != chat.Downgraded {
			t.Errorf("got %+v from %v", f, err)
		}
	})
}

func TestChatModes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		mode, model string
		temporary   bool
		left        int
		calls       map[string]int
	}{
		{mode: "", model: "gemini-2.5-flash", temporary: true},
		{mode: geminiweb.ChatKeep, model: "gemini-2.5-flash", left: 1},
		{mode: geminiweb.ChatDeleteAfter, model: "gemini-2.5-flash", calls: map[string]int{"GzXR5e": 1, "qWymEb": 1}},
		{mode: geminiweb.ChatTemporary, model: "gemini-2.5-flash-image", calls: map[string]int{"GzXR5e": 1, "qWymEb": 1}},
	}
	for _, tt := range tests {
		t.Run(tt.mode+" "+tt.model, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{ChatMode: tt.mode})
				if _, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, newRequest(tt.model, "[say hi]"))); err != nil {
					t.Fatal(err)
				}
				if err := w.client.Close(t.Context()); err != nil {
					t.Fatal(err)
				}
				for _, entry := range w.sim.Journal() {
					if entry.Operation == simulator.OpGenerate && entry.Temporary != tt.temporary {
						t.Errorf("temporary %v, want %v", entry.Temporary, tt.temporary)
					}
				}
				calls := w.calls()
				if calls["GzXR5e"] != tt.calls["GzXR5e"] || calls["qWymEb"] != tt.calls["qWymEb"] {
					t.Errorf("calls %v, want %v", calls, tt.calls)
				}
				if got := len(w.sim.Chats(w.set.PSID().Reveal())); got != tt.left {
					t.Errorf("%d chats are left, want %d", got, tt.left)
				}
			})
		})
	}
}

func TestRequestsThatAreRefusedHere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
		w.client.Probe(t.Context(), w.set)
		w.calls()
		for name, tt := range map[string]struct {
			req  *chat.Request
			kind chat.Kind
		}{
			"unknown model": {newRequest("gpt-4o", "hi"), chat.UnknownModel},
		} {
			_, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, tt.req))
			if got := chat.AsError(err).Kind; got != tt.kind || cookie.FindingOf(err).Evidence != cookie.Silent {
				t.Errorf("%s: got kind %d, %v", name, got, err)
			}
		}
		if calls := w.calls(); len(calls) != 0 {
			t.Errorf("the upstream was called: %v", calls)
		}
	})
}

func TestObserve(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		got := make(map[string]int)
		var took time.Duration
		var drifts []string
		w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{
			Observe: func(operation, outcome string, d time.Duration) { got[operation+" "+outcome]++; took += d },
			Drifted: func(stage string) { drifts = append(drifts, stage) },
		})
		w.client.Probe(t.Context(), w.set)
		rotated := w.client.Rotate(t.Context(), w.set)
		w.client.Renew(t.Context(), w.set, rotated.Set)
		_, _ = w.ask(t.Context(), "[slow 1s][frames 3]")
		_, _ = w.ask(t.Context(), "[error 1037]")
		_, _ = w.ask(t.Context(), "[http 500]")
		_, _ = w.ask(t.Context(), "[garble 4][long 1000][bytes 100]")
		for range w.client.Stream(t.Context(), w.set, newRequest("gemini-2.5-flash", "[slow 1s]")) {
			break
		}
		want := map[string]int{"page success": 2, "batch success": 1, "rotate success": 1, "generate success": 2,
			"generate rate_limited": 1, "generate server_error": 1, "generate canceled": 1}
		if !maps.Equal(got, want) || took < 2*time.Second {
			t.Errorf("got %v taking %s, want %v", got, took, want)
		}
		if fmt.Sprint(drifts) != "[json]" {
			t.Errorf("drifts %v, want one for the broken frame", drifts)
		}
	})
}

// scripted answers StreamGenerate with a body of its own, then keeps the
// connection open until the client goes.
type scripted struct {
	next http.RoundTripper
	body string
}

func (s scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/StreamGenerate") {
		return s.next.RoundTrip(r)
	}
	body := &hanging{Reader: strings.NewReader(s.body), gone: r.Context().Done()}
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: body, Request: r}, nil
}

type hanging struct {
	*strings.Reader
	gone <-chan struct{}
}

func (h *hanging) Read(p []byte) (int, error) {
	if h.Len() > 0 {
		return h.Reader.Read(p)
	}
	<-h.gone
	return 0, context.Canceled
}

func (h *hanging) Close() error { return nil }

func TestCompleteAnswerNeedsNoEnd(t *testing.T) {
	t.Parallel()
	done := wiretest.Guard + wiretest.FrameRow(wiretest.Row{Text: "half "}.String()) + wiretest.FrameRow(wiretest.Row{Text: "half and half", Done: true}.String())
	tests := []struct {
		name, body string
		want       string
		kind       chat.Kind
		took       time.Duration
	}{
		{name: "silence behind the answer", body: done, want: "half and half", took: 10 * time.Second},
		{name: "silence behind the end frame", body: done + wiretest.FrameRow(`[["e",4,null,null,9]]`), want: "half and half", took: time.Second},
		{name: "silence before the end", body: wiretest.Guard + wiretest.FrameRow(wiretest.Row{Text: "half "}.String()), want: "half", kind: chat.Timeout, took: 120 * time.Second},
		{name: "silence from the start", body: wiretest.Guard, kind: chat.Timeout, took: 120 * time.Second},
		{name: "half a frame", body: wiretest.Guard + "9999\n[[", kind: chat.Timeout, took: 120 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sim := simulator.New(simulator.Config{Seed: 1, PageBytes: 4 << 10})
				w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: scripted{sim, tt.body}})
				w.set = setOf(sim.AddSession(simulator.SessionConfig{}))
				start := time.Now()
				got, err := w.ask(t.Context(), "hi")
				if got.Text != tt.want || (err != nil) != (tt.kind != 0) || err != nil && chat.AsError(err).Kind != tt.kind {
					t.Errorf("got %q, %v; want %q", got.Text, err, tt.want)
				}
				if took := time.Since(start); took != tt.took {
					t.Errorf("took %s, want %s", took, tt.took)
				}
			})
		})
	}
}
