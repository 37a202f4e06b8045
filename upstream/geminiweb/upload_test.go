package geminiweb_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

var (
	samplePNG  = &chat.Blob{MIME: "image/png", Name: "cat.png", Data: append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 5000)...)}
	samplePDF  = &chat.Blob{MIME: "application/pdf", Name: `a "quoted" \ name.pdf`, Data: []byte("%PDF-1.7\n1 0 obj")}
	sampleText = &chat.Blob{MIME: "text/plain", Data: []byte("plain words\n")}
	sampleMP3  = &chat.Blob{MIME: "audio/mpeg", Data: append([]byte("ID3\x04"), make([]byte, 100)...)}
	sampleMP4  = &chat.Blob{MIME: "video/mp4", Name: "clip.mp4", Data: []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom")}
)

// show is a question about files.
func show(text string, blobs ...*chat.Blob) *chat.Request {
	req := newRequest("gemini-2.5-flash", text)
	for _, blob := range blobs {
		req.Turns[0].Parts = append(req.Turns[0].Parts, chat.Part{Blob: blob})
	}
	return req
}

// seen is what the simulator says of a file that arrived whole.
func seen(name string, blob *chat.Blob) string {
	return fmt.Sprintf("I can see %s: %s, %d bytes, sha256 %x.", name, blob.MIME, len(blob.Data), sha256.Sum256(blob.Data))
}

func TestFilesArriveWhole(t *testing.T) {
	t.Parallel()
	refused := func(skip int, ops ...simulator.Operation) *simulator.Fault {
		return &simulator.Fault{Kind: simulator.Status, Code: 500, Count: 5, Skip: skip, Operations: ops}
	}
	tests := []struct {
		name  string
		fault *simulator.Fault
		hosts []string // of the uploads
	}{
		{"as a form", nil, slices.Repeat([]string{"content-push.googleapis.com"}, 5)},
		{"resumable when the form is refused", refused(0, simulator.OpUpload),
			append(slices.Repeat([]string{"content-push.googleapis.com"}, 5), slices.Repeat([]string{"push.clients6.google.com"}, 10)...)},
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
					w.sim.SetFault(simulator.Fault{Name: "wait", Kind: simulator.Latency, Delay: 1, Operations: []simulator.Operation{simulator.OpUpload}})
				}
				req := show("What are these?", samplePNG, samplePDF, sampleText, sampleMP3, sampleMP4)
				answer, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, req))
				if err != nil {
					t.Fatal(err)
				}
				for name, blob := range map[string]*chat.Blob{
					"cat.png": samplePNG, samplePDF.Name: samplePDF, "input_0000003.txt": sampleText, "input_0000004.mp3": sampleMP3, "clip.mp4": sampleMP4,
				} {
					if !strings.Contains(answer.Text, seen(name, blob)) {
						t.Errorf("%s did not arrive: %s", name, answer.Text)
					}
				}
				var hosts []string
				for _, entry := range w.sim.Journal() {
					if entry.Operation != simulator.OpUpload {
						continue
					}
					hosts = append(hosts, entry.Host)
					if own := strings.HasSuffix(entry.Host, ".google.com"); own != (len(entry.Cookies) > 0) {
						t.Errorf("%s got the cookies %v", entry.Host, entry.Cookies)
					}
				}
				slices.Sort(hosts)
				if !slices.Equal(hosts, tt.hosts) {
					t.Errorf("uploads at %v, want %v", hosts, tt.hosts)
				}
			})
		})
	}
}

// TestSharedFileGoesUpOnce shows one picture as often as a question may.
func TestSharedFileGoesUpOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
		w.client.Probe(t.Context(), w.set)
		w.calls()
		req := show("What are these?", samplePNG, samplePDF)
		for range 62 {
			req.Turns[0].Parts = append(req.Turns[0].Parts, chat.Part{Blob: &chat.Blob{MIME: samplePNG.MIME, Data: samplePNG.Data}})
		}
		answer, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, req))
		if err != nil {
			t.Fatal(err)
		}
		if want := seen("cat.png", samplePNG); strings.Count(answer.Text, want) != 1 {
			t.Errorf("want %q once: %s", want, answer.Text)
		}
		uploads := 0
		for _, entry := range w.sim.Journal() {
			if entry.Operation == simulator.OpUpload {
				uploads++
			}
		}
		if uploads != 2 {
			t.Errorf("%d uploads of 2 files", uploads)
		}
	})
}

// TestFailedUploads: a file that did not arrive is an error, and the question is
// not asked without it.
func TestFailedUploads(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		fault simulator.Fault
		kind  chat.Kind
	}{
		{"server error", simulator.Fault{Kind: simulator.Status, Code: 500}, chat.Upstream},
		{"refused", simulator.Fault{Kind: simulator.Status, Code: 400}, chat.Upstream},
		{"too large", simulator.Fault{Kind: simulator.Status, Code: 413}, chat.TooLarge},
		{"slow down", simulator.Fault{Kind: simulator.Status, Code: 429}, chat.Quota},
		{"signed out", simulator.Fault{Kind: simulator.Status, Code: 401}, chat.Unavailable},
		{"no network", simulator.Fault{Kind: simulator.Outage}, chat.Unavailable},
		{"no reference", simulator.Fault{Kind: simulator.Empty}, chat.Upstream},
		{"a web page", simulator.Fault{Kind: simulator.HTML}, chat.Upstream},
		{"silence", simulator.Fault{Kind: simulator.Latency, Delay: 1 << 40}, chat.Timeout},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
				tt.fault.Operations = []simulator.Operation{simulator.OpUpload}
				w.sim.SetFault(tt.fault)
				answer, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, show("What is this?", samplePNG, sampleText)))
				if got := chat.AsError(err); err == nil || got.Kind != tt.kind || answer.Text != "" {
					t.Errorf("got %q, %v, want kind %d", answer.Text, err, tt.kind)
				}
				if n := w.calls()["generate"]; n != 0 {
					t.Errorf("the question was asked %d times without its files", n)
				}
			})
		})
	}
}

