package simulator_test

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// accepted asks by three ways whether the browser is signed in and wants the
// same answer from each.
func accepted(t *testing.T, s *simulator.Simulator, b *browser) bool {
	t.Helper()
	_, keys := b.open()
	onPage := keys["SNlM0e"] != ""
	body, _ := b.rpc("otAQ7b", "[]")
	byStatus := body[14] == nil
	st := s.Standing(b.cookie("__Secure-1PSID"), b.cookie("__Secure-1PSIDTS"))
	if onPage != byStatus || onPage != st.Alive {
		t.Fatalf("page says %v, status RPC %v, Standing %v", onPage, byStatus, st.Alive)
	}
	return st.Alive
}

func TestPSIDTSAges(t *testing.T) {
	clk := newClock()
	s := simulator.New(simulator.Config{Now: clk.now, PageBytes: 1})
	have := s.AddSession(simulator.SessionConfig{Life: simulator.Fixed(15 * time.Minute)})
	b := newBrowser(t, s, have)
	clk.advance(15*time.Minute - time.Second)
	if !accepted(t, s, b) {
		t.Fatal("refused before its time")
	}
	clk.advance(time.Second)
	if accepted(t, s, b) {
		t.Fatal("accepted after its time")
	}
	if got := b.rotate(); got.status != http.StatusUnauthorized || !strings.Contains(got.body, "2147483647") {
		t.Errorf("rotating a dead session: %d %s, want 401 with the interval that means never", got.status, got.body)
	}
	st := s.Standing(have.PSID, have.PSIDTS)
	if want := newClock().t.Add(15 * time.Minute); st.Cause != simulator.CauseAged || !st.End.Equal(want) || st.Renewable {
		t.Errorf("standing = %+v, want aged since %v", st, want)
	}
	clk.advance(-time.Minute) // the clock was set back
	if !accepted(t, s, b) {
		t.Error("refused at a time before its end")
	}
}

func TestRotationReplacesAndLeavesAGrace(t *testing.T) {
	clk := newClock()
	s := simulator.New(simulator.Config{Now: clk.now, PageBytes: 1})
	b := newBrowser(t, s, s.AddSession(simulator.SessionConfig{Life: simulator.Fixed(time.Hour)}))
	old := newBrowser(t, s, simulator.Credentials{PSID: b.cookie("__Secure-1PSID"), PSIDTS: b.cookie("__Secure-1PSIDTS")})
	clk.advance(50 * time.Minute)
	if got := b.rotate(); got.status != http.StatusOK {
		t.Fatalf("rotate: status %d", got.status)
	}
	if b.cookie("__Secure-1PSIDTS") == old.cookie("__Secure-1PSIDTS") {
		t.Fatal("the value did not change, or the jar did not take it for the app's host")
	}
	clk.advance(59 * time.Second)
	if !accepted(t, s, old) || !accepted(t, s, b) {
		t.Fatal("within the grace both values should be accepted")
	}
	clk.advance(time.Second)
	if accepted(t, s, old) {
		t.Error("the old value outlived its grace")
	}
	clk.advance(58 * time.Minute)
	if !accepted(t, s, b) {
		t.Error("the new value died before its own time")
	}
	if st := s.Standing(old.cookie("__Secure-1PSID"), old.cookie("__Secure-1PSIDTS")); st.Cause != simulator.CauseSuperseded {
		t.Errorf("cause of the old value's death = %q", st.Cause)
	}
	if info, _ := s.Session(b.cookie("__Secure-1PSID")); info.Rotations != 1 || info.Calls["rotate"] != 1 || info.Calls["otAQ7b"] != 4 {
		t.Errorf("counts = %+v", info)
	}
}

func TestOldValueMayRotateWithinItsGrace(t *testing.T) {
	clk := newClock()
	s := simulator.New(simulator.Config{Now: clk.now, PageBytes: 1})
	have := s.AddSession(simulator.SessionConfig{})
	lost := newBrowser(t, s, have)
	lost.rotateWith("__Secure-1PSID="+have.PSID+"; __Secure-1PSIDTS="+have.PSIDTS, `[000,"-0000000000000000000"]`)
	again := newBrowser(t, s, have) // as after a crash that lost the new value
	clk.advance(30 * time.Second)
	if got := again.rotate(); got.status != http.StatusOK || again.cookie("__Secure-1PSIDTS") == have.PSIDTS {
		t.Fatalf("rotate with the previous value: %d", got.status)
	}
	clk.advance(time.Hour)
	if !accepted(t, s, again) || accepted(t, s, lost) {
		t.Error("only the newest value should be accepted")
	}
}

