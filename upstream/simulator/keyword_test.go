package simulator_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/geminid/geminid/upstream/simulator"
)

// keywordCase is a prompt, and what holds of its answer.
type keywordCase struct {
	prompt string
	holds  func(t *testing.T, r replyJSON) bool
}

// keywordCases shows what each keyword does. A keyword without a case fails.
var keywordCases = map[string][]keywordCase{
	"say":  {{"[say Grüße, 世界]", said("Grüße, 世界")}},
	"long": {{"[long 30000]", said(simulator.LongText(30000))}, {"[long 1]", said("0")}},
	"think": {{"why? [think]", func(t *testing.T, r replyJSON) bool {
		a := readJSON(t, r.body)
		grows := slices.IsSortedFunc(a.thoughts, func(x, y string) int { return len(x) - len(y) })
		return a.done && grows && a.texts[0] == "" && strings.Contains(a.thoughts[len(a.thoughts)-1], "**Weighing the Options**") && len(a.thoughts) == len(a.texts)
	}}},
	"code": {{"[code]", func(t *testing.T, r replyJSON) bool {
		a := readJSON(t, r.body)
		return a.done && strings.Contains(a.text(), "```python\ndef ") && slices.ContainsFunc(a.texts, func(s string) bool { return strings.HasSuffix(s, "\n```") && !strings.HasPrefix(a.text(), s) })
	}}},
	"flicker": {{"[flicker]", func(t *testing.T, r replyJSON) bool {
		a := readJSON(t, r.body)
		return a.done && strings.HasPrefix(a.text(), "You said:") && slices.ContainsFunc(a.texts, func(s string) bool { return strings.HasSuffix(s, `\*`) })
	}}},
	"rewrite": {{"[rewrite]", func(t *testing.T, r replyJSON) bool {
		a := readJSON(t, r.body)
		return strings.HasPrefix(a.texts[0], "You wrote:") && strings.HasPrefix(a.text(), "You said:")
	}}},
	"dirty": {{"[dirty]", func(t *testing.T, r replyJSON) bool {
		a := readJSON(t, r.body)
		return strings.Contains(a.text(), "&lt;") && strings.Contains(a.text(), "googleusercontent.com/immersive_entry_chip/0") && strings.HasSuffix(a.text(), "/>")
	}}},
	"card": {{"[card] x", func(t *testing.T, r replyJSON) bool {
		a := readJSON(t, r.body)
		return strings.HasPrefix(a.text(), "http://googleusercontent.com/card_content/") && strings.HasPrefix(at(a.candidate, 22, 0).(string), "You said:")
	}}},
	"leak": {{"[leak]", func(t *testing.T, r replyJSON) bool {
		return strings.HasPrefix(readJSON(t, r.body).text(), "<ctrl94>thought")
	}}},
	"dense":  {{"[dense]", func(t *testing.T, r replyJSON) bool { return !strings.Contains(r.body, `{\"26\":`) }}},
	"sparse": {{"[sparse]", func(t *testing.T, r replyJSON) bool { return strings.Contains(r.body, `{\"26\":`) }}},
	"queue": {{"[queue]", func(t *testing.T, r replyJSON) bool {
		a := readJSON(t, r.body)
		return at(a.bodies[1], 36, 0) == 0.0 && at(a.bodies[3], 36, 0) == 4.0
	}}},
	"tool": {{"[tool]", func(t *testing.T, r replyJSON) bool {
		return at(readJSON(t, r.body).bodies[1], 6, 1, 0) == "data_analysis_tool"
	}}},
	"delay":  {{"[delay 3s]", took(3 * time.Second)}},
	"slow":   {{"[slow 1s] [frames 5]", took(4 * time.Second)}},
	"frames": {{"[frames 7]", textFrames(7)}, {"[frames 25] [long 100]", textFrames(25)}, {"[frames 0]", textFrames(1)}},
	"bytes":  {{"[bytes 10] [say 123456789012345]", textFrames(2)}},
	"image": {
		{"[image]", func(t *testing.T, r replyJSON) bool { a := readJSON(t, r.body); return a.done && len(a.pictures) == 1 }},
		{"[image 3 64x32 sparse]", func(t *testing.T, r replyJSON) bool { return len(readJSON(t, r.body).pictures) == 3 }},
		{"[image late]", func(t *testing.T, r replyJSON) bool { return len(readJSON(t, r.body).texts) == 2 }},
		{"[image readback]", func(t *testing.T, r replyJSON) bool {
			a := readJSON(t, r.body)
			return len(a.texts) == 0 && a.context != ""
		}},
	},
	"web": {
		{"[web] [dense]", webPictures(false)}, {"[web] [sparse]", webPictures(false)}, {"[web tags]", webPictures(true)},
	},
	"lmdx": {
		{"[say x] [lmdx]", func(t *testing.T, r replyJSON) bool {
			text := readJSON(t, r.body).text()
			return strings.HasPrefix(text, "x\n\n<Image ") && strings.Contains(text, "{/* the order matters */}") &&
				(strings.HasSuffix(text, "</ElicitationsGroup>") || strings.Contains(text[strings.LastIndex(text, "\n"):], "<FollowUp "))
		}},
		{"[say x] [lmdx followup widget nonsense]", func(t *testing.T, r replyJSON) bool {
			text := readJSON(t, r.body).text()
			return strings.HasPrefix(text, "x\n\n<FollowUp ") && strings.HasSuffix(text, "\n</GenerateWidget>") && strings.Count(text, "\n\n") == 2
		}},
	},
	"sources": {
		{"[say x] [sources]", citedPages(true, true)}, {"[sources] [sparse]", citedPages(true, true)},
		{"[sources bare]", citedPages(false, true)}, {"[sources lost]", citedPages(true, false)},
	},
	"search": {{"[search]", func(t *testing.T, r replyJSON) bool {
		a := readJSON(t, r.body)
		return citedPages(false, true)(t, r) && at(a.bodies[1], 6, 1, 0) == "google" && a.context != "" &&
			at(a.bodies[len(a.texts)], 26, 0, 0, 0, 1, 2) == at(a.bodies[len(a.texts)], 4, 0, 1, 0)
	}}},
	"research": {{"lighthouses [research]", func(t *testing.T, r replyJSON) bool {
		a := readJSON(t, r.body)
		media, _ := at(a.candidate, 12).([]any)
		plan := walk(media[len(media)-1], "56")
		return walk(plan, 0) == "Research: lighthouses" && walk(plan, 1, 0, 2) == "lighthouses" && walk(plan, 3, 0) != nil && walk(plan, 4, 0) != nil &&
			walk(media[len(media)-1], "70") == 2.0 && strings.Contains(a.text(), "deep_research_confirmation_content/0")
	}}},
	"canvas": {
		{"[say x] [canvas]", canvas("x\n\nI have written it down for you.\nhttp://googleusercontent.com/immersive_entry_chip/0\n\nTell me what to change.", "# A Plan in Sections")},
		{"[canvas 40 only] [sparse]", canvas("http://googleusercontent.com/immersive_entry_chip/0", "# A Plan in Sections")},
		{"[say x] [canvas code] [think]", canvas("x\n\nI have", "# Prints its sections.")},
		{"[say x] [canvas rewrite 9] [frames 4]", func(t *testing.T, r replyJSON) bool {
			docs := documents(t, r.body)
			last := docs[len(docs)-1]
			return strings.Contains(docs[1], "Draft of section") && strings.Contains(last, "## Section 9") && !strings.Contains(last, "Draft")
		}},
	},
	"markdown": {{"[markdown]", func(t *testing.T, r replyJSON) bool {
		text := readJSON(t, r.body).text()
		return strings.Contains(text, `my\_api\_key`) && strings.Contains(text, "\n<!-- end list -->\n") && strings.Contains(text, "google.com/search?q=https://go.dev)")
	}}},
	"exec": {{"[exec]", func(t *testing.T, r replyJSON) bool {
		text := readJSON(t, r.body).text()
		return strings.Contains(text, "\n```python?code_reference&code_event_index=0\n") && strings.Contains(text, "\n```text?code_stdout&code_event_index=0\n")
	}}},
	"video": {
		{"[video]", fileLinks(2, 12, 59, 0, 0, 0, 0, 7)}, {"[video] [sparse]", fileLinks(2, 12, 59, 0, 0, 0, 0, 7)},
		{"[video several]", fileLinks(3, 12, 59, 0, 0, 0, 0, 7)},
		{"[video pending]", func(t *testing.T, r replyJSON) bool {
			a := readJSON(t, r.body)
			return !a.done && at(a.candidate, 12, 64, 1) != nil && strings.Contains(a.text(), "video_gen_chip")
		}},
	},
	"music": {{"[music]", func(t *testing.T, r replyJSON) bool {
		m := at(readJSON(t, r.body).candidate, 12).([]any)[86] // by index, not by field number
		return at(m, 0, 1, 2) != nil && at(m, 0, 1, 11) == "audio/mpeg" && at(m, 1, 1, 7, 1) != nil
	}}},
	"error": {
		{"[error 1060]", func(t *testing.T, r replyJSON) bool {
			a := readJSON(t, r.body)
			return a.code == 1060 && a.status == 9 && len(a.texts) == 0
		}},
		{"[error 1013 late]", func(t *testing.T, r replyJSON) bool {
			a := readJSON(t, r.body)
			return a.code == 1013 && len(a.texts) > 1 && !a.done
		}},
		{"[error 1096 trailing]", func(t *testing.T, r replyJSON) bool {
			a := readJSON(t, r.body)
			return a.code == 1096 && a.status == 13 && a.done
		}},
	},
	"status": {{"[status 13]", func(t *testing.T, r replyJSON) bool { a := readJSON(t, r.body); return a.status == 13 && a.code == 0 }}},
	"http":   {{"[http 503]", func(_ *testing.T, r replyJSON) bool { return r.status == 503 }}, {"[http 400]", func(t *testing.T, r replyJSON) bool { return rows(t, r.body)[0][0] == "er" }}},
	"sorry": {{"[sorry]", func(_ *testing.T, r replyJSON) bool {
		return r.status == 429 && strings.Contains(r.body, `id="captcha-form"`)
	}}},
	"empty": {{"[empty]", func(_ *testing.T, r replyJSON) bool { return r.status == 200 && r.body == "" }}},
	"silent": {{"[silent]", func(t *testing.T, r replyJSON) bool {
		a, all := readJSON(t, r.body), rows(t, r.body)
		return len(a.texts) == 0 && a.status == 0 && a.context == "" && all[len(all)-1][0] == "e"
	}}},
	"stall": {{"[stall 3]", func(_ *testing.T, r replyJSON) bool { return r.err != nil && strings.Contains(r.body, "You said") }}},
	"reset": {{"[reset 2]", func(_ *testing.T, r replyJSON) bool { return r.err != nil && strings.Contains(r.err.Error(), "reset") }}},
	"cut": {
		{"[cut 2]", func(t *testing.T, r replyJSON) bool {
			a := readJSON(t, r.body)
			return len(a.texts) == 2 && !a.done && a.context != ""
		}},
		{"[cut 2 unsaved]", func(t *testing.T, r replyJSON) bool {
			a := readJSON(t, r.body)
			return len(a.texts) == 2 && !a.done && a.context == ""
		}},
	},
	"garble": {{"[garble 3]", func(t *testing.T, r replyJSON) bool { return validFrames(t, r.body) == len(frames(t, r.body))-1 }}},
	"skew":   {{"[skew 1]", func(_ *testing.T, r replyJSON) bool { _, err := cutFrames(r.body); return err != nil }}},
	"chop":   {{"[chop 3]", func(t *testing.T, r replyJSON) bool { return readJSON(t, r.body).done }}},
	"noend": {{"[noend]", func(t *testing.T, r replyJSON) bool {
		all := rows(t, r.body)
		return readJSON(t, r.body).done && all[len(all)-1][0] == "wrb.fr"
	}}},
	"downgrade": {{"[downgrade]", func(t *testing.T, r replyJSON) bool {
		a := readJSON(t, r.body)
		return a.done && a.served == "e051ce1aa80aa576"
	}}},
	"latemodel": {{"[latemodel] [think]", func(t *testing.T, r replyJSON) bool {
		a := readJSON(t, r.body)
		return at(a.bodies[1], 39) == nil && a.served == "56fdd199312815e2"
	}}},
}

