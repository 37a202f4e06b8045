package api_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/api"
)

func memoryOf(mib int64) option {
	return with(func(s *api.Settings) { s.Limits.Memory = mib << 20 })
}

// heavy are questions with bodies of so many MiB, in every way that a body comes.
var heavy = map[string]func(mib int) call{
	"text": func(mib int) call {
		return call{path: "/v1/chat/completions", body: `{"model":"` + flash + `","messages":[{"role":"user","content":"` + strings.Repeat("a", mib<<20) + `"}]}`}
	},
	"text, streamed": func(mib int) call {
		return call{path: "/v1/chat/completions", body: `{"model":"` + flash + `","stream":true,"messages":[{"role":"user","content":"` + strings.Repeat("a", mib<<20) + `"}]}`}
	},
	"a picture": func(mib int) call {
		return namings["image_url"]([]string{"data:image/png;base64," + base64.StdEncoding.EncodeToString(large(mib*3/4))})
	},
	"edits": func(mib int) call {
		return namings["edits"]([]string{"data:image/png;base64," + base64.StdEncoding.EncodeToString(large(mib*3/4))})
	},
	"an edit as a form": func(mib int) call {
		form := new(bytes.Buffer)
		parts := multipart.NewWriter(form)
		_ = parts.WriteField("prompt", "x")
		w, _ := parts.CreateFormFile("image", "a.png")
		_, _ = w.Write(large(mib))
		_ = parts.Close()
		return call{path: "/v1/images/edits", header: map[string]string{"Content-Type": parts.FormDataContentType()}, body: form.String()}
	},
	"generateContent": func(mib int) call {
		return gemini("generateContent", `{"contents":[{"parts":[{"text":"`+strings.Repeat("a", mib<<20)+`"}]}]}`)
	},
	"countTokens": func(mib int) call {
		return gemini("countTokens", `{"contents":[{"parts":[{"text":"`+strings.Repeat("a", mib<<20)+`"}]}]}`)
	},
}

// TestMemoryIsBounded holds most of the memory with one client's question and
// sends others beside it. All memory is back when they are over.
func TestMemoryIsBounded(t *testing.T) {
	for name, body := range heavy {
		t.Run(name, func(t *testing.T) {
			g := newRig(t, memoryOf(64))
			asked, goOn := make(chan struct{}), make(chan struct{})
			g.actor.plays(func(ctx context.Context, set cookie.Set, req *chat.Request, yield func(chat.Event, error) bool) {
				close(asked)
				<-goOn
				says("ok")(ctx, set, req, yield)
			})
			done := make(chan int)
			go func() {
				done <- g.do(heavy["text"](20).with(func(c *call) { c.key = adminKey })).Code
			}()
			<-asked
			if held := testutil.ToFloat64(g.metrics.Memory); held < 40<<20 || held > 41<<20 {
				t.Errorf("%.0f MiB are held", held/(1<<20))
			}
			g.actor.plays(recorded(new([]*chat.Request), answerPicture))
			c := body(12).with(func(c *call) { c.key = apiKey })
			w := g.do(c)
			if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || w.Header().Get("Connection") != "close" {
				t.Errorf("status %d, %v: %.300s", w.Code, w.Header(), w.Body)
			}
			speaks := "openai"
			if strings.HasPrefix(c.path, "/v1beta") {
				speaks = "gemini"
			}
			dialectError(t, speaks, w.Code, w.Header(), w.Body.Bytes())
			if w := g.do(body(8).with(func(c *call) { c.key = apiKey })); w.Code != http.StatusOK {
				t.Errorf("another client's share: status %d: %.300s", w.Code, w.Body)
			}
			for i := range 3 {
				c := body(8).with(func(c *call) { c.key, c.remote = adminKey, fmt.Sprintf("203.0.113.%d", i) })
				if w := g.do(c); w.Code != http.StatusServiceUnavailable {
					t.Errorf("the same key from another address: status %d", w.Code)
				}
			}
			close(goOn)
			if status := <-done; status != http.StatusOK {
				t.Errorf("the first question: status %d", status)
			}
			if held, refused := testutil.ToFloat64(g.metrics.Memory), testutil.ToFloat64(g.metrics.MemoryRefused.WithLabelValues("full")); held != 0 || refused != 4 {
				t.Errorf("%.0f bytes are held by nobody, %.0f were refused", held, refused)
			}
			if w := g.do(body(12).with(func(c *call) { c.key = apiKey })); w.Code != http.StatusOK {
				t.Errorf("afterwards: status %d: %.300s", w.Code, w.Body)
			}
		})
	}
}

// TestTooMuchForTheMemory checks that nobody is told to wait for what can never
// be.
func TestTooMuchForTheMemory(t *testing.T) {
	for name, body := range heavy {
		t.Run(name, func(t *testing.T) {
			g := newRig(t, memoryOf(16))
			w := g.do(body(8).with(func(c *call) { c.key = apiKey }))
			if w.Code != http.StatusRequestEntityTooLarge || w.Header().Get("Retry-After") != "" || !strings.Contains(w.Body.String(), "request_memory") {
				t.Errorf("status %d, %v: %.300s", w.Code, w.Header(), w.Body)
			}
			if testutil.ToFloat64(g.metrics.Memory) != 0 {
				t.Error("something is held")
			}
		})
	}
}