func TestUploadsEndWithTheClient(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
		w.sim.SetFault(simulator.Fault{Kind: simulator.Latency, Delay: 1 << 40, Operations: []simulator.Operation{simulator.OpUpload}})
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			synctest.Wait()
			cancel()
		}()
		_, err := chat.CollectAnswer(w.client.Stream(ctx, w.set, show("?", slices.Repeat([]*chat.Blob{samplePNG}, 20)...)))
		if got := chat.AsError(err); got.Kind != chat.Canceled {
			t.Errorf("got %v", err)
		}
	})
}

func TestUploadAddressIsNotFollowedElsewhere(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"https://evil.example/upload/", "http://push.clients6.google.com/upload/", "https://u:p@push.clients6.google.com/", "", "::", "https://push.clients6.google.com:8443/", "https://push.clients6.google.com./", "https://pu\u017fh.clients6.google.com/"} {
		synctest.Test(t, func(t *testing.T) {
			sim := simulator.New(simulator.Config{Seed: 1, PageBytes: 4 << 10})
			w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
				switch r.URL.Hostname() {
				case "content-push.googleapis.com":
					return reply(r, 500, "", strings.NewReader("")), nil
				case "push.clients6.google.com":
					if r.Header.Get("X-Goog-Upload-Command") != "start" {
						t.Error("bytes were sent")
					}
					resp := reply(r, 200, "", strings.NewReader(""))
					resp.Header.Set("X-Goog-Upload-URL", target)
					return resp, nil
				case "gemini.google.com", "accounts.google.com":
				default:
					t.Errorf("%s was called", r.URL.Redacted())
				}
				return sim.RoundTrip(r)
			})})
			w.set = setOf(sim.AddSession(simulator.SessionConfig{}))
			if _, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, show("?", samplePNG))); chat.AsError(err).Kind != chat.Upstream || err == nil {
				t.Errorf("%s: got %v", target, err)
			}
		})
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestLongPrompts: what does not fit goes up as a file, whole.
func TestLongPrompts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{MaxPrompt: 2000})
		req := newRequest("gemini-2.5-flash", "And now?")
		old := chat.Turn{Role: chat.User, Parts: []chat.Part{{Text: strings.Repeat("word ", 2000)}}}
		req.Turns = append([]chat.Turn{old}, req.Turns...)
		answer, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, req))
		if err != nil {
			t.Fatal(err)
		}
		history := &chat.Blob{MIME: "text/plain", Data: []byte("User:\n" + old.Parts[0].Text)}
		if !strings.Contains(answer.Text, seen("conversation.txt", history)) || !strings.Contains(answer.Text, "And now?") {
			t.Errorf("the history did not arrive: %s", answer.Text)
		}
		for _, entry := range w.sim.Journal() {
			if entry.Operation == simulator.OpGenerate && entry.PromptBytes > 2000 {
				t.Errorf("a prompt of %d bytes", entry.PromptBytes)
			}
		}
	})
}

func TestPromptsThatCanNotBeCarried(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 200_000)
	tests := []struct {
		name  string
		req   *chat.Request
		fault simulator.Fault
		kind  chat.Kind
	}{
		{"file refused", newRequest("gemini-2.5-flash", long), simulator.Fault{Kind: simulator.ErrorCode, Code: 1100}, chat.ContextLength},
		{"file too large", newRequest("gemini-2.5-flash", long), simulator.Fault{Kind: simulator.Status, Code: 413, Operations: []simulator.Operation{simulator.OpUpload}}, chat.ContextLength},
		{"over 20 MiB", newRequest("gemini-2.5-flash", strings.Repeat(long, 106)), simulator.Fault{Kind: simulator.Latency}, chat.ContextLength},
		{"another file refused", show("hi", samplePNG), simulator.Fault{Kind: simulator.ErrorCode, Code: 1100}, chat.BadRequest},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{})
				w.sim.SetFault(tt.fault)
				if _, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, tt.req)); err == nil || chat.AsError(err).Kind != tt.kind {
					t.Errorf("got %v, want kind %d", err, tt.kind)
				}
			})
		})
	}
}

// BenchmarkUpload shows that a file is sent from where it lies.
func BenchmarkUpload(b *testing.B) {
	blob := &chat.Blob{MIME: "image/png", Data: bytes.Repeat([]byte{1}, 10<<20)}
	w := newWorld(b, simulator.SessionConfig{}, geminiweb.Config{})
	b.ReportAllocs()
	b.SetBytes(int64(len(blob.Data)))
	for b.Loop() {
		if _, err := chat.CollectAnswer(w.client.Stream(b.Context(), w.set, show("?", blob))); err != nil {
			b.Fatal(errors.Unwrap(err))
		}
	}
}
