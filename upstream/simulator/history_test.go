package simulator_test

import (
	"fmt"
	"testing"

	"github.com/geminid/geminid/upstream/simulator"
)

// TestGemsBelongToAnAccount: with the payloads of the most used client, single quotes and
// all.
func TestGemsBelongToAnAccount(t *testing.T) {
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	other := newBrowser(t, s, s.AddSession(simulator.SessionConfig{}))
	other.open()
	made, _ := b.rpc("oMH3Zd", `[["Poet","writes","You are a poet",null,null,null,null,null,0,null,1,null,null,null,[]]]`)
	id := fmt.Sprint(made[0])
	for payload, want := range map[string]any{"[2,['en'],0]": id, "[3,['en'],0]": "coding-partner", "[4,['en'],0]": "coding-partner"} {
		if list, _ := b.rpc("CNgdBe", payload); at(list, 2, 0, 0) != want {
			t.Errorf("%s: %v, want %v first", payload, list, want)
		}
	}
	if gem, _ := b.rpc("HcT8bb", fmt.Sprintf("[%q]", id)); at(gem, 1, 0) != "Poet" || at(gem, 2, 0) != "You are a poet" {
		t.Errorf("gem = %v", gem)
	}
	if list, _ := other.rpc("CNgdBe", "[2,['en'],0]"); len(at(list, 2).([]any)) != 0 {
		t.Errorf("another account sees %v", list)
	}
	if _, status := other.rpc("HcT8bb", fmt.Sprintf("[%q]", id)); status != 5 {
		t.Errorf("another account reads it: status %d", status)
	}
	other.rpc("UXcSJb", fmt.Sprintf("[%q]", id))
	b.rpc("kHv0Vd", fmt.Sprintf(`[%q,["Bard","sings","You are a bard",null,null,null,null,null,0,null,1,null,null,null,[],0]]`, id))
	if text := readJSON(t, b.generate(ask{prompt: "hi", set: map[int]any{19: id}}).body).text(); text[:15] != "I am your Bard." {
		t.Errorf("text = %q", text)
	}
	if a := readJSON(t, other.generate(ask{prompt: "hi", set: map[int]any{19: id}}).body); a.status != 5 {
		t.Errorf("another account uses it: %+v", a)
	}
}

func TestHistoryByPages(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	var a answer
	for i := range 5 {
		a = readJSON(t, b.generate(ask{prompt: fmt.Sprintf("chat %d", i)}).body)
	}
	for i := range 4 {
		a = readJSON(t, b.generate(ask{prompt: fmt.Sprintf("turn %d", i), meta: []any{a.cid, a.rid, a.rcid}}).body)
	}
	collect := func(id, first, next string, rows int, name ...int) (out []any) {
		payload := first
		for {
			body, _ := b.rpc(id, payload)
			list, _ := at(body, rows).([]any)
			for _, row := range list {
				out = append(out, at(row, name...))
			}
			cursor, more := at(body, 1).(string)
			if !more || len(out) > 20 {
				return out
			}
			payload = fmt.Sprintf(next, cursor)
		}
	}
	if got := collect("MaZiqc", "[2,null,[0,null,1]]", "[2,%q,[0,null,1]]", 2, 1); fmt.Sprint(got) != "[chat 4 chat 3 chat 2 chat 1 chat 0]" {
		t.Errorf("chats by pages: %v", got)
	}
	first := fmt.Sprintf("[%q,2,null,1,[0],[4],null,1]", a.cid)
	if got := collect("hNvQHb", first, fmt.Sprintf("[%q,2,%%q,1,[0],[4],null,1]", a.cid), 0, 2, 0, 0); fmt.Sprint(got) != "[turn 3 turn 2 turn 1 turn 0 chat 4]" {
		t.Errorf("turns by pages: %v", got)
	}
}

func TestPointersAnswerByTheNewest(t *testing.T) {
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{Models: []simulator.Model{
		{ID: "797f3d0293f288ad", Name: "Flash", Number: 1, Version: "3.7 Flash", Serves: "56fdd199312815e2"},
	}})
	if a := readJSON(t, b.generate(ask{prompt: "hi", model: "797f3d0293f288ad"}).body); a.served != "56fdd199312815e2" || a.name != "3.7 Flash" {
		t.Errorf("served by %s %s", a.served, a.name)
	}
	body, _ := b.rpc("otAQ7b", "[]")
	if at(body, 15, 0, 11) != "3.7 Flash" || at(body, 24, 1, 0, 0) != "797f3d0293f288ad" {
		t.Errorf("models = %v, modes = %v", at(body, 15), at(body, 24))
	}
	if j := s.Journal(); j[len(j)-2].Served != "56fdd199312815e2" {
		t.Errorf("journal: %+v", j[len(j)-2])
	}
}
