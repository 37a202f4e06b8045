package simulator_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// usageOf returns the used share, what is left and the reset of window i.
func usageOf(b *browser, i int) (share, left float64, reset time.Time) {
	body, _ := b.rpc("jSf9Qc", "[]")
	share, _ = at(body, 1, i, 1).(float64)
	left, _ = at(body, 1, i, 0).(float64)
	at, _ := at(body, 1, i, 3, 0, 0).(float64)
	return share, left, time.Unix(int64(at), 0)
}

func TestUsageGrowsAndStartsOver(t *testing.T) {
	clk := newClock()
	_, b := signedIn(t, simulator.Config{Now: clk.now}, simulator.SessionConfig{Plan: simulator.Plus})
	if body, _ := b.rpc("jSf9Qc", "[]"); body[0] != 4.0 || at(body, 1, 0, 2) != 1.0 || at(body, 1, 1, 2) != 2.0 {
		t.Errorf("usage = %v", body)
	}
	if share, _, _ := usageOf(b, 0); share != 0 {
		t.Errorf("share before any question: %v", share)
	}
	b.generate(ask{prompt: "hi"})
	short, left, reset := usageOf(b, 0)
	week, _, weekly := usageOf(b, 1)
	if short <= 0 || left != 999_999 || week <= 0 || reset.Sub(clk.t) > 5*time.Hour || !reset.After(clk.t) || weekly.Sub(clk.t) > 7*24*time.Hour {
		t.Errorf("after a question: %v used, %v left, until %v; %v used, until %v", short, left, reset, week, weekly)
	}
	clk.advance(reset.Sub(clk.t))
	if short, _, _ := usageOf(b, 0); short != 0 {
		t.Errorf("share after the reset: %v", short)
	}
}

func TestUsedUp(t *testing.T) {
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{Name: "owner", Quota: map[string]int{"e6fa609c3fa255c0": 4}})
	if code := command(t, s, "PATCH", "/_sim/sessions/owner", `{"usage":{"short":0.5,"week":1,"blocked":true}}`, nil); code != 200 {
		t.Fatalf("control: %d", code)
	}
	if share, _, _ := usageOf(b, 0); share != 0.5 {
		t.Errorf("five hours: %v used", share)
	}
	if a := readJSON(t, b.generate(ask{prompt: "hi"}).body); a.code != 1037 || a.status != 8 {
		t.Errorf("with the week used up: %+v", a)
	}
	if body, _ := b.rpc("aPya6c", "[]"); body[0] != true || body[1] != 1.0 || at(body, 2, 0) == nil {
		t.Errorf("features: %v", body)
	}
	command(t, s, "PATCH", "/_sim/sessions/owner", `{"usage":{}}`, nil)
	if a := readJSON(t, b.generate(ask{prompt: "hi", model: "e6fa609c3fa255c0"}).body); !a.done {
		t.Errorf("with nothing used up: %+v", a)
	}
	body, _ := b.rpc("qpEbW", "[[[1,4],[6,6],[1,15]]]")
	if at(body, 0, 0, 0, 1) != 4.0 || at(body, 0, 0, 2) != 25.0 || at(body, 0, 0, 3, 0) == nil || at(body, 0, 0, 4) != 4.0 || at(body, 0, 0, 5) != 3.0 {
		t.Errorf("the model with a quota: %v", body)
	}
	if at(body, 0, 1, 4) != 0.0 || at(body, 0, 2, 5) != 0.0 || len(at(body, 0).([]any)) != 3 {
		t.Errorf("the others: %v", body)
	}
	if body, _ := b.rpc("aPya6c", "[]"); body[0] != false {
		t.Errorf("features: %v", body)
	}
}

// TestRestrictedAccount: everything says that all is well but one call, and
// questions are refused.
func TestRestrictedAccount(t *testing.T) {
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{Name: "owner"})
	if body, status := b.rpc("GPRiHf", "[]"); status != 0 || at(body, 1) != nil {
		t.Errorf("in good standing: %v", body)
	}
	command(t, s, "PATCH", "/_sim/sessions/owner", `{"abuse":12}`, nil)
	body, _ := b.rpc("GPRiHf", "[]")
	if code, _ := at(body, 1, 1).(float64); int(code)/1_000_000 != 12 || at(body, 1, 3, 1) == nil {
		t.Errorf("restricted: %v", body)
	}
	if a := readJSON(t, b.generate(ask{prompt: "hi"}).body); a.status != 7 || len(a.texts) != 0 {
		t.Errorf("answer: %+v", a)
	}
	if body, _ := b.rpc("otAQ7b", "[]"); body[14] != nil {
		t.Errorf("account status: %v", body[14])
	}
}

func TestJobs(t *testing.T) {
	clk := newClock()
	_, b := signedIn(t, simulator.Config{Now: clk.now}, simulator.SessionConfig{})
	a := readJSON(t, b.generate(ask{prompt: "[video pending 1m]"}).body)
	job := at(a.candidate, 12, 64, 1).(string)
	if jobs, _ := b.rpc("qWymEb", fmt.Sprintf("[%q,[1,null,0,1]]", a.cid)); at(jobs, 0, 0, 0) != job {
		t.Errorf("jobs of the chat: %v", jobs)
	}
	for _, want := range []float64{1, 2} {
		if task, _ := b.rpc("kwDCne", fmt.Sprintf("[%q]", job)); walk(task, 0, 2, "70") != want || walk(task, 0, 1, 3, 0) != a.cid {
			t.Errorf("task = %v, want state %v", task, want)
		}
		clk.advance(time.Minute)
	}
	if cards, _ := b.rpc("ku4Jyf", `["en",null,null,null,4,null,null,[2,4,7,15],null,[[5]]]`); at(cards, 0, 0, 0) == nil {
		t.Errorf("discoveries: %v", cards)
	}
}

// TestOneWindowForTemporaryChats: with the fault the second question ends the first
// in mid-answer, without it both are answered.
func TestOneWindowForTemporaryChats(t *testing.T) {
	for _, one := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
			if one {
				s.SetFault(simulator.Fault{Kind: simulator.OneWindow})
			}
			temporary := map[int]any{45: 1}
			former, other := make(chan replyJSON), *b
			go func() { former <- other.generate(ask{prompt: "first [slow 1s] [frames 20]", set: temporary}) }()
			time.Sleep(5500 * time.Millisecond)
			if a := readJSON(t, b.generate(ask{prompt: "an ordinary one"}).body); !a.done {
				t.Error("an ordinary chat is not answered")
			}
			if a := readJSON(t, b.generate(ask{prompt: "second", set: temporary}).body); !a.done {
				t.Error("the second chat is not answered")
			}
			first := readJSON(t, (<-former).body)
			if first.done == one || one && len(first.texts) != 6 {
				t.Errorf("one window %v: the first chat is done %v after %d frames", one, first.done, len(first.texts))
			}
		})
	}
}
