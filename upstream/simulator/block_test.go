package simulator_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/geminid/geminid/upstream/simulator"
)

// webPictures looks for two pictures with their pages, and for their tags in the text.
func webPictures(tagged bool) func(*testing.T, replyJSON) bool {
	return func(t *testing.T, r replyJSON) bool {
		a := readJSON(t, r.body)
		for i := range 2 {
			w := at(a.candidate, 12, 1, i)
			link, _ := at(w, 0, 0, 0).(string)
			alt, _ := at(w, 0, 4).(string)
			if !strings.HasPrefix(link, "https://encrypted-tbn0.gstatic.com/images?q=tbn:") || alt == "" || at(w, 7, 0) == nil {
				return false
			}
			tag, _ := at(w, 2).(string)
			_, name, _ := strings.Cut(tag, "googleusercontent.com/")
			if tagged != (name != "" && strings.Contains(a.text(), `src="`+name+`"`)) {
				return false
			}
		}
		return a.done
	}
}

// citedPages looks at the marks in the text, and at the pages in both places.
func citedPages(marks, rows bool) func(*testing.T, replyJSON) bool {
	return func(t *testing.T, r replyJSON) bool {
		a := readJSON(t, r.body)
		text := a.text()
		list, _ := at(a.candidate, 2, 1).([]any)
		groups, _ := at(a.candidate, 12, 43).([]any)
		marked := strings.Contains(text, "[cite_start]") && strings.Contains(text, "[cite: 1, 2]")
		if !a.done || marked != marks || (len(list) == 4) != rows || (len(groups) == 4) != (marks && rows) {
			return false
		}
		for _, row := range list {
			from, to := int(at(row, 0, 3, 0, 0).(float64)), int(at(row, 0, 3, 0, 1).(float64))
			first := int(at(row, 0, 3, 1, 0).(float64))
			if text[from:to] != at(row, 0, 0) || utf8.RuneCountInString(text[:from]) != first || at(row, 2, 0, 1) == nil {
				return false
			}
		}
		for _, g := range groups {
			if mark, _ := at(g, 0, 0).(string); !strings.Contains(text, mark) || at(g, 1, 0, 3, 0, 1) == nil {
				return false
			}
		}
		return true
	}
}

// documents are the states of the canvas, one for each row that has it.
func documents(t *testing.T, body string) []string {
	t.Helper()
	var out []string
	for _, b := range readJSON(t, body).bodies {
		if text, ok := at(b, 4, 0, 30, 0, 4).(string); ok {
			out = append(out, text)
		}
	}
	return out
}

// canvas looks for the text with its chip and for a document that grows while the
// text stands still.
func canvas(text, document string) func(*testing.T, replyJSON) bool {
	return func(t *testing.T, r replyJSON) bool {
		a, docs := readJSON(t, r.body), documents(t, r.body)
		grows := true
		for i, doc := range docs {
			grows = grows && (i == 0 || strings.HasPrefix(doc, docs[i-1]))
		}
		return a.done && grows && len(docs) > 2 && strings.HasPrefix(a.text(), text) && strings.HasPrefix(docs[len(docs)-1], document)
	}
}

func TestComponentsAreDocumented(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	for _, k := range simulator.Keywords() {
		if k.Name != "lmdx" {
			continue
		}
		_, words, _ := strings.Cut(k.Usage, "words: ")
		for _, word := range strings.Fields(words) {
			if text := readJSON(t, b.generate(ask{prompt: "[say x] [lmdx " + word + "]"}).body).text(); text == "x" {
				t.Errorf("[lmdx %s] adds nothing", word)
			}
		}
	}
}

// TestBlocksStandInTheirOrder asks for several of them at once; the history has
// the answer with all that belongs to it.
func TestBlocksStandInTheirOrder(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	a := readJSON(t, b.generate(ask{prompt: "[exec] [say Start.] [canvas] [lmdx followup] [sources] [web]"}).body)
	rest := a.text()
	for _, part := range []string{"Start.", "code_reference", "immersive_entry_chip/0", "<FollowUp", "[cite: 1, 2]"} {
		_, after, found := strings.Cut(rest, part)
		if !found {
			t.Fatalf("%q is missing or too early in %q", part, a.text())
		}
		rest = after
	}
	chat, _ := b.rpc("hNvQHb", `["`+a.cid+`",10,null,1,[1],[4],null,1]`)
	kept := at(chat, 0, 0, 3, 0, 0)
	if at(kept, 1, 0) != a.text() || at(kept, 30, 0, 4) == nil || at(kept, 2, 1, 0) == nil || at(kept, 12, 1, 0) == nil || at(kept, 12, 43, 0) == nil {
		t.Errorf("the history holds %v", kept)
	}
}

