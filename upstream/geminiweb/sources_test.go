package geminiweb_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/upstream/geminiweb"
	"github.com/geminid/geminid/upstream/simulator"
)

// askBoth asks a question for a stream and for a whole answer.
func askBoth(t *testing.T, cfg geminiweb.Config, prompt string) (answers []chat.Answer) {
	t.Helper()
	for _, stream := range []bool{true, false} {
		w := newWorld(t, simulator.SessionConfig{}, cfg)
		req := newRequest("gemini-2.5-flash", prompt)
		req.Stream = stream
		got, err := chat.CollectAnswer(w.client.Stream(t.Context(), w.set, req))
		if err != nil {
			t.Fatalf("%s, stream %v: %v", prompt, stream, err)
		}
		answers = append(answers, got)
	}
	return answers
}

func TestSources(t *testing.T) {
	t.Parallel()
	const cited = "The highest mountain is **Mount Everest** 🏔. Its height was measured again in 2020.\n\n* In Nepal it is called सगरमाथा\n* Everyone agrees on that."
	for prompt, known := range map[string]bool{"[sources][say So:]": true, "[sources bare][say So:]": true, "[sources lost][say So:]": false, "[sources][bytes 7][say So:]": true, "[lmdx sequence][sources][say So:]": true} {
		t.Run(prompt, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for _, got := range askBoth(t, geminiweb.Config{}, prompt) {
					if !strings.Contains(got.Text, cited) || strings.Contains(got.Text, "cite") {
						t.Errorf("text %q", got.Text)
					}
					if (len(got.Sources) == 3) != known {
						t.Fatalf("%d sources", len(got.Sources))
					}
					checkPassages(t, got)
				}
			})
		})
	}
}

// checkPassages checks that passages are where they are said to be.
func checkPassages(t *testing.T, got chat.Answer) {
	t.Helper()
	runes := []rune(got.Text)
	seen := make(map[string]bool)
	for _, s := range got.Sources {
		if len(s.Passages) == 0 || !strings.HasPrefix(s.URL, "https://") || s.Name() == s.URL {
			t.Errorf("source %+v", s)
		}
		for _, p := range s.Passages {
			if p.Text == "" || p.Text != got.Text[p.Start:p.End] || p.Text != string(runes[p.FirstRune:p.EndRune]) || strings.ContainsAny(p.Text, "\n") || seen[s.URL+p.Text] {
				t.Errorf("passage %+v", p)
			}
			seen[s.URL+p.Text] = true
		}
	}
}

func TestSourcesAreListed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const want = "\n\n1. [Mount Everest - Peaks of the World](https://peaks.example/everest?lang=en&view=full#:~:text=The%20highest)\n2. [The new height"
		for _, got := range askBoth(t, geminiweb.Config{ListSources: true}, "[sources][say So:]") {
			if !strings.Contains(got.Text, want) {
				t.Errorf("text %q", got.Text)
			}
		}
	})
}

var foreign = regexp.MustCompile(`</?[A-Z]|googleusercontent|image_agent|\[cite|\{/\*|code_event|end list`)

// All that the simulator's app writes into its text comes out as Markdown,
// streamed as whole.
func TestNothingForeignIsLeft(t *testing.T) {
	t.Parallel()
	for _, prompt := range []string{
		"[lmdx]", "[lmdx image carousel sequence timeline card table shopping unknown elicit]", "[lmdx image nested unknown widget followup]", "[lmdx sequence open]",
		"[exec]", "[canvas]", "[canvas only]", "[canvas 40 rewrite]", "[sources][canvas][lmdx]", "[search]", "[web tags]",
	} {
		t.Run(prompt, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				both := askBoth(t, geminiweb.Config{}, prompt+"[bytes 11]")
				for _, got := range both {
					if found := foreign.FindString(got.Text); found != "" || got.Text == "" {
						t.Errorf("%q is left in %q", found, got.Text)
					}
				}
				if !strings.Contains(prompt, "rewrite") && both[0].Text != both[1].Text {
					t.Errorf("streamed\n%q\nwhole\n%q", both[0].Text, both[1].Text)
				}
			})
		})
	}
}

func TestEscapesAreUndone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, got := range askBoth(t, geminiweb.Config{}, "[markdown]") {
			for _, want := range []string{
				"Set my_api_key to 2 \\* 3 in the <config> element, but leave `my\\_key` and `\\<tag\\>` alone. See [go.dev](https://go.dev) and `fmt`.",
				"* second\n\n```json\n{\"my_key\": \"\\\\<value\\\\>\", \"comment\": \"<!-- end list -->\"}\n```", `$\pi r\_1^2$ with $a \< b$`,
			} {
				if !strings.Contains(got.Text, want) {
					t.Errorf("%q is missing in %q", want, got.Text)
				}
			}
		}
	})
}

func TestCodeCanvasStays(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, got := range askBoth(t, geminiweb.Config{}, "[canvas 2 code]") {
			want := []string{"`````py\n# Prints its sections.\n", "<b>not a tag</b>, [cite: 1] and ``` stay as they are", "return \"\\\\section_2\"\n", "\n`````\n\nTell me what to change."}
			if slices.ContainsFunc(want, func(s string) bool { return !strings.Contains(got.Text, s) }) {
				t.Errorf("text %q", got.Text)
			}
		}
	})
}

// Code that the model ran is known as such, streamed as whole, and its text is
// Markdown.
func TestCodeThatWasRun(t *testing.T) {
	t.Parallel()
	for _, prompt := range []string{"[exec]", "[exec][bytes 5]", "[canvas][exec][bytes 9]", "[lmdx sequence][exec][sources]", "[exec][rewrite]"} {
		t.Run(prompt, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for _, got := range askBoth(t, geminiweb.Config{}, prompt) {
					var blocks []string
					for _, b := range got.Blocks {
						blocks = append(blocks, got.Text[b.Start:b.End])
					}
					want := []string{"```python\nfor n in range(3):\n    print(f\"<b>{n}</b>\")\n```", "```text\n<b>0</b>\n<b>1</b>\n<b>2</b>\n\n```"}
					if !slices.Equal(blocks, want) || got.Blocks[0].Block != chat.RunCode || got.Blocks[1].Block != chat.CodeOutput {
						t.Errorf("blocks %+v %q in %q", got.Blocks, blocks, got.Text)
					}
				}
			})
		})
	}
}
