package story_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// New cookies dropped in the middle of an answer are in use within two seconds,
// and the answer goes on to its end.
func TestNewCookiesDuringAStream(t *testing.T) {
	sim, home, _ := house(t)
	d := harness.Serve(t, home)
	began, answer := listen(t.Context(), t, d, "[long 4000] [bytes 100] [slow 100ms] a story of four seconds")
	<-began
	second := sim.Session(t, "second")
	home.Drop(t, "cookies.txt", second.JSON())
	dropped := time.Now()
	harness.Eventually(t, 20*time.Second, "the new session is asked", func() bool {
		_, short := listen(t.Context(), t, d, "who is there")
		if got := <-short; !got.done {
			t.Fatalf("a request failed during the switch: %v", got.err)
		}
		return sim.Answers(t, second) > 0
	})
	if took := time.Since(dropped); took > 2*time.Second {
		t.Errorf("the switch took %s, want at most 2 s", took)
	}
	if got := <-answer; !got.done || got.err != nil || len(got.text) != 4000 {
		t.Errorf("the running answer ended with %d bytes, done %t, %v", len(got.text), got.done, got.err)
	}
}

// A bad file changes nothing and says why, in a note beside it.
func TestBadCookiesChangeNothing(t *testing.T) {
	for _, c := range []struct{ name, content, code, reason string }{
		{"of nobody", harness.Stranger().Netscape(), "E_PROBE_SIGNED_OUT", "answers as signed out"},
		{"a web page", "<!doctype html><title>Sign in - Google Accounts</title>", "E_HTML", "is a web page"},
		{"signed out", ".google.com\tTRUE\t/\tTRUE\t0\tNID\tabcdefghijklmnopqrstuvwxyz\n", "E_SIGNED_OUT", "signed-out browser"},
		{"empty", "   \n", "E_EMPTY", "is empty"},
	} {
		t.Run(c.name, func(t *testing.T) {
			sim, home, first := house(t)
			admin := home.AddKey(t, "boss", "--admin")
			d := harness.Launch(t, home)
			d.Key = admin
			d.AwaitState(t, "valid", 10*time.Second)
			before := d.StateFile(t)
			home.Drop(t, "cookies.txt", c.content)
			note := filepath.Join(home.Inbox(), "cookies.txt.rejected.txt")
			harness.Eventually(t, 20*time.Second, "a note lies beside the file", func() bool {
				_, err := os.Stat(note)
				return err == nil
			})
			said, err := os.ReadFile(note)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(said), "cookies.txt") || !strings.Contains(string(said), c.reason) {
				t.Errorf("the note does not say %q: %s", c.reason, said)
			}
			harness.Eventually(t, 5*time.Second, "the log says "+c.code, func() bool { return strings.Contains(d.Output(), c.code) })
			if leaks := harness.Leaks(string(said)); leaks != nil {
				t.Errorf("the note holds secrets: %v", leaks)
			}
			if after := d.StateFile(t); after != before {
				t.Error("the state file has changed")
			}
			asked := sim.Answers(t, first)
			_, answer := listen(t.Context(), t, d, "still there")
			if got := <-answer; !got.done || sim.Answers(t, first) != asked+1 {
				t.Errorf("the first session does not serve any more: %+v", got)
			}
			d.AwaitState(t, "valid", time.Second)
		})
	}
}

// A rotation in the middle of an answer breaks nothing.
func TestRotationDuringAStream(t *testing.T) {
	sim, home, session := house(t)
	admin := home.AddKey(t, "boss", "--admin")
	d := harness.Launch(t, home)
	d.Key = admin
	d.AwaitState(t, "valid", 10*time.Second)
	began, answer := listen(t.Context(), t, d, "[long 2000] [bytes 100] [slow 100ms] a story of two seconds")
	<-began
	if reply := d.Do(t, http.MethodPost, "/api/accounts/default/rotate", ""); reply.Status != http.StatusOK {
		t.Errorf("a forced rotation answers %d %s", reply.Status, reply.Body)
	}
	if got := sim.Rotations(t, session); got != 1 {
		t.Errorf("the upstream saw %d rotations", got)
	}
	if got := <-answer; !got.done || got.err != nil || len(got.text) != 2000 {
		t.Errorf("the running answer ended with %d bytes, done %t, %v", len(got.text), got.done, got.err)
	}
	reply := d.Do(t, http.MethodPost, "/api/accounts/default/rotate", "")
	if reply.Status != http.StatusTooManyRequests || reply.Header.Get("Retry-After") == "" {
		t.Errorf("a rotation inside the floor answers %d %s", reply.Status, fmt.Sprint(reply.Header))
	}
}
