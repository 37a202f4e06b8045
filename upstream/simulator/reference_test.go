package simulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// The most used client library in two of its shapes: what each sends is sent here,
// and what each looks for must be found, by index alone where it looks so.

// walk goes by index through arrays and by key through objects, and takes no
// trailing object for fields, as that library reads.
func walk(v any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case int:
			l, ok := v.([]any)
			if !ok || step >= len(l) {
				return nil
			}
			v = l[step]
		case string:
			o, ok := v.(map[string]any)
			if !ok {
				return nil
			}
			v = o[step]
		}
	}
	return v
}

// reference is the library at work: its calls one by one, in one jar.
type reference struct {
	*browser
	label string
	late  bool // the shape of late 2026, else that of April
}

func newReference(t *testing.T, late bool, cfg simulator.Config, session simulator.SessionConfig) (*simulator.Simulator, *reference) {
	t.Helper()
	s := simulator.New(cfg)
	b := newBrowser(t, s, simulator.Credentials{})
	b.get("https://www.google.com/")
	b.signIn(s.AddSession(session))
	_, keys := b.open()
	return s, &reference{browser: b, label: keys["cfb2h"], late: late}
}

// send asks as the library does, with the places of its year.
func (r *reference) send(prompt string, meta []any, set map[int]any) answer {
	r.t.Helper()
	slots := map[int]any{0: []any{prompt, 0, nil, nil, nil, nil, 0}, 1: []any{"en"}, 6: []any{1}, 10: 1, 11: 0, 17: []any{[]any{0}},
		18: 0, 27: 1, 30: []any{4}, 41: []any{1}, 53: 0, 61: []any{}, 68: 2}
	header := `[1,null,null,null,"56fdd199312815e2",null,null,0,[4],null,null,2]`
	if r.late {
		slots[79], slots[80] = 1, 1
		header = `[1,null,null,null,"56fdd199312815e2",null,null,0,[4,5,6,8],null,null,2,null,null,1,1,"0B6E3F0C-52B2-4D62-9B1B-0F6C2D0D7A11"]`
	}
	for i, v := range set {
		slots[i] = v
	}
	var m any
	if meta != nil {
		m = meta
	}
	got := r.generate(ask{meta: m, modelHeader: header, label: r.label, set: slots})
	if got.status != http.StatusOK {
		r.t.Fatalf("%q: status %d", prompt, got.status)
	}
	return readJSON(r.t, got.body)
}

// batch sends several calls at once and returns the bodies by their tags.
func (r *reference) batch(calls ...[3]string) map[string]any {
	r.t.Helper()
	var list []any
	var ids []string
	for _, c := range calls {
		list, ids = append(list, []any{c[0], c[1], nil, c[2]}), append(ids, c[0])
	}
	raw, _ := json.Marshal([]any{list})
	got := r.post(rpcPath, url.Values{"rpcids": {strings.Join(ids, ",")}, "source-path": {"/app"}, "rt": {"c"}, "bl": {r.label}}, url.Values{"f.req": {string(raw)}})
	out := make(map[string]any)
	for _, row := range rows(r.t, got.body) {
		if body, ok := walk(row, 2).(string); ok && row[0] == "wrb.fr" {
			out[fmt.Sprint(row[len(row)-1])] = decode(r.t, body)
		}
	}
	return out
}

// one sends a single call.
func (r *reference) one(id, payload string) any {
	r.t.Helper()
	return r.batch([3]string{id, payload, "generic"})["generic"]
}

func bothShapes(t *testing.T, run func(t *testing.T, late bool)) {
	for name, late := range map[string]bool{"April": false, "late 2026": true} {
		t.Run(name, func(t *testing.T) { run(t, late) })
	}
}

