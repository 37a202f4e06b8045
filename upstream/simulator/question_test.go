package simulator_test

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/geminid/geminid/upstream/simulator"
)

func TestMalformedRequests(t *testing.T) {
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	for _, tt := range []struct {
		name string
		ask  ask
	}{
		{"strings for the nulls of the metadata", ask{prompt: "x", meta: []any{"", "", "", "", "", "", "", "", "", ""}}},
		{"numbers as ids", ask{prompt: "x", meta: []any{1, 2, 3}}},
		{"metadata too long", ask{prompt: "x", meta: make([]any, 11)}},
		{"metadata is a string", ask{prompt: "x", meta: "c_1"}},
		{"another request id", ask{prompt: "x", set: map[int]any{59: "00000000-0000-0000-0000-000000000000"}}},
		{"no request id inside", ask{prompt: "x", set: map[int]any{59: nil}}},
		{"no prompt", ask{set: map[int]any{0: []any{}}}},
		{"prompt is a number", ask{set: map[int]any{0: []any{5}}}},
		{"empty prompt", ask{prompt: " \n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := b.generate(tt.ask)
			if got.status != http.StatusBadRequest {
				t.Fatalf("status = %d, want 400", got.status)
			}
			if row := rows(t, got.body)[0]; row[0] != "er" || row[5] != 400.0 || row[9] != 3.0 {
				t.Errorf("first row = %v, want an er row", row)
			}
		})
	}
	for name, form := range map[string]url.Values{"no f.req": {}, "f.req is no JSON": {"f.req": {"{"}}, "inner is no list": {"f.req": {`[null,"7"]`}}} {
		if got := b.post(generatePath, url.Values{"rt": {"c"}}, form); got.status != http.StatusBadRequest {
			t.Errorf("%s: status = %d, want 400", name, got.status)
		}
	}
	b.header = http.Header{"Content-Type": {"application/json"}}
	if got := b.post(generatePath, url.Values{}, url.Values{}); got.status != http.StatusBadRequest {
		t.Errorf("wrong content type: status = %d, want 400", got.status)
	}
	if n := s.Calls()["generate"]; n != 13 {
		t.Errorf("generate was called %d times, want 13", n)
	}
}

func TestShortRequestsOfOldClients(t *testing.T) {
	_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	for _, inner := range []string{`[["hi"],null,["","",""]]`, `[["hi"],["en"],null]`, `[["hi"]]`} {
		got := b.post(generatePath, url.Values{"rt": {"c"}}, url.Values{"f.req": {fmt.Sprintf("[null,%q]", inner)}})
		if a := readJSON(t, got.body); !a.done {
			t.Errorf("%s: not answered: %s", inner, got.body)
		}
	}
}

func TestPageTokenIsChecked(t *testing.T) {
	for _, tt := range []struct {
		name  string
		at    string
		cfg   simulator.Config
		fault simulator.Kind
		want  int
	}{
		{name: "the page's", at: "", want: 200},
		{name: "missing", at: "-", want: 400},
		{name: "none", at: "None", want: 400},
		{name: "another", at: "ADR5zaxxx:1764000000000", want: 400},
		{name: "missing, optional", at: "-", cfg: simulator.Config{TokenOptional: true}, want: 200},
		{name: "another, optional", at: "x", cfg: simulator.Config{TokenOptional: true}, want: 200},
		{name: "none, page has none", at: "None", fault: simulator.NoToken, want: 200},
		{name: "missing, page has none", at: "-", fault: simulator.NoToken, want: 200},
		{name: "another, page has none", at: "x:1", fault: simulator.NoToken, want: 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, b := signedIn(t, tt.cfg, simulator.SessionConfig{})
			if tt.at != "" {
				b.at = tt.at
			}
			if tt.fault != "" {
				s.SetFault(simulator.Fault{Kind: tt.fault})
			}
			if got := b.generate(ask{prompt: "hi"}); got.status != tt.want {
				t.Errorf("generate: status = %d, want %d", got.status, tt.want)
			}
			if got := b.post(rpcPath, url.Values{"rpcids": {"otAQ7b"}}, url.Values{"f.req": {`[[["otAQ7b","[]",null,"generic"]]]`}}); got.status != tt.want {
				t.Errorf("batchexecute: status = %d, want %d", got.status, tt.want)
			}
		})
	}
}

func TestHandedOutTokenWorks(t *testing.T) {
	_, b := signedIn(t, simulator.Config{HandOutToken: true}, simulator.SessionConfig{Account: "42"})
	b.at = "old:1"
	row := rows(t, b.generate(ask{prompt: "hi"}).body)[0]
	handed := row[9].([]any)[0].(map[string]any)["48448350"].([]any)
	if handed[0] != "xsrf" || handed[2].([]any)[0] != "42" {
		t.Fatalf("row[9] = %v", handed)
	}
	b.at = handed[1].(string)
	if got := b.generate(ask{prompt: "hi"}); got.status != 200 {
		t.Errorf("status with the token handed out = %d, want 200", got.status)
	}
}

func TestTokenOutlivesRotationUnlessToldOtherwise(t *testing.T) {
	for _, strict := range []bool{false, true} {
		_, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{TokenPerRotation: strict})
		if got := b.rotate(); got.status != 200 {
			t.Fatalf("rotate: %d", got.status)
		}
		want := 200
		if strict {
			want = 400
		}
		if got := b.generate(ask{prompt: "hi"}); got.status != want {
			t.Errorf("TokenPerRotation %v: status = %d, want %d", strict, got.status, want)
		}
		b.open()
		if got := b.generate(ask{prompt: "hi"}); got.status != 200 {
			t.Errorf("TokenPerRotation %v: status after a new page = %d, want 200", strict, got.status)
		}
	}
}