func said(text string) func(*testing.T, replyJSON) bool {
	return func(t *testing.T, r replyJSON) bool { a := readJSON(t, r.body); return a.done && a.text() == text }
}

func textFrames(n int) func(*testing.T, replyJSON) bool {
	return func(t *testing.T, r replyJSON) bool { a := readJSON(t, r.body); return a.done && len(a.texts) == n }
}

// took reads the time that the bubble's clock wrote into the reply.
func took(want time.Duration) func(*testing.T, replyJSON) bool {
	return func(t *testing.T, r replyJSON) bool {
		return readJSON(t, r.body).done && r.header.Get("Test-Took") == want.String()
	}
}

func validFrames(t *testing.T, body string) int {
	n := 0
	for _, f := range frames(t, body) {
		if json.Valid([]byte(f)) {
			n++
		}
	}
	return n
}

func TestEveryKeyword(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range simulator.Keywords() {
		cases := keywordCases[k.Name]
		if len(cases) == 0 {
			t.Errorf("keyword %q has no case in keywordCases", k.Name)
		}
		if !strings.Contains(string(doc), "["+k.Name) {
			t.Errorf("keyword %q is not in the package comment", k.Name)
		}
		if !strings.Contains(k.Usage, "["+k.Name) {
			t.Errorf("keyword %q: its usage does not show it", k.Name)
		}
		for _, tt := range cases {
			t.Run(tt.prompt, func(t *testing.T) { synctest.Test(t, func(t *testing.T) { runKeyword(t, tt.prompt, tt.holds) }) })
		}
	}
	if len(keywordCases) != len(simulator.Keywords()) {
		t.Errorf("%d cases for %d keywords", len(keywordCases), len(simulator.Keywords()))
	}
}