// TestGatheredFilesTakeMemory names files that fit a question and not the memory.
func TestGatheredFilesTakeMemory(t *testing.T) {
	for name, naming := range namings {
		for _, kept := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, kept %v", name, kept), func(t *testing.T) {
				host := newPictureHost(t)
				g, store, _ := storing(t, host.allowed, memoryOf(16))
				g.actor.plays(recorded(new([]*chat.Request), answerPicture))
				addresses := []string{host.url("/8?1"), host.url("/8?2")}
				if kept {
					addresses = []string{put(t, store, large(8)), put(t, store, large(8))}
				}
				c := naming(addresses).with(func(c *call) { c.key = apiKey })
				if w := g.do(c); w.Code != http.StatusRequestEntityTooLarge || !strings.Contains(w.Body.String(), "request_memory") || g.actor.calls() != 0 {
					t.Errorf("status %d: %.300s", w.Code, w.Body)
				}
				c = naming(addresses[:1]).with(func(c *call) { c.key = apiKey })
				if w := g.do(c); w.Code != http.StatusOK || testutil.ToFloat64(g.metrics.Memory) != 0 {
					t.Errorf("one file: status %d: %.300s", w.Code, w.Body)
				}
			})
		}
	}
}

// TestAnswersTakeMemory gathers answers that the memory does not hold.
func TestAnswersTakeMemory(t *testing.T) {
	events := map[string]script{
		"pictures": paints(&chat.Blob{MIME: "image/png", Data: large(8)}, &chat.Blob{MIME: "image/png", Data: large(8)}),
		"text":     says(strings.Repeat("a", 8<<20), strings.Repeat("b", 8<<20)),
	}
	for name, answer := range events {
		t.Run(name, func(t *testing.T) {
			g := newRig(t, memoryOf(16))
			g.actor.plays(answer)
			for _, speaks := range []string{"openai", "gemini"} {
				if w := g.do(generate(speaks, false)); w.Code != http.StatusRequestEntityTooLarge || w.Body.Len() > 1<<10 {
					t.Errorf("%s: status %d, %d bytes", speaks, w.Code, w.Body.Len())
				}
				if w := g.do(generate(speaks, true)); w.Code != http.StatusOK || w.Body.Len() < 16<<20 {
					t.Errorf("%s: what is passed on piece by piece: status %d, %d bytes", speaks, w.Code, w.Body.Len())
				}
			}
			if testutil.ToFloat64(g.metrics.Memory) != 0 {
				t.Error("something is held")
			}
		})
	}
}

// TestClaimedBodiesTakeNoMemory checks that a body counts for what came of it.
func TestClaimedBodiesTakeNoMemory(t *testing.T) {
	g := newRig(t, memoryOf(16))
	body, client := io.Pipe()
	r := g.request(generate("openai", false))
	r.Body, r.ContentLength = body, 30<<20
	done := make(chan struct{})
	go func() {
		defer close(done)
		g.serve(g.api.Handler(), r)
	}()
	_, _ = client.Write([]byte(" "))
	_, _ = client.Write([]byte(" ")) // now the first one was read
	if held := testutil.ToFloat64(g.metrics.Memory); held < 1 || held > 64<<10 {
		t.Errorf("%.0f bytes are held for 2", held)
	}
	_ = client.CloseWithError(io.ErrUnexpectedEOF)
	<-done
	if testutil.ToFloat64(g.metrics.Memory) != 0 {
		t.Error("something is held")
	}
}

// dribble is a body of pieces, with a pause before each.
type dribble struct {
	pieces int
	size   int
	pause  time.Duration
	w      *clocked
	late   bool // a piece came after the deadline
}

func (d *dribble) Read(p []byte) (int, error) {
	if d.pieces == 0 {
		return 0, io.EOF
	}
	d.pieces--
	time.Sleep(d.pause)
	if time.Now().After(d.w.read[len(d.w.read)-1]) {
		d.late = true
		return 0, http.ErrBodyNotAllowed
	}
	n := min(d.size, len(p))
	for i := range n {
		p[i] = ' '
	}
	return n, nil
}

// TestPaceOfBodies: only what came in the last seconds speaks for a body.
func TestPaceOfBodies(t *testing.T) {
	burst := strings.Repeat(" ", 20<<20)
	tests := []struct {
		name  string
		burst string
		rest  dribble
		late  bool
	}{
		{"steady and slow", "", dribble{pieces: 600, size: 17 << 10, pause: time.Second}, false},
		{"too slow", "", dribble{pieces: 600, size: 15 << 10, pause: time.Second}, true},
		{"a pause behind a burst", burst, dribble{pieces: 1, size: 1, pause: 19 * time.Second}, false},
		{"silence behind a burst", burst, dribble{pieces: 1, size: 1, pause: 21 * time.Second}, true},
		{"a trickle behind a burst", burst, dribble{pieces: 60, size: 1 << 10, pause: time.Second}, true},
		{"silence from the start", "", dribble{pieces: 1, size: 1, pause: 11 * time.Second}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := newRig(t)
				w := &clocked{ResponseRecorder: httptest.NewRecorder()}
				tt.rest.w = w
				r := g.request(generate("openai", false))
				r.Body, r.ContentLength = io.NopCloser(io.MultiReader(strings.NewReader(tt.burst), &tt.rest)), -1
				g.api.Handler().ServeHTTP(w, r)
				if tt.rest.late != tt.late || !tt.late && tt.rest.pieces > 0 {
					t.Errorf("cut off: %v, with %d pieces left: %s", tt.rest.late, tt.rest.pieces, w.Body)
				}
			})
		})
	}
}
