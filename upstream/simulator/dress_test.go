package simulator_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/geminid/geminid/upstream/simulator"
)

// features are the kinds of things that an answer carries beside the words.
func features(a answer) (out []string) {
	note := func(name string, found bool) {
		if found {
			out = append(out, name)
		}
	}
	text := a.text()
	note("component", strings.Contains(text, "/>"))
	note("escape", strings.Contains(text, `my\_api\_key`))
	note("mark", strings.Contains(text, "[cite: 1, 2]"))
	note("code", strings.Contains(text, "?code_reference"))
	note("sources", at(a.candidate, 2, 1, 0) != nil)
	note("canvas", at(a.candidate, 30, 0, 4) != nil)
	note("web", at(a.candidate, 12, 1, 0) != nil)
	return out
}

// TestOrdinaryAnswersCarryMore than words, if not all of them; the same prompt is
// answered the same, and a keyword brings no more than it names.
func TestOrdinaryAnswersCarryMore(t *testing.T) {
	s := simulator.New(simulator.Config{TokenOptional: true})
	b := newBrowser(t, s, s.AddSession(simulator.SessionConfig{}))
	seen := make(map[string]int)
	for i := range 120 {
		prompt := fmt.Sprintf("question %d", i)
		a := readJSON(t, b.generate(ask{prompt: prompt}).body)
		if !a.done || !strings.HasPrefix(a.text(), "You said: "+prompt) {
			t.Fatalf("%s: %q", prompt, a.text())
		}
		found := features(a)
		if again := readJSON(t, b.generate(ask{prompt: prompt}).body); again.text() != a.text() {
			t.Errorf("%s: answered in two ways", prompt)
		}
		if len(found) == 0 {
			seen["nothing"]++
		}
		for _, name := range found {
			seen[name]++
		}
		if found := features(readJSON(t, b.generate(ask{prompt: prompt + " [think]"}).body)); len(found) > 0 {
			t.Errorf("%s with a keyword carries %v", prompt, found)
		}
	}
	for _, name := range []string{"nothing", "component", "escape", "mark", "code", "sources", "canvas", "web"} {
		if seen[name] < 3 || seen[name] > 100 {
			t.Errorf("%s: %d of 120 answers", name, seen[name])
		}
	}
}

// TestWantedInPlainWords: what is asked for comes, even where other answers are plain.
func TestWantedInPlainWords(t *testing.T) {
	_, b := signedIn(t, simulator.Config{Plain: true}, simulator.SessionConfig{})
	for prompt, want := range map[string]string{
		"tell me about cats with pictures and sources": "[component mark sources web]",
		"Cats, and name your sources":                  "[mark sources]",
		"Show photos of cats":                          "[component web]",
		"Write a plan in a canvas":                     "[canvas]",
		"Run Python code that prints 2**64":            "[code]",
		"What is a source of light?":                   "[]",
		"tell me about cats":                           "[]",
	} {
		if got := fmt.Sprint(features(readJSON(t, b.generate(ask{prompt: prompt}).body))); got != want {
			t.Errorf("%q: %s, want %s", prompt, got, want)
		}
	}
}