func runKeyword(t *testing.T, prompt string, holds func(*testing.T, replyJSON) bool) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	b.client.Timeout = time.Minute
	start := time.Now()
	r := b.generate(ask{prompt: prompt})
	if r.header != nil {
		r.header.Set("Test-Took", time.Since(start).String())
	}
	if !holds(t, r) {
		t.Errorf("status %d, error %v, body %.2000s", r.status, r.err, r.body)
	}
}

func TestKeywordsOfEarlierTurnsAreHistory(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	prompt := "Be kind.\n\nUser: [error 1037] first\n\nAssistant: You said: [http 500] no\n\nUser: second [frames 3]\n\nAssistant:"
	a := readJSON(t, b.generate(ask{prompt: prompt}).body)
	if !a.done || len(a.texts) != 3 {
		t.Fatalf("got code %d, %d frames; want an answer in 3 frames", a.code, len(a.texts))
	}
	for _, part := range []string{"Be kind.", "first", "second"} {
		if !strings.Contains(a.text(), part) {
			t.Errorf("the echo lacks %q: %q", part, a.text())
		}
	}
	if strings.Contains(a.text(), "[error") || strings.Contains(a.text(), "[http") || a.title != "second" {
		t.Errorf("text %q, title %q: keywords were kept", a.text(), a.title)
	}
}