// TestCandidatesAreDense wants every candidate to have its thirty-eight places, in
// both forms of the rest.
func TestCandidatesAreDense(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	for _, prompt := range []string{"[dense]", "[sparse]", "[sparse] [think] [image]", "[sparse] [canvas]"} {
		for _, body := range readJSON(t, b.generate(ask{prompt: prompt}).body).bodies {
			if k, ok := at(body, 4, 0).([]any); ok && len(k) < 38 {
				t.Errorf("%s: a candidate of %d places: %v", prompt, len(k), k)
			}
		}
	}
}

// fileLinks wants so many links of a file at a path that is walked by index alone,
// the last of them with the token of an answer.
func fileLinks(n int, path ...int) func(*testing.T, replyJSON) bool {
	return func(t *testing.T, r replyJSON) bool {
		v := readJSON(t, r.body).candidate
		for _, i := range path {
			l, ok := v.([]any)
			if !ok || i >= len(l) {
				return false
			}
			v = l[i]
		}
		links, _ := v.([]any)
		for i, link := range links {
			u, err := url.Parse(link.(string))
			token, _ := base64.RawURLEncoding.DecodeString(u.Query().Get("c"))
			if err != nil || strings.Contains(string(token), "response_data") != (i == n-1) {
				return false
			}
		}
		return len(links) == n
	}
}

// TestToolsByNumber asks for what keywords ask for, by the number of the tool.
func TestToolsByNumber(t *testing.T) {
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	for tool, path := range map[int][]int{1: {12, 55, 0}, 2: {30, 0, 4}, 11: {12, 64, 1}, 14: {12, 7, 0, 0}, 21: {12, 86, 0}} {
		a := readJSON(t, b.generate(ask{prompt: "a lighthouse", set: map[int]any{49: tool}}).body)
		if at(a.candidate, path...) == nil {
			t.Errorf("tool %d: nothing at %v", tool, path)
		}
		if j := s.Journal(); j[len(j)-1].Tool != tool {
			t.Errorf("tool %d: the journal says %d", tool, j[len(j)-1].Tool)
		}
	}
}

// TestExtendedThinking is chosen by the model header alone, and not by guests.
func TestExtendedThinking(t *testing.T) {
	s, b := signedIn(t, simulator.Config{Guest: simulator.GuestServed}, simulator.SessionConfig{})
	const head = `[1,null,null,null,"56fdd199312815e2",null,null,0,[4,5,6,8],null,null,2,null,null,1,%d,"UUID"]`
	thoughts := func(level, slot int) int {
		r := b.generate(ask{prompt: "why?", modelHeader: fmt.Sprintf(head, level), set: map[int]any{79: 1, 80: slot}})
		return len(readJSON(t, r.body).thoughts)
	}
	if thoughts(1, 1) != 0 || thoughts(1, 2) != 0 || thoughts(2, 1) == 0 || thoughts(2, 2) == 0 {
		t.Error("thoughts come by something else than the header")
	}
	if j := s.Journal(); j[len(j)-1].Thinking != 2 {
		t.Errorf("the journal says %d", j[len(j)-1].Thinking)
	}
	s.SetFault(simulator.Fault{Kind: simulator.Guest})
	if thoughts(2, 2) != 0 {
		t.Error("a guest gets thoughts")
	}
}

func TestGemsAnswer(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	if text := readJSON(t, b.generate(ask{prompt: "hi", set: map[int]any{19: "coding-partner"}}).body).text(); !strings.HasPrefix(text, "I am your Coding partner.") {
		t.Errorf("text = %q", text)
	}
	if a := readJSON(t, b.generate(ask{prompt: "hi", set: map[int]any{19: "nobody"}}).body); a.status != 5 || len(a.texts) != 0 {
		t.Errorf("an unknown gem: %+v", a)
	}
}
