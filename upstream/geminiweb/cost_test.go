package geminiweb_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
	"github.com/geminid/geminid/upstream/simulator"
)

// canned answers every question with the same body at no cost, and leaves the
// other calls to the simulator.
type canned struct {
	sim  http.RoundTripper
	body string
}

func (c *canned) RoundTrip(req *http.Request) (*http.Response, error) {
	if !strings.HasSuffix(req.URL.Path, "/StreamGenerate") {
		return c.sim.RoundTrip(req)
	}
	return &http.Response{
		StatusCode: http.StatusOK, Header: http.Header{}, Request: req,
		Body: io.NopCloser(strings.NewReader(c.body)),
	}, nil
}

// shortAnswer is 2 KB of text in eight frames between the frames that say other
// things.
func shortAnswer() string {
	meta := wiretest.WrapRow(`[null,["c_1f2e3d4c5b6a7988","r_0a1b2c3d4e5f6071"],{"18":"r_0a1b2c3d4e5f6071","44":true}]`)
	rows := append([]string{meta}, wiretest.GrowingRows(wiretest.WriteProse(2<<10), 256)...)
	return wiretest.JoinBody(append(rows, wiretest.WrapRow(`[null,[null,"r_0a1b2c3d4e5f6071"],{"26":"AwAAAA"}]`))...)
}

func shortAnswers(t testing.TB) func() {
	t.Helper()
	transport := &canned{body: shortAnswer()}
	w := newWorld(t, simulator.SessionConfig{}, geminiweb.Config{Transport: transport})
	transport.sim = w.sim
	return func() {
		got, err := w.ask(t.Context(), "How do tides work?")
		if err != nil || len(got.Text) != 2<<10 {
			t.Fatalf("%d bytes, %v", len(got.Text), err)
		}
	}
}

// A question must stay cheap next to the calls that net/http makes for it. What
// is reused between questions may be collected meanwhile, so there is room for
// a few more than the 148 of a quiet run.
func TestShortAnswerAllocates(t *testing.T) {
	answer := shortAnswers(t)
	answer() // reads the page
	if got := testing.AllocsPerRun(100, answer); got > shortAnswerLimit {
		t.Errorf("%.0f allocations for a short answer, want %d at most", got, shortAnswerLimit)
	}
}

const shortAnswerLimit = 165

func BenchmarkShortAnswer(b *testing.B) {
	answer := shortAnswers(b)
	b.ReportAllocs()
	for b.Loop() {
		answer()
	}
}
