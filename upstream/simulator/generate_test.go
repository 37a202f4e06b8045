package simulator_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// signedIn is a simulator with one session, and a browser that opened the app.
func signedIn(t *testing.T, cfg simulator.Config, session simulator.SessionConfig) (*simulator.Simulator, *browser) {
	t.Helper()
	cfg.Plain = true // tests that want more than words name it
	if cfg.PageBytes == 0 {
		cfg.PageBytes = 2048
	}
	s := simulator.New(cfg)
	b := newBrowser(t, s, s.AddSession(session))
	b.open()
	return s, b
}

func TestAnswerStreamsCumulatively(t *testing.T) {
	for _, form := range []string{"dense", "sparse"} {
		t.Run(form, func(t *testing.T) {
			_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
			got := b.generate(ask{prompt: "héllo 😀 <b> & 'x' = \"y\" \\ 漢字\n[" + form + "]"})
			a := readJSON(t, got.body)
			if len(a.texts) < 5 {
				t.Fatalf("got %d text frames, want at least 5", len(a.texts))
			}
			for i := 1; i < len(a.texts); i++ {
				if !strings.HasPrefix(a.texts[i], a.texts[i-1]) {
					t.Errorf("frame %d %q does not begin with frame %d %q", i, a.texts[i], i-1, a.texts[i-1])
				}
			}
			if want := "You said: héllo 😀 <b> & 'x' = \"y\" \\ 漢字\n"; !strings.HasPrefix(a.text(), want) {
				t.Errorf("text = %q, want it to begin with %q", a.text(), want)
			}
			if !a.done || a.cid == "" || a.rid == "" || a.rcid == "" || a.title == "" || a.context == "" {
				t.Errorf("answer is not complete: %+v", a)
			}
			if a.served != "56fdd199312815e2" || a.name != "3.7 Flash" {
				t.Errorf("served = %s %s, want the default model", a.served, a.name)
			}
			if strings.ContainsAny(got.body, "=<>&'") && strings.Count(got.body, "'") > 1 {
				t.Error("characters that HTML minds are not escaped")
			}
		})
	}
}

func TestBodyEndsWithItsLength(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	for _, prompt := range []string{"hi", "[say 😀😀]", "[long 20000]", "[error 1037]", "[say x]"} {
		body := b.generate(ask{prompt: prompt}).body
		all := rows(t, body)
		last := all[len(all)-1]
		if last[0] != "e" || last[1] != float64(len(all)) {
			t.Fatalf("%s: last row = %v, want the end frame with %d rows", prompt, last, len(all))
		}
		if got, want := int(last[4].(float64)), len(body); got != want {
			t.Errorf("%s: end frame says %d, body has %d bytes", prompt, got, want)
		}
	}
}

func TestSmallPiecesChangeNothing(t *testing.T) {
	_, plain := signedIn(t, simulator.Config{Seed: 3}, simulator.SessionConfig{})
	_, chopped := signedIn(t, simulator.Config{Seed: 3, Chop: 5}, simulator.SessionConfig{})
	_, zipped := signedIn(t, simulator.Config{Seed: 3, Gzip: true}, simulator.SessionConfig{})
	want := plain.generate(ask{prompt: "😀 [think]"})
	if got := chopped.generate(ask{prompt: "😀 [think]"}); got.body != want.body {
		t.Error("chopping changed the body")
	}
	got := zipped.generate(ask{prompt: "😀 [think]", gzip: true})
	if got.header.Get("Content-Encoding") != "gzip" || unzip(t, got.body) != want.body {
		t.Error("gzip changed the body, or was not applied")
	}
	if got := zipped.generate(ask{prompt: "😀 [think]"}); got.header.Get("Content-Encoding") != "" {
		t.Error("gzip was applied to a client that did not ask for it")
	}
}

func TestOldStyleIsOneArray(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	for _, tt := range []struct {
		prompt string
		check  func(answer) bool
	}{
		{"hi", func(a answer) bool { return len(a.texts) == 1 && a.done && strings.HasPrefix(a.text(), "You said: hi") }},
		{"[status 13]", func(a answer) bool { return a.status == 13 && a.code == 0 && len(a.texts) == 0 }},
		{"[image]", func(a answer) bool { return len(a.pictures) == 1 && a.done }},
	} {
		body := b.generate(ask{prompt: tt.prompt, oldStyle: true}).body
		rest, ok := strings.CutPrefix(body, ")]}'\n\n[[")
		if !ok {
			t.Fatalf("%s: body begins with %.30q", tt.prompt, body)
		}
		var all [][]any
		for _, row := range decode(t, "[["+rest) {
			all = append(all, row.([]any))
		}
		if a := gather(t, all); !tt.check(a) {
			t.Errorf("%s: got %+v", tt.prompt, a)
		}
	}
}

