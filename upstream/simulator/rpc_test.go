package simulator_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"testing"

	"github.com/geminid/geminid/upstream/simulator"
)

func TestStatusRPC(t *testing.T) {
	for status, models := range map[int]int{0: 4, 1000: 4, 1033: 4, 1040: 4, 1042: 4, 1014: 0, 1021: 0, 1054: 0, 1057: 0, 1060: 0} {
		_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{Status: status})
		body, _ := b.rpc("otAQ7b", "[]")
		var want any = float64(status)
		if status == 0 || status == 1000 {
			want = nil
		}
		list, _ := at(body, 15).([]any)
		if body[14] != want || len(list) != models {
			t.Errorf("status %d: body[14] = %v, %d models; want %v, %d", status, body[14], len(list), want, models)
		}
	}
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{Plan: simulator.Free})
	body, _ := b.rpc("otAQ7b", "[]")
	if at(body, 15, 0, 0) != "fbb127bbb056c959" || at(body, 15, 0, 17) != 1.0 || at(body, 16, 0) != 19.0 {
		t.Errorf("free plan: %v", body)
	}
	s.SetFault(simulator.Fault{Kind: simulator.AccountStatus, Code: 1060})
	if body, _ := b.rpc("otAQ7b", "[]"); body[14] != 1060.0 {
		t.Errorf("status by fault: %v", body[14])
	}
	s.SetFault(simulator.Fault{Kind: simulator.Guest})
	if body, _ := b.rpc("otAQ7b", "[]"); body[14] != 1016.0 || len(body[15].([]any)) != 0 {
		t.Errorf("guest: %v", body)
	}
}

func TestBatch(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	calls := []any{[]any{[]any{"CNgdBe", "[3,['en'],0]", nil, "system"}, []any{"CNgdBe", "[2,['en'],0]", nil, "custom"}, []any{"unheard", "[]", nil, "generic"}, []any{"ESY5D", `[[["a","b"]]]`, nil, "generic"}}}
	raw, _ := json.Marshal(calls)
	got := b.post(rpcPath, url.Values{"rpcids": {"CNgdBe,unheard,ESY5D"}, "rt": {"c"}}, url.Values{"f.req": {string(raw)}})
	var tags []string
	for _, row := range rows(t, got.body) {
		if row[0] == "wrb.fr" {
			tags = append(tags, fmt.Sprint(row[1], row[len(row)-1], row[2] != nil))
		}
	}
	want := []string{"CNgdBesystemtrue", "CNgdBecustomtrue", "unheardgenericfalse", "ESY5Dgenerictrue"}
	if !slices.Equal(tags, want) {
		t.Errorf("rows = %v, want %v", tags, want)
	}
	if _, status := b.rpc("unheard", "[]"); status != 5 {
		t.Errorf("unknown RPC: status %d, want 5", status)
	}
	for _, bad := range []string{"", "[", "[]", "[[]]", "7"} {
		if got := b.post(rpcPath, url.Values{}, url.Values{"f.req": {bad}}); got.status != 400 {
			t.Errorf("f.req %q: %d, want 400", bad, got.status)
		}
	}
	b.at = ""
	if got := b.post(rpcPath, url.Values{}, url.Values{"f.req": {string(raw)}}); got.status != 400 {
		t.Errorf("empty token: %d, want 400", got.status)
	}
}

func TestRPCsThatOnlyAcknowledge(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{Plan: simulator.Plus})
	for _, id := range []string{"maGuAc", "kwDCne", "K4WWud", "cYRIkd", "o30O0e", "MUAZcd", "PCck7e"} {
		if body, status := b.rpc(id, "[0]"); status != 0 || len(body) != 0 {
			t.Errorf("%s: %v, status %d", id, body, status)
		}
	}
	if _, status := b.rpc("GzXR5e", `["c_nobody"]`); status != 5 {
		t.Errorf("forgetting no chat: status %d, want 5", status)
	}
	if body, _ := b.rpc("otAQ7b", "[]"); at(body, 17, 0) != 115.0 {
		t.Errorf("capabilities of the plus plan = %v", at(body, 17))
	}
	for _, path := range []string{rpcPath, generatePath} {
		if got := b.get("https://gemini.google.com" + path); got.status != 405 {
			t.Errorf("GET %s: %d, want 405", path, got.status)
		}
	}
}

func TestGuestsMayCallLittle(t *testing.T) {
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	s.SetFault(simulator.Fault{Kind: simulator.Guest})
	for id, want := range map[string]int{"ESY5D": 0, "otAQ7b": 0, "MaZiqc": 7, "hNvQHb": 7, "jSf9Qc": 7} {
		if _, status := b.rpc(id, "[]"); status != want {
			t.Errorf("%s: status %d, want %d", id, status, want)
		}
	}
	s.ClearFaults()
	s.SetFault(simulator.Fault{Kind: simulator.RPCRefused, Operations: []simulator.Operation{"MaZiqc"}, Code: 8})
	if _, status := b.rpc("MaZiqc", "[]"); status != 8 {
		t.Errorf("refused by fault: %d, want 8", status)
	}
	if _, status := b.rpc("ESY5D", "[]"); status != 0 {
		t.Errorf("another RPC was refused too: %d", status)
	}
}