func TestBracketsThatAreNoKeywordsStay(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	a := readJSON(t, b.generate(ask{prompt: "list[0] and [note 5] [Say x]"}).body)
	if !strings.Contains(a.text(), "list[0] and [note 5] [Say x]") {
		t.Errorf("text = %q", a.text())
	}
}

func TestPicturesInPlainWords(t *testing.T) {
	for prompt, want := range map[string]int{
		"Please draw a small picture of a cat":                  1,
		"generate three images of a red ball":                   3,
		"Create an image of 2 cats, 640x480":                    1,
		"What is an image format?":                              0,
		"Tell me about drawing":                                 0,
		"User: draw a picture\n\nAssistant: ok\n\nUser: thanks": 0,
	} {
		_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
		if a := readJSON(t, b.generate(ask{prompt: prompt}).body); len(a.pictures) != want {
			t.Errorf("%q: %d pictures, want %d", prompt, len(a.pictures), want)
		}
	}
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	if a := readJSON(t, b.generate(ask{prompt: "a cat", set: map[int]any{49: 14}}).body); len(a.pictures) != 1 {
		t.Error("the flag in slot 49 did not make a picture")
	}
}

func TestSizesInPlainWords(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	for prompt, want := range map[string][2]float64{
		"draw a picture":                       {1024, 1024},
		"draw a picture, 640x480":              {640, 480},
		"draw a picture of 1536 × 1024 pixels": {1536, 1024},
		"draw a picture, 9999x9999":            {1024, 1024},
		"draw a picture in 16:9":               {1024, 576},
		"draw a picture in 3:4, please":        {768, 1024},
		"[image 50x70] not 16:9":               {50, 70},
	} {
		a := readJSON(t, b.generate(ask{prompt: prompt}).body)
		if w, h := at(a.pictures[0], 0, 3, 15, 0), at(a.pictures[0], 0, 3, 15, 1); w != want[0] || h != want[1] {
			t.Errorf("%q: %v x %v, want %v", prompt, w, h, want)
		}
	}
}

