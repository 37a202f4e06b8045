package story_test

import (
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// TestStopWithManyStreams: of a hundred running answers the short ones are
// finished and the long ones ended with an error, all by the drain limit; nobody
// new is let in meanwhile.
func TestStopWithManyStreams(t *testing.T) {
	_, home, _ := house(t, "drain_timeout: 6s")
	d := harness.Serve(t, home)
	const crowd = 100
	var answers [crowd]chan told
	for i := range crowd {
		prompt := "[long 2000] [bytes 100] [slow 100ms] a story of two seconds"
		if i%2 == 1 {
			prompt = "[long 40000] [bytes 40] [slow 50ms] a story without an end"
		}
		var began chan struct{}
		began, answers[i] = listen(t.Context(), t, d, prompt)
		<-began
	}
	asked := time.Now()
	d.Signal(syscall.SIGTERM)
	harness.Eventually(t, 10*time.Second, "new connections are refused", func() bool {
		conn, err := net.Dial("tcp", strings.TrimPrefix(d.URL, "http://"))
		if err == nil {
			conn.Close()
		}
		return err != nil
	})
	whole, ended := 0, 0
	for i := range crowd {
		switch got := <-answers[i]; {
		case got.done && got.err == nil && len(got.text) == 2000:
			whole++
		case !got.done && got.err != nil && strings.Contains(got.err.Error(), "told in the stream"):
			ended++
		default:
			t.Errorf("answer %d ended with %d bytes, done %t, %v", i, len(got.text), got.done, got.err)
		}
	}
	if code := d.Wait(t); code != 0 {
		t.Errorf("the daemon ended with %d, want 0", code)
	}
	t.Logf("%d finished, %d ended with an error, %s after the signal", whole, ended, time.Since(asked).Round(time.Millisecond))
	if whole+ended != crowd || ended < crowd/2 {
		t.Errorf("%d finished and %d ended with an error, want %d together", whole, ended, crowd)
	}
	harness.Serve(t, home) // the session was saved
}