// TestReferenceStarts: the calls of its start, and the models in what they return.
func TestReferenceStarts(t *testing.T) {
	bothShapes(t, func(t *testing.T, late bool) {
		_, r := newReference(t, late, simulator.Config{}, simulator.SessionConfig{})
		status := r.one("otAQ7b", "[]")
		if walk(status, 14) != nil {
			t.Errorf("account status %v", walk(status, 14))
		}
		models, _ := walk(status, 15).([]any)
		for i, m := range models {
			for _, at := range []int{0, 1, 2, 11} {
				if text, _ := walk(m, at).(string); text == "" {
					t.Errorf("model %d has nothing at %d: %v", i, at, m)
				}
			}
		}
		if len(models) == 0 || walk(status, 16) == nil || walk(status, 17) == nil || walk(status, 24, 1, 0, 0) == nil {
			t.Errorf("models %v, flags %v %v, modes %v", models, walk(status, 16), walk(status, 17), walk(status, 24))
		}
		for _, payload := range []string{`[[["adaptive_device_responses_enabled","enable_memory"]]]`, `[[["bard_activity_enabled"]]]`} {
			if r.one("ESY5D", payload) == nil {
				t.Errorf("settings %s are refused", payload)
			}
		}
		if !late {
			return
		}
		for _, payload := range []string{"[[[1,11],[2,11],[6,11]]]", "[[[1,4],[6,6],[1,15]]]"} {
			items, _ := walk(r.one("qpEbW", payload), 0).([]any)
			for _, item := range items {
				_, percent := walk(item, 2).(float64)
				_, reset := walk(item, 3, 0).(float64)
				_, total := walk(item, 4).(float64)
				if _, left := walk(item, 5).(float64); walk(item, 0, 1) == nil || !percent || !reset || !total || !left {
					t.Errorf("allowance %v", item)
				}
			}
			if len(items) != 3 {
				t.Errorf("%s: %d allowances", payload, len(items))
			}
		}
		if extras := r.one("aPya6c", "[]"); walk(extras, 0) != false || walk(extras, 2, 0) == nil {
			t.Errorf("features: %v", extras)
		}
		if usage := r.one("jSf9Qc", "[]"); walk(usage, 1, 1, 3, 0, 0) == nil {
			t.Errorf("usage: %v", usage)
		}
		if walk(r.one("GPRiHf", "[]"), 1) != nil {
			t.Error("the account is restricted")
		}
	})
}

// TestReferenceChats: a chat of two turns, its place in the history, and its end by
// one call.
func TestReferenceChats(t *testing.T) {
	bothShapes(t, func(t *testing.T, late bool) {
		s, r := newReference(t, late, simulator.Config{}, simulator.SessionConfig{})
		first := r.send("hello", nil, nil)
		second := r.send("and on [dense]", []any{first.cid, first.rid, first.rcid, nil, nil, nil, nil, nil, nil, first.context}, nil)
		if !first.done || !second.done || second.cid != first.cid || second.rcid == first.rcid {
			t.Fatalf("turns %+v and %+v", first, second)
		}
		if walk(second.bodies[len(second.bodies)-1], 25) == nil {
			t.Error("the context of a dense answer is not where it is looked for")
		}
		list := r.one("MaZiqc", "[13,null,[0,null,1]]")
		if walk(list, 2, 0, 0) != first.cid || walk(list, 2, 0, 1) == nil || walk(list, 2, 0, 5, 1) == nil {
			t.Errorf("list of chats: %v", list)
		}
		read := fmt.Sprintf("[%q,10,null,1,[1],[4],null,1]", first.cid)
		chat := r.one("hNvQHb", read)
		if walk(chat, 0, 0, 0, 1) != second.rid || walk(chat, 0, 0, 3, 0, 0, 8, 0) != 2.0 || walk(chat, 0, 1, 2, 0, 0) != "hello" ||
			walk(chat, 0, 0, 3, 0, 0, 1, 0) != second.text() {
			t.Errorf("history: %v", chat)
		}
		r.checkEdits(first, second)
		r.one("GzXR5e", fmt.Sprintf("[%q]", first.cid))
		if r.one("hNvQHb", read) != nil || walk(r.one("MaZiqc", "[13,null,[0,null,1]]"), 2, 0) != nil {
			t.Error("the chat outlives its deletion")
		}
		if !late {
			r.one("qWymEb", fmt.Sprintf("[%q,[1,null,0,1]]", first.cid)) // the second call of its deleting
		}
		if n := s.Calls()["generate"]; n != 2 {
			t.Errorf("%d questions", n)
		}
	})
}

