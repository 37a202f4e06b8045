package text_test

import (
	"os"
	"strings"
	"testing"

	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

// A recorded answer with sources, whose frames lost bytes, comes through exactly,
// streamed and whole.
func TestCapturedSearchIsExact(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../testdata/captures/stream_search_2026.txt")
	if err != nil {
		t.Fatal(err)
	}
	frames := readFrames(raw)
	var want string
	var sources []wire.Source
	for _, frame := range frames {
		if f, ok := wire.ParseFrame(frame); ok && f.Text != "" {
			want, sources = f.Text, f.Sources
		}
	}
	if got, events := readAll(t, newReader(), frames); got.Text != want || events < 25 {
		t.Errorf("streamed in %d events:\n%s\nwant\n%s", events, got.Text, want)
	}
	if got, _ := readAll(t, newWholeReader(), frames); got.Text != want {
		t.Errorf("whole:\n%s", got.Text)
	}
	if len(sources) != 14 || sources[0].Site != "Wikipedia" || !strings.HasPrefix(sources[0].URL, "https://en.wikipedia.org/wiki/GeForce_RTX_50_series#:~:text=") || !strings.HasPrefix(sources[13].Passage, "GeForce RTX 50 series - Wikipe") {
		t.Errorf("%d sources: %+v", len(sources), sources)
	}
}
