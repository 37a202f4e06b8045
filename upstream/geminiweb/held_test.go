package geminiweb_test

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

// keeper reads the body of a question, and keeps the request as long as its answer
// lasts, as HTTP/2 does.
type keeper struct {
	canned
	kept *http.Request
}

func (k *keeper) RoundTrip(req *http.Request) (*http.Response, error) {
	if strings.HasSuffix(req.URL.Path, "/StreamGenerate") {
		k.kept = req
		if _, err := io.Copy(io.Discard, req.Body); err != nil {
			return nil, err
		}
	}
	return k.canned.RoundTrip(req)
}

// A stream may take minutes. While it waits for more of the answer it holds nothing of
// the question, which may have megabytes.
func TestStreamHoldsNoQuestion(t *testing.T) {
	const size = 8 << 20
	transport := &keeper{canned: canned{body: shortAnswer()}}
	w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: transport, MaxPrompt: 2 * size})
	transport.sim = w.sim
	if _, err := w.ask(t.Context(), "Hello"); err != nil { // reads the page
		t.Fatal(err)
	}
	question := newRequest("gemini-2.5-flash", strings.Repeat("x", size))
	before, during := heapInUse(), uint64(0)
	for _, err := range w.client.Stream(t.Context(), w.set, question) {
		if err != nil {
			t.Fatal(err)
		}
		if during == 0 {
			during = heapInUse()
		}
	}
	runtime.KeepAlive(question)
	runtime.KeepAlive(transport)
	if during > before+size/2 {
		t.Errorf("a stream holds %d bytes beside a question of %d", during-before, size)
	}
}

// heapInUse returns the bytes that are reachable.
func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what finalizers and pools let go
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