// checkEdits reads single turns of a chat, renames it and pins it.
func (r *reference) checkEdits(first, second answer) {
	r.t.Helper()
	for payload, want := range map[string]answer{fmt.Sprintf("[%q,%q]", first.cid, first.rid): first, fmt.Sprintf("[%q]", first.cid): second} {
		if turn := walk(r.one("EqPOKe", payload), 0); walk(turn, 0, 1) != want.rid || walk(turn, 3, 0, 0, 0) != want.rcid {
			r.t.Errorf("turn %s: %v", payload, turn)
		}
	}
	if r.one("EqPOKe", fmt.Sprintf(`[%q,"r_nobody"]`, first.cid)) != nil {
		r.t.Error("a turn that is not there")
	}
	if chat := walk(r.one("MUAZcd", fmt.Sprintf(`[null,[["title"]],[%q,"Another name"]]`, first.cid)), 1); walk(chat, 0) != first.cid || walk(chat, 1) != "Another name" {
		r.t.Errorf("renamed: %v", chat)
	}
	for _, pinned := range []bool{true, false} {
		r.one("MUAZcd", fmt.Sprintf(`[null,[["pinned"]],[%q,null,%v]]`, first.cid, pinned))
		in, out := "[13,null,[1,null,1]]", "[13,null,[0,null,1]]"
		if !pinned {
			in, out = out, in
		}
		row := walk(r.one("MaZiqc", in), 2, 0)
		if walk(row, 0) != first.cid || walk(row, 1) != "Another name" || walk(row, 2) == true != pinned || walk(r.one("MaZiqc", out), 2, 0) != nil {
			r.t.Errorf("pinned %v: %v", pinned, row)
		}
	}
	if r.one("MUAZcd", `[null,[["title"]],["c_nobody","x"]]`) != nil {
		r.t.Error("a chat that is not there has a new name")
	}
}

// TestReferenceTasks: a task that is created is found by its id and among all, beside
// the videos that chats make.
func TestReferenceTasks(t *testing.T) {
	_, r := newReference(t, true, simulator.Config{}, simulator.SessionConfig{})
	video := r.send("[video pending 1m]", nil, nil)
	made := walk(r.one("Jba3ib", `[[null,[["Water the plants"]]],null,[1]]`), 0)
	id, _ := walk(made, 0).(string)
	if id == "" || walk(made, 1, 4, 0) != "Water the plants" || walk(made, 2, "70") != 1.0 {
		t.Fatalf("made %v", made)
	}
	if found := walk(r.one("kwDCne", fmt.Sprintf("[%q]", id)), 0); walk(found, 0) != id || walk(found, 1, 4, 0) != "Water the plants" {
		t.Errorf("found %v", found)
	}
	all, _ := walk(r.one("XPSWpd", "[]"), 0).([]any)
	if len(all) != 2 || walk(all[0], 0) != at(video.candidate, 12, 64, 1) || walk(all[0], 1, 3, 0) != video.cid || walk(all[1], 0) != id {
		t.Errorf("all tasks: %v", all)
	}
	for range 100 {
		r.one("Jba3ib", `["more"]`)
	}
	if all, _ := walk(r.one("XPSWpd", "[]"), 0).([]any); len(all) != 101 || r.one("Jba3ib", `["one too many"]`) != nil {
		t.Errorf("%d tasks", len(all))
	}
}

// TestReferenceGems: the list as it asks for it, two calls in one batch.
func TestReferenceGems(t *testing.T) {
	bothShapes(t, func(t *testing.T, late bool) {
		_, r := newReference(t, late, simulator.Config{}, simulator.SessionConfig{})
		id, _ := walk(r.one("oMH3Zd", `[["Poet","writes","You are a poet",null,null,null,null,null,0,null,1,null,null,null,[]]]`), 0).(string)
		list := r.batch([3]string{"CNgdBe", "[3,['en'],0]", "system"}, [3]string{"CNgdBe", "[2,['en'],0]", "custom"})
		for tag, want := range map[string]string{"system": "coding-partner", "custom": id} {
			gem := walk(list[tag], 2, 0)
			if walk(gem, 0) != want || walk(gem, 1, 0) == nil || walk(gem, 1, 1) == nil || walk(gem, 2, 0) == nil {
				t.Errorf("%s gems: %v", tag, list[tag])
			}
		}
		if text := r.send("hi", nil, map[int]any{19: id}).text(); !strings.HasPrefix(text, "I am your Poet.") {
			t.Errorf("text = %q", text)
		}
	})
}