func TestWithoutSnapshotsOneFrame(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	a := readJSON(t, b.generate(ask{prompt: "hi [long 9000]", set: map[int]any{7: 0}}).body)
	if len(a.texts) != 1 || a.text() != simulator.LongText(9000) {
		t.Errorf("got %d text frames, want the whole text in one", len(a.texts))
	}
}

func TestModelHeader(t *testing.T) {
	const pro, free, gone = "e6fa609c3fa255c0", "fbb127bbb056c959", "71c2d248d3b102ff"
	shapes := map[string]string{
		"2024-12": `[null,null,null,null,"ID"]`,
		"2025-04": `[1,null,null,null,"ID"]`,
		"2025-09": `[1,null,null,null,"ID",null,null,0,[4]]`,
		"2026-02": `[1,null,null,null,"ID",null,null,0,[4],null,null,2]`,
		"2026-06": `[1,null,null,null,"ID",null,null,0,[4,5,6,8],null,null,2,null,null,3,1,"U"]`,
	}
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	send := func(header string) answer {
		b.header = http.Header{"X-Goog-Ext-525001261-Jspb": {header}}
		got := b.post(generatePath, url.Values{"rt": {"c"}}, url.Values{"f.req": {`[null,"[[\"hi\"]]"]`}})
		return readJSON(t, got.body)
	}
	for name, shape := range shapes {
		for id, code := range map[string]int{pro: 0, free: 0, gone: 1052} {
			a := send(strings.Replace(shape, "ID", id, 1))
			if a.code != code || code == 0 && a.served != id {
				t.Errorf("%s %s: code %d, served %q", name, id, a.code, a.served)
			}
		}
	}
	for _, header := range []string{"[", "[1]", `{"a":1}`, `[1,null,null,null,7]`} {
		if a := send(header); a.code != 1052 {
			t.Errorf("header %s: code %d, want 1052", header, a.code)
		}
	}
}

func TestFreePlanHasNoPaidModels(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{Plan: simulator.Free})
	if a := readJSON(t, b.generate(ask{prompt: "hi", model: "e6fa609c3fa255c0"}).body); a.code != 1052 {
		t.Errorf("paid model on the free plan: code %d, want 1052", a.code)
	}
	if a := readJSON(t, b.generate(ask{prompt: "hi"}).body); a.served != "fbb127bbb056c959" {
		t.Errorf("default model on the free plan = %q", a.served)
	}
}

func TestQuotaIsPerModel(t *testing.T) {
	const flash, pro = "56fdd199312815e2", "e6fa609c3fa255c0"
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{Quota: map[string]int{pro: 2}})
	for i, want := range []int{0, 0, 1037, 1037} {
		if a := readJSON(t, b.generate(ask{prompt: "hi", model: pro}).body); a.code != want {
			t.Errorf("answer %d of the limited model: code %d, want %d", i+1, a.code, want)
		}
	}
	if a := readJSON(t, b.generate(ask{prompt: "hi", model: flash}).body); a.code != 0 {
		t.Errorf("the other model: code %d, want none", a.code)
	}
}

func TestFollowUps(t *testing.T) {
	const pro = "e6fa609c3fa255c0"
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	first := readJSON(t, b.generate(ask{prompt: "one"}).body)
	meta := []any{first.cid, first.rid, first.rcid, nil, nil, nil, nil, nil, nil, first.context}
	if second := readJSON(t, b.generate(ask{prompt: "two", meta: meta}).body); second.cid != first.cid || second.rid == first.rid || second.title != "" {
		t.Errorf("follow-up: cid %s of %s, rid %s of %s, title %q", second.cid, first.cid, second.rid, first.rid, second.title)
	}
	if a := readJSON(t, b.generate(ask{prompt: "three", meta: meta, model: pro}).body); a.code != 1050 {
		t.Errorf("follow-up with another model: code %d, want 1050", a.code)
	}
	if a := readJSON(t, b.generate(ask{prompt: "x", meta: []any{"c_0000000000000000", "", ""}}).body); a.code != 1003 || a.status != 3 {
		t.Errorf("unknown chat: code %d status %d, want 1003, 3", a.code, a.status)
	}
	other := newBrowser(t, s, s.AddSession(simulator.SessionConfig{}))
	other.open()
	if a := readJSON(t, other.generate(ask{prompt: "x", meta: meta}).body); a.code != 1003 {
		t.Errorf("another account's chat: code %d, want 1003", a.code)
	}
	s.SetFault(simulator.Fault{Kind: simulator.FollowUpLimit})
	if a := readJSON(t, b.generate(ask{prompt: "four", meta: meta}).body); a.code != 1097 {
		t.Errorf("throttled follow-up: code %d, want 1097", a.code)
	}
	if a := readJSON(t, b.generate(ask{prompt: "five"}).body); a.code != 0 || !a.done {
		t.Errorf("first turn under the throttle: code %d", a.code)
	}
}

