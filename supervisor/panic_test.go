package supervisor_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/supervisor"
)

// TestPanicCostsOneCall: a fault in the handling of one account's answer, or of one
// file's, leaves the other accounts, the next tick and the commands as they were.
func TestPanicCostsOneCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := open(t, &upstream{}, &memory{})
		h.offer("a.txt", set("A", "1"))
		h.offer("b.txt", set("B", "1"))
		faulty := true
		h.up.probe = func(s cookie.Set) cookie.Finding {
			if faulty && s.PSID().Reveal() != "B" {
				panic("a prompt")
			}
			return cookie.Finding{Evidence: cookie.SignedIn, Detail: "test"}
		}
		before, _ := h.up.counts()
		time.Sleep(time.Hour)
		h.Tick(t.Context())
		if after, _ := h.up.counts(); after < before+2 {
			t.Errorf("%d probes in a tick of two accounts", after-before)
		}
		candidates := []supervisor.Candidate{
			{File: "c.txt", Origin: supervisor.FromFile, Trigger: "watch", Hash: "c", Set: set("C", "1"), Account: "c"},
			{File: "b.txt", Origin: supervisor.FromFile, Trigger: "watch", Hash: "b", Set: set("B", "2"), Account: "b"},
		}
		noted := 0
		h.OfferFiles(t.Context(), candidates, func(supervisor.Candidate, supervisor.Verdict) { noted++ })
		if noted != 1 {
			t.Errorf("%d verdicts, want one of the file that causes no panic", noted)
		}
		if n := h.logged("a panic ended a piece of work"); n != 2 {
			t.Errorf("logged %d times:\n%s", n, h.log.String())
		}
		if h.logged("a prompt") != 0 {
			t.Error("the log holds the value of the panic")
		}
		faulty = false
		time.Sleep(time.Hour)
		before, _ = h.up.counts()
		h.Tick(t.Context()) // blocks for ever if a token was not given back
		if after, _ := h.up.counts(); after < before+2 {
			t.Errorf("%d probes in the tick after the fault", after-before)
		}
	})
}
