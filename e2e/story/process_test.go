package story_test

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// A second daemon on the same state must not rotate the first one's session
// away: it ends at once and says who is there.
func TestSecondDaemonEnds(t *testing.T) {
	_, home, _ := house(t)
	first := harness.Serve(t, home)
	_, said, code := harness.Run(t, harness.Command{
		Name: "geminid", Home: home.Dir, Args: []string{"serve", "--config", home.Config(), "--listen", harness.FreeAddr(t)},
	})
	if code != 75 {
		t.Errorf("the second ended with %d, want 75", code)
	}
	if !strings.Contains(said, fmt.Sprint(first.Pid())) {
		t.Errorf("the second does not name process %d: %s", first.Pid(), said)
	}
	if reply := first.Do(t, http.MethodGet, "/readyz", ""); reply.Status != http.StatusOK {
		t.Errorf("the first answers %d now", reply.Status)
	}
	first.Kill()
	harness.Serve(t, home) // the lock went with its owner
}

func TestPublicAddressWantsAKey(t *testing.T) {
	_, home, _ := house(t)
	_, said, code := harness.Run(t, harness.Command{
		Name: "geminid", Home: home.Dir, Args: []string{"serve", "--config", home.Config(), "--listen", "0.0.0.0:0"},
	})
	if code != 78 {
		t.Errorf("ended with %d, want 78", code)
	}
	if !strings.Contains(said, "geminid keys add") {
		t.Errorf("it does not say what to do: %s", said)
	}
}

func TestBadConfigEnds(t *testing.T) {
	home := harness.NewHome(t)
	home.Configure(t, "lisen: 127.0.0.1:8100")
	for _, command := range []string{"serve", "check-config"} {
		_, said, code := harness.Run(t, harness.Command{Name: "geminid", Home: home.Dir, Args: []string{command, "--config", home.Config()}})
		if code != 78 || !strings.Contains(said, "lisen") || !strings.Contains(said, "listen") {
			t.Errorf("%s ended with %d: %s", command, code, said)
		}
	}
}

// Pulling the plug right after a rotation must not lose the new value: the old
// one is worth nothing any more.
func TestKillKeepsTheRotatedValue(t *testing.T) {
	sim, home, session := house(t)
	admin := home.AddKey(t, "boss", "--admin")
	first := harness.Launch(t, home)
	first.Key = admin
	first.AwaitState(t, "valid", 10*time.Second)
	reply := first.Do(t, http.MethodPost, "/api/accounts/default/rotate", "")
	if reply.Status != http.StatusOK {
		t.Fatalf("a forced rotation answers %d %s", reply.Status, reply.Body)
	}
	first.Kill()
	if rotations := sim.Rotations(t, session); rotations != 1 {
		t.Fatalf("the upstream saw %d rotations, want 1", rotations)
	}
	sim.EndGrace(t, session) // only the newest value is any good now
	second := harness.Serve(t, home)
	second.Key = admin
	second.AwaitState(t, "valid", 10*time.Second)
	if rotations := sim.Rotations(t, session); rotations != 1 {
		t.Errorf("the restart rotated again: %d rotations", rotations)
	}
	_, answer := listen(t.Context(), t, second, "are you still there")
	if got := <-answer; !got.done || got.err != nil {
		t.Errorf("the session does not serve after the restart: %+v", got)
	}
}

// A stop lets answers finish and takes no new ones.
func TestStopDrainsStreams(t *testing.T) {
	_, home, _ := house(t, "drain_timeout: 20s")
	d := harness.Serve(t, home)
	began, answer := listen(t.Context(), t, d, "[long 2000] [bytes 100] [slow 100ms] a story of two seconds")
	<-began
	d.Signal(syscall.SIGTERM)
	got := <-answer
	if !got.done || got.err != nil || len(got.text) != 2000 {
		t.Errorf("the running answer ended with %d bytes, done %t, %v", len(got.text), got.done, got.err)
	}
	if code := d.Wait(t); code != 0 {
		t.Errorf("the daemon ended with %d, want 0", code)
	}
}

// An answer that outlasts the drain is ended with an error, not silently.
func TestStopEndsLongStreams(t *testing.T) {
	_, home, _ := house(t, "drain_timeout: 1s")
	d := harness.Serve(t, home)
	began, answer := listen(t.Context(), t, d, "[long 40000] [bytes 40] [slow 50ms] a story without an end")
	<-began
	d.Signal(syscall.SIGTERM)
	if got := <-answer; got.done || got.err == nil {
		t.Errorf("a cut answer looks whole: %d bytes, done %t, %v", len(got.text), got.done, got.err)
	}
	if code := d.Wait(t); code != 0 {
		t.Errorf("the daemon ended with %d, want 0", code)
	}
}

// Expired cookies are told as such, at once and without asking the upstream.
func TestExpiredCookies(t *testing.T) {
	sim, home, session := house(t, "tick: 1s") // the confirming probe comes 30 s after the first sign
	admin := home.AddKey(t, "boss", "--admin")
	d := harness.Launch(t, home)
	d.Key = admin
	d.AwaitState(t, "valid", 10*time.Second)
	sim.Revoke(t, session)
	harness.Eventually(t, 60*time.Second, "requests are refused for good", func() bool {
		return d.Do(t, http.MethodPost, "/v1/chat/completions", question("hello")).Status == http.StatusForbidden
	})
	before := sim.Calls(t)
	reply := d.Do(t, http.MethodPost, "/v1/chat/completions", question("hello"))
	var failure struct {
		Error struct{ Type, Code, Message string }
	}
	reply.JSON(t, &failure)
	if failure.Error.Code != "cookies_expired" || failure.Error.Type != "permission_error" || reply.Header.Get("X-Should-Retry") != "false" {
		t.Errorf("got %d %v %s", reply.Status, reply.Header, reply.Body)
	}
	reply = d.Do(t, http.MethodPost, "/v1beta/models/gemini-2.5-flash:generateContent", `{"contents":[{"parts":[{"text":"hello"}]}]}`)
	var gemini struct {
		Error struct {
			Code   int
			Status string
		}
	}
	reply.JSON(t, &gemini)
	if gemini.Error.Code != 403 || gemini.Error.Status != "PERMISSION_DENIED" {
		t.Errorf("got %d %s", reply.Status, reply.Body)
	}
	if after := sim.Calls(t); after != before {
		t.Errorf("refusing made %d upstream calls", after-before)
	}
	if reply := d.Do(t, http.MethodGet, "/readyz", ""); reply.Status != http.StatusServiceUnavailable {
		t.Errorf("/readyz answers %d", reply.Status)
	}
	d.AwaitState(t, "expired", time.Second)
}