func TestHistory(t *testing.T) {
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	psid := b.cookie("__Secure-1PSID")
	kept := readJSON(t, b.generate(ask{prompt: "keep this one"}).body)
	temporary := readJSON(t, b.generate(ask{prompt: "not this", set: map[int]any{45: 1}}).body)
	readJSON(t, b.generate(ask{prompt: "second turn [think]", meta: []any{kept.cid, kept.rid, kept.rcid}}).body)
	cut := readJSON(t, b.generate(ask{prompt: "cut [cut 1]"}).body)
	unsaved := readJSON(t, b.generate(ask{prompt: "lost [cut 1 unsaved]"}).body)
	b.generate(ask{prompt: "refused [error 1013]"})

	list, _ := b.rpc("MaZiqc", "[13,null,[0,null,1]]")
	if at(list, 2, 0, 0) != cut.cid || at(list, 2, 1, 0) != kept.cid || at(list, 2, 1, 1) != "keep this one" || len(at(list, 2).([]any)) != 2 {
		t.Errorf("list = %v", at(list, 2))
	}
	if pinned, _ := b.rpc("MaZiqc", "[13,null,[1,null,1]]"); len(at(pinned, 2).([]any)) != 0 {
		t.Errorf("pinned = %v", pinned)
	}
	if one, _ := b.rpc("MaZiqc", "[1,null,[0,null,1]]"); len(at(one, 2).([]any)) != 1 {
		t.Errorf("list of one = %v", one)
	}
	chat, _ := b.rpc("hNvQHb", fmt.Sprintf("[%q,10,null,1,[1],[4],null,1]", kept.cid))
	newest := at(chat, 0, 0)
	if at(newest, 0, 0) != kept.cid || at(newest, 2, 0, 0) != "second turn [think]" || at(newest, 3, 0, 0, 8, 0) != 2.0 || at(newest, 3, 0, 0, 37, 0, 0) == nil {
		t.Errorf("newest turn = %v", newest)
	}
	if at(chat, 0, 1, 2, 0, 0) != "keep this one" || at(chat, 0, 1, 3, 0, 0, 1, 0) != kept.text() {
		t.Errorf("oldest turn = %v", at(chat, 0, 1))
	}
	if chat, _ := b.rpc("hNvQHb", fmt.Sprintf("[%q,10]", cut.cid)); at(chat, 0, 0, 3, 0, 0, 8, 0) != 2.0 || len(at(chat, 0, 0, 3, 0, 0, 1, 0).(string)) <= len(cut.text()) {
		t.Error("a cut answer is not whole in the history")
	}
	if _, status := b.rpc("hNvQHb", fmt.Sprintf("[%q,10]", unsaved.cid)); status != 5 {
		t.Errorf("an unsaved chat: status %d, want 5", status)
	}
	if _, status := b.rpc("hNvQHb", fmt.Sprintf("[%q,10]", temporary.cid)); status != 5 {
		t.Errorf("a temporary chat: status %d, want 5", status)
	}
	if a := readJSON(t, b.generate(ask{prompt: "on", meta: []any{temporary.cid, temporary.rid, temporary.rcid}}).body); !a.done {
		t.Error("a temporary chat can not be continued")
	}
	if got := s.Chats(psid); !slices.Equal(got, []string{"cut", "keep this one"}) {
		t.Errorf("titles = %q", got)
	}

	b.rpc("qWymEb", fmt.Sprintf("[%q,[1,null,0,1]]", kept.cid)) // asks for jobs, and deletes nothing
	if got := s.Chats(psid); len(got) != 2 {
		t.Errorf("titles before deleting = %q", got)
	}
	b.rpc("GzXR5e", fmt.Sprintf("[%q]", kept.cid))
	if got := s.Chats(psid); !slices.Equal(got, []string{"cut"}) {
		t.Errorf("titles after deleting = %q", got)
	}
	if _, status := b.rpc("hNvQHb", fmt.Sprintf("[%q,10]", kept.cid)); status != 5 {
		t.Errorf("a deleted chat: status %d, want 5", status)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	first := readJSON(t, b.generate(ask{prompt: "first"}).body)
	for range 1000 {
		b.generate(ask{prompt: "[say x]"})
	}
	if n := len(s.Chats(b.cookie("__Secure-1PSID"))); n != 1000 {
		t.Errorf("%d chats are kept, want 1000", n)
	}
	if _, status := b.rpc("hNvQHb", fmt.Sprintf("[%q,10]", first.cid)); status != 5 {
		t.Errorf("the oldest chat: status %d, want 5", status)
	}
}

func TestGems(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	made, _ := b.rpc("oMH3Zd", `[["Poet","writes","You are a poet",null,null,null,null,null,0,null,1,null,null,null,[]]]`)
	id := made[0].(string)
	if list, _ := b.rpc("CNgdBe", "[2,[\"en\"],0]"); at(list, 2, 0, 0) != id || at(list, 2, 0, 1, 0) != "Poet" || at(list, 2, 0, 2, 0) != "You are a poet" {
		t.Errorf("custom gems = %v", list)
	}
	b.rpc("kHv0Vd", fmt.Sprintf(`[%q,["Bard","sings","You are a bard"]]`, id))
	if list, _ := b.rpc("CNgdBe", "[2,['en'],0]"); at(list, 2, 0, 1, 0) != "Bard" {
		t.Errorf("custom gems after the update = %v", list)
	}
	if _, status := b.rpc("kHv0Vd", `["nobody",["x"]]`); status != 5 {
		t.Errorf("updating no gem: %d", status)
	}
	b.rpc("UXcSJb", fmt.Sprintf("[%q]", id))
	if list, _ := b.rpc("CNgdBe", "[2,['en'],0]"); len(at(list, 2).([]any)) != 0 {
		t.Errorf("custom gems after deleting = %v", list)
	}
	if list, _ := b.rpc("CNgdBe", "[4,[\"en\"],0]"); len(at(list, 2).([]any)) == 0 {
		t.Error("no system gems")
	}
}
