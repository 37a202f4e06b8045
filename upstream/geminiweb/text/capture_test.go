package text_test

import (
	"os"
	"strings"
	"testing"

	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
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

// Sources that come with the last frame take the marks away that were sent before,
// wherever they stand.
func TestLateSourcesTakeMarksAway(t *testing.T) {
	t.Parallel()
	const text = "GPUs [cite: 1] and CPUs [cite: 2] are fast"
	source := []any{[]any{"GPUs"}, []any{1}, []any{[]any{"https://pages.example", "Page"}}}
	var rows []string
	for _, piece := range grow(text, 5) {
		rows = append(rows, wiretest.Row{Text: piece}.String())
	}
	about, _ := readAll(t, newReader(), wiretest.RowBytes(append(rows, wiretest.Row{Text: text, Done: true}.String())))
	cited := wiretest.RowBytes(append(rows, wiretest.Row{Text: text, Sources: []any{source}, Done: true}.String()))
	streamed, _ := readAll(t, newReader(), cited)
	whole, _ := readAll(t, newWholeReader(), cited)
	if want := "GPUs and CPUs are fast"; about.Text != text || streamed.Text != want || whole.Text != want {
		t.Errorf("without sources %q, with %q and %q", about.Text, streamed.Text, whole.Text)
	}
}
