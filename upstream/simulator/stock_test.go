package simulator_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// TestStockClient walks the way of the most used client library, step by step:
// what it sends is sent here, with one jar that keeps everything.
func TestStockClient(t *testing.T) {
	clk := newClock()
	s := simulator.New(simulator.Config{Now: clk.now})
	have := s.AddSession(simulator.SessionConfig{Life: simulator.Fixed(30 * time.Minute)})
	b := newBrowser(t, s, simulator.Credentials{})

	if got := b.get("https://www.google.com/"); got.status != 200 || b.cookie("NID") == "" || b.cookie("AEC") == "" {
		t.Fatalf("preflight: %d", got.status)
	}
	b.signIn(have)
	page, keys := b.open()
	if page.status != 200 || keys["SNlM0e"] == "" || keys["cfb2h"] == "" || keys["FdrFJe"] == "" {
		t.Fatalf("init page: %d %v", page.status, keys)
	}
	if sid, err := strconv.ParseInt(keys["FdrFJe"], 10, 64); err != nil || sid == 0 {
		t.Errorf("session id %q is no signed number", keys["FdrFJe"])
	}
	initRPCs(t, b)

	for i := range 3 { // the whole jar goes along, what rotations set included
		clk.advance(10 * time.Minute)
		if got := rotateWithJar(b); got.status != 200 || len(setCookies(got)) != 5 {
			t.Fatalf("rotation %d: %d %v", i+1, got.status, setCookies(got))
		}
	}
	clk.advance(10 * time.Minute)
	if s.Standing(have.PSID, have.PSIDTS).Alive || !accepted(t, s, b) {
		t.Fatal("after 40 minutes only the rotated value should be accepted")
	}

	b.rpc("ESY5D", `[[["bard_activity_enabled"]]]`)
	ref := b.uploadForm("input_1234567.txt", "text/plain", []byte("words")).body
	first := readJSON(t, b.generate(ask{prompt: "hello 😀", model: "56fdd199312815e2", files: []any{[]any{[]any{ref}, "input_1234567.txt"}}}).body)
	if !first.done || first.context == "" || len(first.context) < 26 || !strings.Contains(first.text(), "input_1234567.txt: text/plain, 5 bytes") {
		t.Fatalf("answer = %+v", first)
	}
	cut := readJSON(t, b.generate(ask{prompt: "more [cut 1]", model: "56fdd199312815e2", meta: []any{first.cid, first.rid, first.rcid, nil, nil, nil, nil, nil, nil, first.context}}).body)
	chat, _ := b.rpc("hNvQHb", fmt.Sprintf("[%q,10,null,1,[1],[4],null,1]", cut.cid))
	if rcid := at(chat, 0, 0, 3, 0, 0, 0); cut.done || cut.context == "" || rcid == first.rcid || at(chat, 0, 0, 3, 0, 0, 8, 0) != 2.0 {
		t.Errorf("the cut turn can not be recovered: %v", chat)
	}
	b.rpc("GzXR5e", fmt.Sprintf("[%q]", first.cid))
	b.rpc("qWymEb", fmt.Sprintf("[%q,[1,null,0,1]]", first.cid))

	s.SetFault(simulator.Fault{Kind: simulator.NoToken})
	b.open()
	b.at = "None" // how its form encoder spells a missing value
	if a := readJSON(t, b.generate(ask{prompt: "without token"}).body); !a.done {
		t.Error("refused while the page holds no token")
	}
}

// initRPCs are the five calls of the library's start, in its order.
func initRPCs(t *testing.T, b *browser) {
	t.Helper()
	if body, _ := b.rpc("otAQ7b", "[]"); body[14] != nil || at(body, 15, 0, 0) == nil {
		t.Fatalf("status = %v", body)
	}
	if body, _ := b.rpc("ESY5D", `[[["name1","name2"]]]`); len(at(body, 0).([]any)) != 2 {
		t.Errorf("settings = %v", body)
	}
	b.rpc("ESY5D", `[[["bard_activity_enabled"]]]`)
	b.rpc("MaZiqc", "[13,null,[1,null,1]]")
	b.rpc("MaZiqc", "[13,null,[0,null,1]]")
}

func rotateWithJar(b *browser) replyJSON {
	accounts, _ := url.Parse("https://accounts.google.com/RotateCookies")
	var pairs []string
	for _, ck := range b.client.Jar.Cookies(accounts) {
		pairs = append(pairs, ck.Name+"="+ck.Value)
	}
	return b.rotateWith(strings.Join(pairs, "; "), sentinel)
}

func TestReqIDsMayBeAnything(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	for _, id := range []int{1, 0, -5} {
		b.reqid = id
		if got := b.generate(ask{prompt: "x"}); got.status != http.StatusOK {
			t.Errorf("_reqid after %d: %d", id, got.status)
		}
	}
}
