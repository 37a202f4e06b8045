package terminal

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"charm.land/glamour/v2"
	"pgregory.net/rapid"
)

var updateGolden = flag.Bool("update", false, "write the golden files anew")

// look is a page on a terminal of the given size, without colours.
func look(v *vt) *markdownPage {
	c := &Console{Getenv: func(name string) string { return map[string]string{"NO_COLOR": "1"}[name] }}
	return newMarkdownPage(v, func() (int, int) { return v.width, v.height }, c.markdownStyle())
}

// samples returns the Markdown texts in testdata.
func samples(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	paths, err := filepath.Glob("testdata/markdown/*.md")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		found[strings.TrimSuffix(path, ".md")] = string(data)
	}
	return found
}

// golden compares got with a file, or writes it.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *updateGolden {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs:\n--- got\n%s\n--- want\n%s", path, got, want)
	}
}

// TestMarkdownScreen shows each sample as it arrives word by word, and wants the
// screen that the golden file has.
func TestMarkdownScreen(t *testing.T) {
	for path, text := range samples(t) {
		t.Run(filepath.Base(path), func(t *testing.T) {
			v := newVT(t, 60, 200)
			page := look(v)
			for word := range strings.SplitAfterSeq(text, " ") {
				page.AppendText(word)
			}
			page.EndText()
			golden(t, path+".screen", v.text())
		})
	}
}

// TestMarkdownBytes holds the exact bytes of a short answer in colour: what is
// erased, and that each step is one write.
func TestMarkdownBytes(t *testing.T) {
	var out strings.Builder
	c := &Console{Getenv: func(string) string { return "" }}
	page := newMarkdownPage(&out, func() (int, int) { return 40, 24 }, c.markdownStyle())
	for _, piece := range []string{"# Hi", "\nSome **bo", "ld** words", " that are longer than the line.\n", "\n- a\n- b"} {
		page.AppendText(piece)
		fmt.Fprint(&out, "·\n")
	}
	page.EndText()
	golden(t, "testdata/markdown/bytes.golden", strings.ReplaceAll(out.String(), "\x1b", "^"))
}

// TestMarkdownChunks is the promise of streaming: the same text leaves the same
// screen however it was cut on its way.
func TestMarkdownChunks(t *testing.T) {
	texts := samples(t)
	var all []string
	for _, text := range texts {
		all = append(all, text)
	}
	rapid.Check(t, func(r *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(all), 1, 3).Draw(r, "texts"), "\n\n")
		width := rapid.IntRange(20, 90).Draw(r, "width")
		whole := newVT(t, width, 2000)
		page := look(whole)
		page.AppendText(text)
		page.EndText()

		pieces := newVT(t, width, 2000)
		page = look(pieces)
		runes := []rune(text)
		for len(runes) > 0 {
			n := min(len(runes), rapid.IntRange(1, 60).Draw(r, "piece"))
			page.AppendText(string(runes[:n]))
			runes = runes[n:]
		}
		page.EndText()
		if got, want := pieces.text(), whole.text(); got != want {
			r.Fatalf("the screen depends on the pieces:\n--- got\n%s\n--- want\n%s", got, want)
		}
	})
}

// TestMarkdownSmallScreen is about what outgrows the screen: nothing above its
// top is touched (the terminal of the test says so), and every word is shown
// once.
func TestMarkdownSmallScreen(t *testing.T) {
	var long, code, items strings.Builder
	for i := range 60 {
		fmt.Fprintf(&long, "word%d of a very long paragraph ", i)
		fmt.Fprintf(&code, "line%d()\n", i)
		fmt.Fprintf(&items, "%d. item%d with some text that takes more than one row\n", i+1, i)
	}
	tests := []struct {
		name, text, word string
		plain            string // must be left, or not, on the screen
		left             bool
	}{
		{"paragraph stays plain", "**Begin** " + long.String() + "\n\nThe **end**.", "word%d ", "**Begin**", true},
		{"code is rendered in parts", "```go\n" + code.String() + "```\n\nThe **end**.", "line%d()", "```", false},
		{"list is rendered item by item", items.String() + "\nThe **end**.", "item%d ", "**end**", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := newVT(t, 30, 12)
			c := &Console{Getenv: func(string) string { return "" }}
			page := newMarkdownPage(v, func() (int, int) { return v.width, v.height }, c.markdownStyle())
			for _, r := range tt.text {
				page.AppendText(string(r))
			}
			page.EndText()
			got := strings.Join(strings.Fields(v.text()), " ") + " "
			for i := range 60 {
				if n := strings.Count(got, fmt.Sprintf(tt.word, i)); n != 1 {
					t.Errorf("%q stands %d times on the screen:\n%s", fmt.Sprintf(tt.word, i), n, v.text())
				}
			}
			if strings.Contains(got, tt.plain) != tt.left {
				t.Errorf("%q on the screen: %v, want %v:\n%s", tt.plain, !tt.left, tt.left, v.text())
			}
		})
	}
}

// TestMarkdownResize narrows the terminal in the middle of a paragraph: what was
// drawn for the old width is left alone.
func TestMarkdownResize(t *testing.T) {
	v := newVT(t, 40, 30)
	page := look(v)
	page.AppendText("A paragraph that has been drawn before ")
	v.width = 25
	page.AppendText("the window became small.\n\nNext **one**.")
	page.EndText()
	golden(t, "testdata/markdown/resized.golden", v.text())
}

// TestMarkdownControl wants that an answer cannot steer the terminal.
func TestMarkdownControl(t *testing.T) {
	v := newVT(t, 60, 20)
	page := look(v)
	page.AppendText("be\x1b[31mware \x1b]0;title\x07 of\r `\x1b[2J` \u202eit\x00\n")
	page.EndText()
	if got, want := v.text(), "be[31mware ]0;title of [2J it\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestStyleUnknown keeps an answer readable when the style cannot be loaded.
func TestStyleUnknown(t *testing.T) {
	v := newVT(t, 60, 20)
	page := newMarkdownPage(v, func() (int, int) { return 60, 20 }, glamour.WithStylePath("no/such/style"))
	page.AppendText("some **text**\n\nand more")
	page.EndText()
	if got, want := v.text(), "some **text**\n\nand more\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
