package api_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"runtime/metrics"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

// studio is the pretend upstream whose pictures are all the same, and large. It
// makes none itself, so that what memory is taken is the server's.
type studio struct {
	http.RoundTripper
	picture []byte
}

func (s studio) RoundTrip(r *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(r.URL.Hostname(), "usercontent.com") {
		return s.RoundTripper.RoundTrip(r)
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"image/png"}}, Request: r,
		ContentLength: int64(len(s.picture)), Body: io.NopCloser(bytes.NewReader(s.picture)),
	}, nil
}

const pictureSize = 10 << 20

// newStudio is a house whose upstream shows pictures of 10 MB.
func newStudio(t testing.TB) *house {
	picture := append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, pictureSize-8)...)
	return newHouseOver(t, func(upstream *simulator.Simulator) (*geminiweb.Client, error) {
		return geminiweb.New(geminiweb.Config{Transport: studio{upstream, picture}})
	})
}

// held is the memory of all objects on the heap, garbage that was not yet
// collected included.
func held() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// peak runs so many requests at once and returns by how much the heap grew at
// most.
func peak(t testing.TB, h *house, c call, requests int) uint64 {
	t.Helper()
	runtime.GC()
	before := held()
	stop, highest := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		tick := time.NewTicker(200 * time.Microsecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				most = max(most, held())
			case <-stop:
				highest <- max(most, held())
				return
			}
		}
	}()
	var group sync.WaitGroup
	for range requests {
		group.Go(func() {
			w := &sink{header: make(http.Header)}
			h.api.Handler().ServeHTTP(w, h.request(c))
			if w.status != http.StatusOK || w.length < pictureSize*4/3 {
				t.Errorf("status %d, %d bytes", w.status, w.length)
			}
		})
	}
	group.Wait()
	close(stop)
	most := <-highest
	return most - min(before, most)
}

// sink takes an answer and keeps nothing of it.
type sink struct {
	header http.Header
	status int
	length int
}

func (s *sink) Header() http.Header    { return s.header }
func (s *sink) WriteHeader(status int) { s.status = status }
func (s *sink) Write(p []byte) (int, error) {
	s.length += len(p)
	return len(p), nil
}
func (s *sink) Flush() {}

// deliveries are the ways in which the bytes of a picture go out.
var deliveries = map[string]call{
	"b64_json":        draw(""),
	"inlineData":      gemini("generateContent", `{"contents":[{"parts":[{"text":"a fox"}]}]}`),
	"inlineData, SSE": gemini("streamGenerateContent?alt=sse", `{"contents":[{"parts":[{"text":"a fox"}]}]}`),
	"data URL, SSE":   {path: "/v1/chat/completions", key: apiKey, body: `{"model":"` + painter + `","stream":true,"messages":[{"role":"user","content":"a fox"}]}`},
}

// TestPictureMemory checks that a picture on its way takes at most three times
// its size.
func TestPictureMemory(t *testing.T) {
	for name, c := range deliveries {
		t.Run(name, func(t *testing.T) {
			h := newStudio(t)
			defer h.close()
			const requests = 4
			if each := peak(t, h, c, requests) / requests; each > 3*pictureSize {
				t.Errorf("each of %d requests took up to %d MiB for a picture of %d", requests, each>>20, pictureSize>>20)
			}
		})
	}
}

// BenchmarkImage is a picture of 10 MB from the upstream to the client, and how
// much memory each request in flight takes at most, in sizes of the picture.
func BenchmarkImage(b *testing.B) {
	for _, requests := range []int{1, 8} {
		for name, c := range deliveries {
			b.Run(fmt.Sprintf("%s/%d", name, requests), func(b *testing.B) {
				h := newStudio(b)
				defer h.close()
				b.SetBytes(int64(pictureSize * requests))
				b.ReportAllocs()
				var most uint64
				for b.Loop() {
					most = max(most, peak(b, h, c, requests))
				}
				b.ReportMetric(float64(most)/float64(requests)/pictureSize, "sizes")
			})
		}
	}
}