func TestTemporaryChatMayRefusePictures(t *testing.T) {
	_, b := signedIn(t, simulator.Config{RefuseTemporaryPictures: true}, simulator.SessionConfig{})
	if a := readJSON(t, b.generate(ask{prompt: "[image]", set: map[int]any{45: 1}}).body); len(a.pictures) != 0 || !a.done {
		t.Errorf("temporary chat: %d pictures", len(a.pictures))
	}
	if a := readJSON(t, b.generate(ask{prompt: "[image]"}).body); len(a.pictures) != 1 {
		t.Errorf("ordinary chat: %d pictures", len(a.pictures))
	}
}

func TestLongTextIsExact(t *testing.T) {
	for n := range 400 {
		if s := simulator.LongText(n); len(s) != n || !utf8.ValidString(s) {
			t.Fatalf("LongText(%d): %d bytes, valid %v", n, len(s), utf8.ValidString(s))
		}
	}
}

func TestPaceIsForAllAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, b := signedIn(t, simulator.Config{Pace: simulator.Pace{First: time.Second, Gap: 20 * time.Millisecond, Frames: 26}}, simulator.SessionConfig{})
		start := time.Now()
		if a := readJSON(t, b.generate(ask{prompt: "hi"}).body); len(a.texts) != 26 {
			t.Errorf("%d frames, want 26", len(a.texts))
		}
		if got := time.Since(start); got != 1500*time.Millisecond {
			t.Errorf("took %v, want 1.5 s", got)
		}
		start = time.Now()
		b.generate(ask{prompt: "hi", oldStyle: true})
		if got := time.Since(start); got != 1500*time.Millisecond {
			t.Errorf("without snapshots it took %v, want 1.5 s as well", got)
		}
		s.SetPace(simulator.Pace{})
		start = time.Now()
		b.generate(ask{prompt: "hi"})
		if got := time.Since(start); got != 0 {
			t.Errorf("took %v after SetPace, want 0", got)
		}
	})
}
