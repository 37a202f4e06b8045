package simulator_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/geminid/geminid/upstream/simulator"
)

func TestJournalHoldsNoValue(t *testing.T) {
	var log strings.Builder
	s, b := signedIn(t, simulator.Config{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))}, simulator.SessionConfig{})
	secrets := []string{b.cookie("__Secure-1PSID"), b.cookie("__Secure-1PSIDTS"), b.at, "swordfish"}
	b.rotate()
	secrets = append(secrets, b.cookie("__Secure-1PSIDTS"), b.cookie("SIDCC"))
	b.generate(ask{prompt: "swordfish"})
	link := b.pictureLink("[image 16x16]")
	b.get(link + "?key=swordfish")
	secrets = append(secrets, link[strings.LastIndex(link, "/")+1:])
	b.rpc("MaZiqc", "[]")
	ref := b.uploadForm("swordfish.txt", "text/plain", []byte("swordfish")).body
	b.generate(ask{prompt: "x", files: []any{[]any{[]any{ref}, "swordfish.txt"}}})
	s.SetFault(simulator.Fault{Kind: simulator.Sorry})
	b.open()
	all, err := json.Marshal(s.Journal())
	if err != nil {
		t.Fatal(err)
	}
	infos, _ := json.Marshal(s.Sessions())
	for _, secret := range append(secrets, ref) {
		for where, text := range map[string]string{"journal": string(all), "log": log.String(), "sessions": string(infos)} {
			if secret == "" || strings.Contains(text, secret) {
				t.Errorf("the %s holds %.8q…", where, secret)
			}
		}
	}
	for _, want := range []string{`"__Secure-1PSID"`, `"verdict":"valid"`, `"token":"valid"`, `"operation":"media"`, `"rpcs":["MaZiqc"]`} {
		if !strings.Contains(string(all), want) {
			t.Errorf("the journal lacks %s", want)
		}
	}
}

func TestVerdicts(t *testing.T) {
	s := simulator.New(simulator.Config{PageBytes: 1})
	have := s.AddSession(simulator.SessionConfig{})
	for i, tt := range []struct {
		have simulator.Credentials
		want simulator.Verdict
	}{
		{have, simulator.Valid},
		{simulator.Credentials{PSID: have.PSID}, simulator.Stale},
		{simulator.Credentials{PSID: have.PSID, PSIDTS: "sidts-old"}, simulator.Stale},
		{simulator.Credentials{PSID: "g.a000other", PSIDTS: have.PSIDTS}, simulator.Stranger},
		{simulator.Credentials{PSIDTS: have.PSIDTS}, simulator.Absent},
		{simulator.Credentials{}, simulator.Absent},
	} {
		newBrowser(t, s, tt.have).open()
		if got := s.Journal()[i].Verdict; got != tt.want {
			t.Errorf("call %d: verdict %q, want %q", i, got, tt.want)
		}
	}
}

func TestJournalIsBounded(t *testing.T) {
	s, b := signedIn(t, simulator.Config{JournalSize: 10}, simulator.SessionConfig{})
	for range 55 {
		b.open()
	}
	j := s.Journal()
	if len(j) != 10 || j[9].Seq != 56 || j[0].Seq != 47 {
		t.Errorf("%d entries from %d", len(j), j[0].Seq)
	}
	if n := s.Calls()["page"]; n != 56 {
		t.Errorf("counted %d pages, want 56", n)
	}
}

func TestManyAtOnce(t *testing.T) {
	s, first := signedIn(t, simulator.Config{}, simulator.SessionConfig{})
	have, _ := s.Cookies("session-1")
	s.SetFault(simulator.Fault{Kind: simulator.ErrorCode, Code: 1013, Every: 4})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			b := newBrowser(t, s, have)
			b.at = first.at
			for n := range 20 {
				b.generate(ask{prompt: fmt.Sprintf("%d-%d [think]", i, n)})
				b.rpc("MaZiqc", "[13,null,[0,null,1]]")
			}
		})
	}
	for range 10 {
		s.Journal()
		s.Sessions()
		s.Faults()
		s.SetPace(simulator.Pace{Frames: 5})
	}
	wg.Wait()
	if n := s.Calls()["generate"]; n != 160 {
		t.Errorf("%d calls, want 160", n)
	}
	if f := s.Faults()[0]; f.Hits != (f.Seen+3)/4 {
		t.Errorf("the fault struck %d of %d", f.Hits, f.Seen)
	}
}
