package geminiweb_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
	"github.com/geminid/geminid/upstream/simulator"
)

// bodies is an upstream that answers each question with the next body, the last one
// again and again.
type bodies struct {
	next   http.RoundTripper
	bodies []string
	asked  int
}

func (b *bodies) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Path, "/StreamGenerate") {
		return b.next.RoundTrip(r)
	}
	body := b.bodies[min(b.asked, len(b.bodies)-1)]
	b.asked++
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// newBodies is a world with a free account and an upstream of bodies.
func newBodies(t *testing.T, cfg geminiweb.Config, all ...string) (*world, *bodies) {
	t.Helper()
	sim := simulator.New(simulator.Config{Seed: 1, PageBytes: 4 << 10})
	up := &bodies{next: sim, bodies: all}
	cfg.Transport = up
	w := newWorld(t, simulator.SessionConfig{}, cfg)
	w.sim, w.set = sim, setOf(sim.AddSession(simulator.SessionConfig{Name: "owner", Plan: simulator.Free}))
	w.client.Probe(t.Context(), w.set)
	w.calls()
	return w, up
}

// TestCapturedSearch: the same answer whole: one question, at once, with its sources,
// though eight of its lengths are wrong.
func TestCapturedSearch(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/captures/stream_search_2026.txt")
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, stream := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			w, up := newBodies(t, geminiweb.Config{}, string(raw))
			req := newRequest("gemini-2.5-flash", "hi")
			req.Stream = stream
			start := time.Now()
			answer, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, req))
			if err != nil || up.asked != 1 || time.Since(start) != 0 {
				t.Errorf("%v, asked %d times, after %s", err, up.asked, time.Since(start))
			}
			if !strings.Contains(answer.Text, "512-bit 位宽，功耗 TDP 约为 575W。支持 DLSS 4.5") || !strings.HasSuffix(answer.Text, "[GeForce RTX 50 series - Wikipedia](https://en.wikipedia.org/wiki/GeForce_RTX_50_series)") {
				t.Errorf("text %q", answer.Text)
			}
			var passages int
			for _, s := range answer.Sources {
				passages += len(s.Passages)
			}
			// Frames that lost bytes take back what was streamed, and with it the places.
			if len(answer.Sources) != 11 || !stream && passages < 10 {
				t.Errorf("stream %v: %d sources with %d passages", stream, len(answer.Sources), passages)
			}
			texts = append(texts, answer.Text)
		})
	}
	if texts[0] != texts[1] {
		t.Errorf("streamed %q, whole %q", texts[0], texts[1])
	}
}

// TestCutAnswersOfTemporaryChats: nothing of them is in the history, so none is read,
// wherever a recorded answer with a search ends.
func TestCutAnswersOfTemporaryChats(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("testdata/captures/stream_search_2026.txt")
	if err != nil {
		t.Fatal(err)
	}
	first := bytes.Index(raw, []byte("英伟达")) // the first text
	done := bytes.LastIndex(raw, []byte(`[2],\"zh\"`))
	if first < 0 || done < first {
		t.Fatal("the recording has no text, or no end")
	}
	for at := 100; at < done; at += 997 {
		synctest.Test(t, func(t *testing.T) {
			w, up := newBodies(t, geminiweb.Config{}, string(raw[:at]))
			start := time.Now()
			answer, err := w.ask(t.Context(), "hi")
			if kind := chat.AsError(err).Kind; err == nil || kind != chat.Upstream {
				t.Errorf("cut at %d: got %q and %v", at, answer.Text, err)
			}
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("cut at %d: the client waited %s", at, took)
			}
			if calls := w.calls(); calls["hNvQHb"] != 0 {
				t.Errorf("cut at %d: calls %v", at, calls)
			}
			want := 1
			if answer.Text == "" {
				want = 2
			}
			if up.asked != want {
				t.Errorf("cut at %d, behind %d bytes of text: asked %d times, want %d", at, len(answer.Text), up.asked, want)
			}
		})
	}
}

// TestCutAnswerIsAskedAgain: what broke off before its first word is whole the second
// time.
func TestCutAnswerIsAskedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ids := wiretest.Guard + wiretest.FrameRow(wiretest.Row{}.String())
		whole := ids + wiretest.FrameRow(wiretest.Row{Text: "whole", Done: true}.String())
		w, up := newBodies(t, geminiweb.Config{}, ids, whole)
		if answer, err := w.ask(t.Context(), "hi"); err != nil || answer.Text != "whole" || up.asked != 2 {
			t.Errorf("got %q, %v, asked %d times", answer.Text, err, up.asked)
		}
	})
}