// TestReferenceMedia: links of pictures, videos and music by index, and what is made
// while it waits.
func TestReferenceMedia(t *testing.T) {
	bothShapes(t, func(t *testing.T, late bool) {
		clk := newClock()
		_, r := newReference(t, late, simulator.Config{Now: clk.now}, simulator.SessionConfig{})
		fetch := func(what string, link any) {
			t.Helper()
			if text, _ := link.(string); text == "" || r.get(text).status != http.StatusOK {
				t.Errorf("%s: link %v", what, link)
			}
		}
		web := r.send("[web]", nil, nil).candidate
		fetch("web", walk(web, 12, 1, 0, 0, 0, 0))
		dense := walk(r.send("[image 16x16] [dense]", nil, nil).candidate, 12, 7, 0, 0)
		sparse := walk(r.send("[image 16x16] [sparse]", nil, nil).candidate, 12, 0, "8", 0, 0)
		for form, picture := range map[string]any{"dense": dense, "sparse": sparse} {
			fetch(form+" picture", walk(picture, 0, 3, 3))
			if walk(picture, 1, 0) == nil {
				t.Errorf("%s picture without id: %v", form, picture)
			}
		}
		fetch("video", walk(r.send("[video]", nil, nil).candidate, 12, 59, 0, 0, 0, 0, 7, 1))
		music := r.send("[music]", nil, nil).candidate
		fetch("music", walk(music, 12, 86, 0, 1, 7, 1))
		fetch("film of music", walk(music, 12, 86, 1, 1, 7, 1))

		for prompt, path := range map[string][]any{
			"[video pending 1m]":                  {12, 59, 0, 0, 0, 0, 7, 1},
			"[image readback=1m 16x16] [dense]":   {12, 7, 0, 0, 0, 3, 3},
			"[image readback=1m 16x16] [sparse] ": {12, 0, "8", 0, 0, 0, 3, 3},
		} {
			a := r.send(prompt, nil, nil)
			if saved := walk(a.bodies[len(a.bodies)-1], 25); a.done || saved == nil {
				t.Errorf("%s: done %v, saved %v", prompt, a.done, saved)
			}
			read := fmt.Sprintf("[%q,10,null,1,[1],[4],null,1]", a.cid)
			if early := walk(r.one("hNvQHb", read), 0, 0, 3, 0, 0); walk(early, 8, 0) == 2.0 || walk(early, 12, 6, 0) == nil {
				t.Errorf("%s: does not say that it is worked on: %v", prompt, early)
			}
			clk.advance(time.Minute)
			late := walk(r.one("hNvQHb", read), 0, 0, 3, 0, 0)
			if walk(late, 8, 0) != 2.0 {
				t.Errorf("%s: never ends", prompt)
			}
			fetch(prompt, walk(late, path...))
		}
	})
}

// TestReferenceLateAnswers: what only the shape of late 2026 looks for.
func TestReferenceLateAnswers(t *testing.T) {
	_, r := newReference(t, true, simulator.Config{}, simulator.SessionConfig{})
	for _, form := range []string{" [dense]", " [sparse]"} {
		cited := r.send("[sources]"+form, nil, nil).candidate
		groups, _ := walk(cited, 12, 43).([]any)
		if form == " [sparse]" {
			media, _ := walk(cited, 12).([]any)
			groups, _ = walk(media[len(media)-1], "44").([]any)
		}
		if len(groups) == 0 || walk(groups[0], 0, 0) != "[cite: 1, 2]" || walk(groups[0], 1, 1, 3, 0, 1) == nil || walk(groups[0], 1, 1, 3, 0, 2) == nil {
			t.Errorf("citations%s: %v", form, groups)
		}
		document := walk(r.send("[canvas]"+form, nil, nil).candidate, 30, 0)
		if walk(document, 0) == nil || walk(document, 2) == nil || walk(document, 4) == nil {
			t.Errorf("canvas%s: %v", form, document)
		}
	}
	if a := r.send("[search]", nil, nil); walk(a.candidate, 2, 1, 0, 2, 0, 0) == nil {
		t.Errorf("no sources in %v", a.candidate)
	}
}
