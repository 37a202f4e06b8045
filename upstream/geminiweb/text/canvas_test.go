package text_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/geminid/geminid/upstream/geminiweb/internal/wiretest"
)

const chip = "http://googleusercontent.com/immersive_entry_chip/0"

// grow returns the text in pieces of size bytes, cumulative.
func grow(text string, size int) (out []string) {
	for end := size; end < len(text); end += size {
		out = append(out, text[:end])
	}
	return append(out, text)
}

func TestCanvas(t *testing.T) {
	t.Parallel()
	const before, after = "I wrote it down.\n" + chip, "\n\nTell me what to change."
	plan := "# Plan\n\n## One\n\nDo a < b & \"c\".\n\n```go\nx := 1\n```\n\n## Two\n\nDone."
	program := "# Prints.\ndef f():\n    # <b>not a tag</b>, [cite: 1] and ``` and my\\_key stay\n    return \"\\\\x\"\n"
	growing := func(texts []string, title string, docs []string, rest string) (rows []string) {
		for _, text := range texts {
			rows = append(rows, wiretest.Row{Text: text}.String())
		}
		last := texts[len(texts)-1]
		for _, doc := range docs {
			rows = append(rows, wiretest.Row{Text: last, Document: doc, Title: title}.String())
		}
		doc := docs[len(docs)-1]
		for _, more := range grow(rest, 9) {
			rows = append(rows, wiretest.Row{Text: last + more, Document: doc, Title: title}.String())
		}
		return append(rows, wiretest.Row{Text: last + rest, Document: doc, Title: title, Done: true}.String())
	}
	want := "I wrote it down.\n\n" + plan + "\n\nTell me what to change."
	long := after + " " + strings.Repeat("Word by word it goes on. ", 40)
	tests := []struct {
		name   string
		rows   []string
		want   string
		events int // at least
	}{
		{"grows", growing(grow(before, 7), "Plan", grow(plan, 8), after), want, 12},
		{"text goes on", growing(grow(before, 7), "Plan", grow(plan, 8), long), "I wrote it down.\n\n" + plan + long, 40},
		{"chip alone", growing([]string{chip}, "Plan", grow(plan, 8), ""), plan, 5},
		{"chip and text in one frame", growing([]string{before + "\n\nTell"}, "Plan", grow(plan, 8), " me what to change."), want, 5},
		{"code", growing(grow(before, 7), "main.py", grow(program, 8), after), "I wrote it down.\n\n`````py\n" + program + "\n`````\n\nTell me what to change.", 12},
		{"whole document before its chip", []string{
			wiretest.Row{Text: "I wrote", Document: plan}.String(), wiretest.Row{Text: before, Document: plan}.String(), wiretest.Row{Text: before + after, Document: plan, Done: true}.String(),
		}, want, 3},
		{"no chip", []string{wiretest.Row{Text: "So.", Document: plan}.String(), wiretest.Row{Text: "So.", Document: plan, Done: true}.String()}, "So.\n\n" + plan, 1},
		{"no document", []string{wiretest.Row{Text: before}.String(), wiretest.Row{Text: before + after, Done: true}.String()}, "I wrote it down.\nTell me what to change.", 1},
		{"document behind the text", []string{wiretest.Row{Text: before + after}.String(), wiretest.Row{Text: before + after, Document: plan, Done: true}.String()}, want, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rows := wiretest.RowBytes(tt.rows)
			got, events := readAll(t, newReader(), rows)
			if got.Text != tt.want || events < tt.events {
				t.Errorf("streamed in %d events:\n%q\nwant\n%q", events, got.Text, tt.want)
			}
			if got, _ := readAll(t, newWholeReader(), rows); got.Text != tt.want {
				t.Errorf("whole:\n%q\nwant\n%q", got.Text, tt.want)
			}
		})
	}
}

// A canvas that is rewritten while it grows: nothing is sent twice, and the end
// is there.
func TestCanvasRewritten(t *testing.T) {
	t.Parallel()
	var plan, draft strings.Builder
	for i := range 40 {
		fmt.Fprintf(&plan, "## Section %d\n\nWhat number%d says.\n\n", i, i)
		fmt.Fprintf(&draft, "## Draft of section %d\n\nWhat number%d says.\n\n", i, i)
	}
	rows := []string{wiretest.Row{Text: chip}.String()}
	for _, doc := range grow(draft.String(), 90)[:10] {
		rows = append(rows, wiretest.Row{Text: chip, Document: doc}.String())
	}
	for _, doc := range grow(plan.String(), 90)[10:] {
		rows = append(rows, wiretest.Row{Text: chip, Document: doc}.String())
	}
	rows = append(rows, wiretest.Row{Text: chip + "\n\nSo.", Document: plan.String(), Done: true}.String())
	got, _ := readAll(t, newReader(), wiretest.RowBytes(rows))
	for i := range 40 {
		if n := strings.Count(got.Text, fmt.Sprintf("number%d says", i)); n != 1 {
			t.Errorf("section %d comes %d times in %q", i, n, got.Text)
		}
	}
	if !strings.HasSuffix(got.Text, "What number39 says.\n\nSo.") {
		t.Errorf("ends %q", got.Text[len(got.Text)-60:])
	}
	whole, _ := readAll(t, newWholeReader(), wiretest.RowBytes(rows))
	if want := strings.TrimRight(plan.String(), "\n") + "\n\nSo."; strings.ReplaceAll(whole.Text, "\n\n\n", "\n\n") != want {
		t.Errorf("whole %q", whole.Text)
	}
}
