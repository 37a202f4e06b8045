package simulator_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// faultCases shows what each kind does to one call. A kind without a case fails.
var faultCases = map[simulator.Kind]struct {
	fault simulator.Fault // Kind is filled in
	call  func(b *browser) replyJSON
	holds func(t *testing.T, r replyJSON) bool
}{
	simulator.Latency: {simulator.Fault{Delay: 3 * time.Second}, callPage, func(_ *testing.T, r replyJSON) bool { return r.status == 200 && r.header.Get("Test-Took") == "3s" }},
	simulator.Outage: {simulator.Fault{}, callPage, func(_ *testing.T, r replyJSON) bool {
		return r.err != nil && strings.Contains(r.err.Error(), "connection refused")
	}},
	simulator.Reset: {simulator.Fault{Bytes: 400}, callGenerate, func(_ *testing.T, r replyJSON) bool {
		return r.err != nil && strings.Contains(r.err.Error(), "connection reset") && len(r.body) == 400
	}},
	simulator.Lost:     {simulator.Fault{}, callRotate, func(_ *testing.T, r replyJSON) bool { return r.err != nil && strings.Contains(r.err.Error(), "reset") }},
	simulator.Status:   {simulator.Fault{Code: 502, Body: "bad gateway"}, callStatus, func(_ *testing.T, r replyJSON) bool { return r.status == 502 && r.body == "bad gateway" }},
	simulator.Truncate: {simulator.Fault{Bytes: 300}, callGenerate, func(_ *testing.T, r replyJSON) bool { return r.err == nil && len(r.body) == 300 }},
	simulator.Stall: {simulator.Fault{Bytes: 300}, callGenerate, func(_ *testing.T, r replyJSON) bool {
		return r.err != nil && len(r.body) == 300 && r.header.Get("Test-Took") == "1m0s"
	}},
	simulator.Empty: {simulator.Fault{}, callGenerate, func(_ *testing.T, r replyJSON) bool { return r.status == 200 && r.err == nil && r.body == "" }},
	simulator.HTML: {simulator.Fault{}, callStatus, func(_ *testing.T, r replyJSON) bool {
		return r.status == 200 && strings.Contains(r.body, "<title>Sign in")
	}},
	simulator.Compress:  {simulator.Fault{}, callZipped, func(t *testing.T, r replyJSON) bool { return readJSON(t, unzip(t, r.body)).done }},
	simulator.Chopped:   {simulator.Fault{Bytes: 3}, callGenerate, func(t *testing.T, r replyJSON) bool { return readJSON(t, r.body).done }},
	simulator.Guest:     {simulator.Fault{}, callGenerate, func(t *testing.T, r replyJSON) bool { return readJSON(t, r.body).status == 7 }},
	simulator.Login:     {simulator.Fault{}, callStatus, func(_ *testing.T, r replyJSON) bool { return r.url.Path == "/ServiceLogin" }},
	simulator.Sorry:     {simulator.Fault{}, callStatus, func(_ *testing.T, r replyJSON) bool { return r.url.Path == "/sorry/index" && r.status == 429 }},
	simulator.Block:     {simulator.Fault{}, callGenerate, func(t *testing.T, r replyJSON) bool { return readJSON(t, r.body).code == 1060 }},
	simulator.Malformed: {simulator.Fault{}, callGenerate, func(t *testing.T, r replyJSON) bool { return validFrames(t, r.body) == len(frames(t, r.body))-1 }},
	simulator.LengthOff: {simulator.Fault{}, callGenerate, func(_ *testing.T, r replyJSON) bool { _, err := cutFrames(r.body); return err != nil }},
	simulator.Drift:     {simulator.Fault{}, callPage, func(_ *testing.T, r replyJSON) bool { return !strings.Contains(r.body, "FdrFJe") }},
	simulator.NoToken: {simulator.Fault{}, callPage, func(_ *testing.T, r replyJSON) bool {
		return !strings.Contains(r.body, "SNlM0e") && strings.Contains(r.body, "cfb2h")
	}},
	simulator.ConsentPage:   {simulator.Fault{}, callPage, func(_ *testing.T, r replyJSON) bool { return r.url.Host == "consent.google.com" }},
	simulator.ConsentFlag:   {simulator.Fault{}, callPage, func(_ *testing.T, r replyJSON) bool { return strings.Contains(r.body, `"ZXlM5e": true`) }},
	simulator.Release:       {simulator.Fault{}, callGenerate, func(_ *testing.T, r replyJSON) bool { return r.status == 405 }},
	simulator.BuildChanged:  {simulator.Fault{Value: "boq_new"}, callPage, func(_ *testing.T, r replyJSON) bool { return strings.Contains(r.body, `"cfb2h":"boq_new"`) }},
	simulator.Identity:      {simulator.Fault{Value: "99"}, callPage, func(_ *testing.T, r replyJSON) bool { return strings.Contains(r.body, `"S06Grb":"99"`) }},
	simulator.NoValue:       {simulator.Fault{}, callRotate, func(_ *testing.T, r replyJSON) bool { return r.status == 200 && len(setCookies(r)) == 3 }},
	simulator.Interval:      {simulator.Fault{Code: 1200}, callRotate, func(_ *testing.T, r replyJSON) bool { return strings.Contains(r.body, `"identity.hfcr",1200]`) }},
	simulator.AccountStatus: {simulator.Fault{Code: 1042}, callStatus, func(_ *testing.T, r replyJSON) bool { return strings.Contains(r.body, "false,false,1042,") }},
	simulator.RPCRefused: {simulator.Fault{}, callStatus, func(_ *testing.T, r replyJSON) bool {
		return strings.Contains(r.body, `["wrb.fr","otAQ7b",null,null,null,[7],"generic"]`)
	}},
	simulator.AnyToken: {simulator.Fault{}, callStrange, func(t *testing.T, r replyJSON) bool { return readJSON(t, r.body).done }},
	simulator.HandOut:  {simulator.Fault{}, callStrange, func(_ *testing.T, r replyJSON) bool { return r.status == 400 && strings.Contains(r.body, `"xsrf"`) }},
	simulator.HiddenModel: {simulator.Fault{}, callGenerate, func(t *testing.T, r replyJSON) bool {
		a := readJSON(t, r.body)
		return a.done && a.served == "" && a.name == ""
	}},
	simulator.TempRefused: {simulator.Fault{}, callTemporary, func(t *testing.T, r replyJSON) bool { a := readJSON(t, r.body); return a.done && len(a.pictures) == 0 }},
	simulator.ErrorCode: {simulator.Fault{Code: 1096, Value: "trailing"}, callGenerate, func(t *testing.T, r replyJSON) bool {
		a := readJSON(t, r.body)
		return a.done && a.code == 1096
	}},
	simulator.BareStatus: {simulator.Fault{Code: 13}, callGenerate, func(t *testing.T, r replyJSON) bool {
		a := readJSON(t, r.body)
		return a.status == 13 && a.code == 0 && !a.done
	}},
	simulator.OtherModel:    {simulator.Fault{Value: "8c46e95b1a07cecc"}, callGenerate, func(t *testing.T, r replyJSON) bool { return readJSON(t, r.body).served == "8c46e95b1a07cecc" }},
	simulator.FollowUpLimit: {simulator.Fault{}, callFollowUp, func(t *testing.T, r replyJSON) bool { return readJSON(t, r.body).code == 1097 }},
	simulator.Cut:           {simulator.Fault{Bytes: 2}, callGenerate, func(t *testing.T, r replyJSON) bool { a := readJSON(t, r.body); return !a.done && len(a.texts) == 2 }},
	simulator.OneWindow:     {simulator.Fault{}, callGenerate, func(t *testing.T, r replyJSON) bool { return readJSON(t, r.body).done }},
	simulator.LatePicture: {simulator.Fault{}, callPicture, func(t *testing.T, r replyJSON) bool {
		a := readJSON(t, r.body)
		return len(a.texts) == 2 && len(a.pictures) == 1
	}},
	simulator.Pending: {simulator.Fault{}, callMedia, func(_ *testing.T, r replyJSON) bool { return r.status == 206 }},
	simulator.Expired: {simulator.Fault{}, callMedia, func(_ *testing.T, r replyJSON) bool { return r.status == 403 }},
}