func TestGrace(t *testing.T) {
	for grace, lives := range map[time.Duration]bool{-1: false, time.Hour: true} {
		clk := newClock()
		s := simulator.New(simulator.Config{Now: clk.now})
		have := s.AddSession(simulator.SessionConfig{Grace: grace})
		if _, err := s.Renew(have.PSID); err != nil {
			t.Fatal(err)
		}
		clk.advance(time.Second)
		if got := s.Standing(have.PSID, have.PSIDTS).Alive; got != lives {
			t.Errorf("grace %v: alive %v one second after, want %v", grace, got, lives)
		}
	}
}

func TestSecondWriterTakesTheSession(t *testing.T) {
	clk := newClock()
	s := simulator.New(simulator.Config{Now: clk.now, PageBytes: 1})
	have := s.AddSession(simulator.SessionConfig{})
	b := newBrowser(t, s, have)
	fresh, err := s.Renew(have.PSID)
	if err != nil || fresh == have.PSIDTS {
		t.Fatalf("Renew = %v, changed %v", err, fresh != have.PSIDTS)
	}
	clk.advance(time.Minute)
	if accepted(t, s, b) {
		t.Error("the first holder is still accepted")
	}
	if !s.Standing(have.PSID, fresh).Alive {
		t.Error("the second writer's value is not accepted")
	}
	if now, err := s.Cookies("session-1"); err != nil || now.PSIDTS != fresh {
		t.Error("Cookies does not tell the newest value")
	}
}

func TestBoundSessionsRotateForNothing(t *testing.T) {
	clk := newClock()
	s := simulator.New(simulator.Config{Now: clk.now, PageBytes: 1})
	have := s.AddSession(simulator.SessionConfig{Bound: true, Life: simulator.Fixed(2 * time.Hour)})
	b := newBrowser(t, s, have)
	got := b.rotate()
	if got.status != http.StatusOK || b.cookie("__Secure-1PSIDTS") != have.PSIDTS {
		t.Fatalf("rotate: %d; a new value came: %v", got.status, b.cookie("__Secure-1PSIDTS") != have.PSIDTS)
	}
	if names := setCookies(got); !slices.Contains(names, "SIDCC") || slices.Contains(names, "__Secure-1PSIDTS") {
		t.Errorf("cookies set = %v, want the SIDCC family alone", names)
	}
	if st := s.Standing(have.PSID, have.PSIDTS); st.Renewable || !st.Alive {
		t.Errorf("standing = %+v", st)
	}
	clk.advance(2 * time.Hour)
	if accepted(t, s, b) {
		t.Error("a bound session lived on")
	}
	if err := s.Bind(have.PSID, false); err != nil {
		t.Fatal(err)
	}
}

func TestRevokedAtOnce(t *testing.T) {
	s := simulator.New(simulator.Config{PageBytes: 1})
	have := s.AddSession(simulator.SessionConfig{Life: simulator.Fixed(time.Hour)})
	b := newBrowser(t, s, have)
	if err := s.Revoke(have.PSID); err != nil {
		t.Fatal(err)
	}
	if accepted(t, s, b) {
		t.Error("accepted after it was revoked")
	}
	if st := s.Standing(have.PSID, have.PSIDTS); st.Cause != simulator.CauseRevoked {
		t.Errorf("cause = %q", st.Cause)
	}
}

func TestWhoIsWhoseCookies(t *testing.T) {
	s := simulator.New(simulator.Config{})
	one, two := s.AddSession(simulator.SessionConfig{}), s.AddSession(simulator.SessionConfig{})
	bare := s.AddSession(simulator.SessionConfig{NoPSIDTS: true})
	for _, tt := range []struct {
		name, psid, psidts string
		want               simulator.Cause
	}{
		{"own pair", one.PSID, one.PSIDTS, simulator.CauseNone},
		{"another account's PSIDTS", one.PSID, two.PSIDTS, simulator.CauseUnknown},
		{"no PSIDTS", one.PSID, "", simulator.CauseAbsent},
		{"swapped", one.PSIDTS, one.PSID, simulator.CauseUnknown},
		{"nobody's", "g.a000x", "sidts-x", simulator.CauseUnknown},
		{"session without PSIDTS", bare.PSID, "", simulator.CauseNone},
		{"the same with a stray one", bare.PSID, one.PSIDTS, simulator.CauseNone},
	} {
		if st := s.Standing(tt.psid, tt.psidts); st.Cause != tt.want || st.Alive != (tt.want == simulator.CauseNone) {
			t.Errorf("%s: %+v, want cause %q", tt.name, st, tt.want)
		}
	}
	if bare.PSIDTS != "" {
		t.Error("a session without PSIDTS was given one")
	}
}