func TestGuests(t *testing.T) {
	clk := newClock()
	for mode, want := range map[simulator.GuestMode]func(replyJSON) bool{
		simulator.GuestRefused:      func(r replyJSON) bool { a := readJSON(t, r.body); return a.status == 7 && a.code == 0 && !a.done },
		simulator.GuestServed:       func(r replyJSON) bool { a := readJSON(t, r.body); return a.done && a.served == "fbb127bbb056c959" },
		simulator.GuestUnauthorized: func(r replyJSON) bool { return r.status == http.StatusUnauthorized },
		simulator.GuestRedirected:   func(r replyJSON) bool { return r.url.Path == "/ServiceLogin" },
	} {
		t.Run(string(mode), func(t *testing.T) {
			_, b := signedIn(t, simulator.Config{Now: clk.now, Guest: mode}, simulator.SessionConfig{Life: simulator.Fixed(time.Hour)})
			clk.advance(2 * time.Hour)
			if page, keys := b.open(); (page.url.Path == "/ServiceLogin") != (mode == simulator.GuestRedirected) || keys["SNlM0e"] != "" {
				t.Errorf("page: %d at %v", page.status, page.url)
			}
			if got := callStatus(b); mode == simulator.GuestUnauthorized && got.status != 401 || mode == simulator.GuestRedirected && got.url.Path != "/ServiceLogin" {
				t.Errorf("status RPC: %d at %v", got.status, got.url)
			}
			if got := b.generate(ask{prompt: "hi", model: "e6fa609c3fa255c0"}); !want(got) {
				t.Errorf("got %d %.300s", got.status, got.body)
			}
		})
	}
}

func TestHardStatusesRefuseAnswers(t *testing.T) {
	for status, want := range map[int][2]int{1060: {9, 1060}, 1014: {7, 0}, 1021: {7, 0}, 1054: {7, 0}, 1057: {7, 0}, 1033: {0, 0}, 1040: {0, 0}} {
		_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{Status: status})
		if a := readJSON(t, b.generate(ask{prompt: "hi"}).body); a.status != want[0] || a.code != want[1] || a.done != (want[0] == 0) {
			t.Errorf("account status %d: refused with %d, %d", status, a.status, a.code)
		}
	}
}

func TestLongEchoIsAbridged(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	a := readJSON(t, b.generate(ask{prompt: "head " + strings.Repeat("世", 5000) + " tail"}).body)
	if !strings.HasPrefix(a.text(), "You said: head 世") || !strings.Contains(a.text(), "世 tail\n\n") || len(a.text()) > 6000 {
		t.Errorf("%d bytes: %.60q", len(a.text()), a.text())
	}
}

func TestLongPrompts(t *testing.T) {
	s, b := signedIn(t, simulator.Config{PromptLimit: 1000, PromptMax: 5000}, simulator.SessionConfig{})
	cut := readJSON(t, b.generate(ask{prompt: strings.Repeat("é", 1000) + " [say tail]"}).body)
	if !cut.done || cut.text() == "tail" {
		t.Errorf("the tail of a long prompt was read: %q", cut.text())
	}
	if a := readJSON(t, b.generate(ask{prompt: strings.Repeat("x", 5001)}).body); a.code != 1099 {
		t.Errorf("code of a prompt over the maximum = %d, want 1099", a.code)
	}
	if j := s.Journal(); j[len(j)-1].PromptBytes != 5001 {
		t.Errorf("journal has %d prompt bytes, want 5001", j[len(j)-1].PromptBytes)
	}
}

func TestSeedRepeats(t *testing.T) {
	run := func(seed uint64) string {
		_, b := signedIn(t, simulator.Config{Seed: seed, Now: newClock().now}, simulator.SessionConfig{})
		return b.cookie("__Secure-1PSID") + b.at + b.generate(ask{prompt: "hi"}).body
	}
	if first, again := run(1), run(1); first != again {
		t.Error("one seed gave two runs")
	}
	if run(1) == run(2) {
		t.Error("two seeds gave one run")
	}
}