func callPage(b *browser) replyJSON     { r, _ := b.open(); return r }
func callRotate(b *browser) replyJSON   { return b.rotate() }
func callGenerate(b *browser) replyJSON { return b.generate(ask{prompt: "hi"}) }
func callZipped(b *browser) replyJSON   { return b.generate(ask{prompt: "hi", gzip: true}) }
func callStrange(b *browser) replyJSON  { b.at = "x:1"; return callGenerate(b) }
func callTemporary(b *browser) replyJSON {
	return b.generate(ask{prompt: "[image]", set: map[int]any{45: 1}})
}
func callPicture(b *browser) replyJSON { return b.generate(ask{prompt: "[image]"}) }

func callStatus(b *browser) replyJSON {
	return b.post(rpcPath, map[string][]string{"rpcids": {"otAQ7b"}, "rt": {"c"}}, map[string][]string{"f.req": {`[[["otAQ7b","[]",null,"generic"]]]`}})
}

func callFollowUp(b *browser) replyJSON {
	a := readJSON(b.t, b.generate(ask{prompt: "one"}).body)
	return b.generate(ask{prompt: "two", meta: []any{a.cid, a.rid, a.rcid}})
}

func callMedia(b *browser) replyJSON {
	a := readJSON(b.t, b.generate(ask{prompt: "[image 32x32]"}).body)
	return b.get(at(a.pictures[0], 0, 3, 3).(string))
}