func TestMint(t *testing.T) {
	for _, mint := range []bool{true, false} {
		s := simulator.New(simulator.Config{PageBytes: 1})
		have := s.AddSession(simulator.SessionConfig{NoPSIDTS: true, Mint: mint})
		b := newBrowser(t, s, have)
		got := b.rotateWith("__Secure-1PSID="+have.PSID, `[000,"-0000000000000000000"]`)
		if got.status != http.StatusOK || (b.cookie("__Secure-1PSIDTS") != "") != mint {
			t.Errorf("mint %v: status %d, PSIDTS came %v", mint, got.status, b.cookie("__Secure-1PSIDTS") != "")
		}
		if !accepted(t, s, b) {
			t.Errorf("mint %v: refused afterwards", mint)
		}
	}
}

func TestLives(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	short, long := 15*time.Minute, 120*time.Hour
	life, hours := simulator.Between(short, long), 0
	for range 1000 {
		d := life(rnd)
		if d < short || d > long {
			t.Fatalf("Between drew %v", d)
		}
		if d < 3*time.Hour {
			hours++
		}
	}
	if hours < 300 || hours > 500 { // log(12)/log(480) is 40 %
		t.Errorf("%d of 1000 lives are under three hours, want about 400", hours)
	}
	listed := simulator.Listed(1, 2, 3)
	if got := []time.Duration{listed(rnd), listed(rnd), listed(rnd), listed(rnd)}; !slices.Equal(got, []time.Duration{1, 2, 3, 1}) {
		t.Errorf("Listed gave %v", got)
	}
	if simulator.Listed()(rnd) != 0 || simulator.Fixed(5)(rnd) != 5 {
		t.Error("an empty list or Fixed gave another life")
	}
}

func TestMultiLogin(t *testing.T) {
	s := simulator.New(simulator.Config{PageBytes: 1})
	have := s.AddSession(simulator.SessionConfig{User: 1})
	b := newBrowser(t, s, have)
	if _, keys := b.open(); keys["SNlM0e"] != "" {
		t.Error("/app showed the account of /u/1")
	}
	b.prefix = "/u/1"
	if _, keys := b.open(); keys["SNlM0e"] == "" {
		t.Fatal("/u/1/app did not show the account")
	}
	if a := readJSON(t, b.generate(ask{prompt: "hi"}).body); !a.done {
		t.Error("not answered with prefix and header")
	}
	if body, _ := b.rpc("otAQ7b", "[]"); body[14] != 1016.0 {
		t.Error("a POST without X-Goog-AuthUser was taken for the account's")
	}
}

func TestConfigureARunningSession(t *testing.T) {
	s, b := signedIn(t, simulator.Config{}, simulator.SessionConfig{Account: "1"})
	psid := b.cookie("__Secure-1PSID")
	err := s.Configure(psid, func(c *simulator.SessionConfig) {
		c.Account, c.PSID, c.Name = "2", "stolen", "x"
		c.Models = []simulator.Model{{ID: "8c46e95b1a07cecc", Name: "Flash-Lite"}}
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, keys := b.open(); keys["S06Grb"] != "2" {
		t.Errorf("account on the page = %q, want 2", keys["S06Grb"])
	}
	if a := readJSON(t, b.generate(ask{prompt: "x", model: "56fdd199312815e2"}).body); a.code != 1052 {
		t.Errorf("a model that is gone: code %d, want 1052", a.code)
	}
	for _, err := range []error{s.Configure("nobody", func(*simulator.SessionConfig) {}), s.Revoke("nobody"), s.Bind("nobody", true)} {
		if !errors.Is(err, simulator.ErrNoSession) {
			t.Errorf("error = %v, want ErrNoSession", err)
		}
	}
	if infos := s.Sessions(); len(infos) != 1 || infos[0].Name != "session-1" || !infos[0].Alive {
		t.Errorf("sessions = %+v", infos)
	}
}

func setCookies(r replyJSON) []string {
	var names []string
	for _, line := range r.header.Values("Set-Cookie") {
		name, _, _ := strings.Cut(line, "=")
		names = append(names, name)
	}
	return names
}