func TestEveryKindOfFault(t *testing.T) {
	for _, kind := range simulator.Kinds() {
		tt, ok := faultCases[kind]
		if !ok {
			t.Errorf("fault %q has no case in faultCases", kind)
			continue
		}
		t.Run(string(kind), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
				b.client.Timeout = time.Minute
				tt.fault.Kind = kind
				s.SetFault(tt.fault)
				start := time.Now()
				r := tt.call(b)
				if r.header != nil {
					r.header.Set("Test-Took", time.Since(start).String())
				}
				if !tt.holds(t, r) {
					t.Errorf("status %d at %v, error %v, body %.1000s", r.status, r.url, r.err, r.body)
				}
				if got := s.Faults(); len(got) != 1 || got[0].Hits == 0 {
					t.Errorf("faults = %+v, want one that struck", got)
				}
				s.ClearFaults()
				if r, keys := b.open(); r.status != 200 || keys["SNlM0e"] == "" {
					t.Errorf("not healed: %d", r.status)
				}
			})
		})
	}
	if len(faultCases) != len(simulator.Kinds()) {
		t.Errorf("%d cases for %d kinds", len(faultCases), len(simulator.Kinds()))
	}
}

func TestFaultFilters(t *testing.T) {
	clk := newClock()
	for _, tt := range []struct {
		name  string
		fault simulator.Fault
		want  string // one letter for each page load: f fails, o is fine
	}{
		{"always", simulator.Fault{}, "ffffff"},
		{"heals after two", simulator.Fault{Count: 2}, "ffoooo"},
		{"every second", simulator.Fault{Every: 2}, "fofofo"},
		{"spares three", simulator.Fault{Skip: 3}, "ooofff"},
		{"third and fifth", simulator.Fault{Skip: 2, Every: 2, Count: 2}, "oofofo"},
		{"another operation", simulator.Fault{Operations: []simulator.Operation{simulator.OpRotate}}, "oooooo"},
		{"this among others", simulator.Fault{Operations: []simulator.Operation{simulator.OpRotate, simulator.OpPage}}, "ffffff"},
		{"another session", simulator.Fault{Session: "session-2"}, "oooooo"},
		{"this session", simulator.Fault{Session: "session-1"}, "ffffff"},
		{"another model", simulator.Fault{Model: "e6fa609c3fa255c0"}, "oooooo"},
		{"from minute 2", simulator.Fault{From: newClock().t.Add(2 * time.Minute)}, "ooffff"},
		{"until minute 2", simulator.Fault{Until: newClock().t.Add(2 * time.Minute)}, "ffoooo"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			*clk = *newClock()
			s, b := signedIn(t, simulator.Config{Now: clk.now}, simulator.SessionConfig{})
			tt.fault.Kind, tt.fault.Code = simulator.Status, 500
			s.SetFault(tt.fault)
			var got strings.Builder
			for range len(tt.want) {
				if r, _ := b.open(); r.status == 500 {
					got.WriteByte('f')
				} else {
					got.WriteByte('o')
				}
				clk.advance(time.Minute)
			}
			if got.String() != tt.want {
				t.Errorf("got %s, want %s", got.String(), tt.want)
			}
		})
	}
}

func TestFaultByModelAndRPC(t *testing.T) {
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	s.SetFault(simulator.Fault{Kind: simulator.ErrorCode, Code: 1037, Model: "e6fa609c3fa255c0"})
	s.SetFault(simulator.Fault{Kind: simulator.Status, Code: 500, Operations: []simulator.Operation{"MaZiqc"}})
	if a := readJSON(t, b.generate(ask{prompt: "hi", model: "e6fa609c3fa255c0"}).body); a.code != 1037 {
		t.Errorf("the model's code = %d", a.code)
	}
	if a := readJSON(t, b.generate(ask{prompt: "hi"}).body); a.code != 0 {
		t.Errorf("another model's code = %d", a.code)
	}
	if r := callStatus(b); r.status != 200 {
		t.Errorf("another RPC: %d", r.status)
	}
	if r := b.post(rpcPath, map[string][]string{"rpcids": {"otAQ7b,MaZiqc"}}, map[string][]string{"f.req": {"[]"}}); r.status != 500 {
		t.Errorf("a batch with that RPC: %d", r.status)
	}
}

func TestFaultNames(t *testing.T) {
	s := simulator.New(simulator.Config{})
	if got := s.SetFault(simulator.Fault{Kind: simulator.Status, Code: 500, Operations: []simulator.Operation{simulator.OpPage}}); got != "status-page" {
		t.Errorf("name = %q", got)
	}
	s.SetFault(simulator.Fault{Name: "a", Kind: simulator.Guest})
	s.SetFault(simulator.Fault{Name: "a", Kind: simulator.Drift}) // replaces
	if got := s.Faults(); len(got) != 2 || got[1].Kind != simulator.Drift {
		t.Errorf("faults = %+v", got)
	}
	if !s.ClearFault("a") || s.ClearFault("a") || len(s.Faults()) != 1 {
		t.Error("ClearFault does not tell what it did")
	}
}

func TestOutageWindowByTheClock(t *testing.T) {
	clk := newClock()
	s, b := signedIn(t, simulator.Config{Now: clk.now}, simulator.SessionConfig{})
	s.SetFault(simulator.Fault{Kind: simulator.Outage, From: clk.t.Add(time.Hour), Until: clk.t.Add(2 * time.Hour)})
	for i, want := range []bool{true, false, true} {
		r, _ := b.open()
		if (r.err == nil) != want {
			t.Errorf("hour %d: %v", i, r.err)
		}
		clk.advance(time.Hour)
	}
	s.SetFault(simulator.Fault{Kind: simulator.Outage, From: clk.t.Add(time.Hour)})
	if names := s.Faults(); len(names) != 2 {
		t.Errorf("two windows are %d faults", len(names))
	}
}
