package notify_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/geminid/geminid/ops/notify"
)

// brokenOnce is a channel with a fault in its first call.
type brokenOnce struct {
	phone
	broken bool
}

// RoundTrip implements http.RoundTripper.
func (b *brokenOnce) RoundTrip(r *http.Request) (*http.Response, error) {
	if !b.broken {
		b.broken = true
		panic("a prompt")
	}
	return b.phone.RoundTrip(r)
}

// TestPanicCostsOneMessage: the message whose delivery panics is given up and said, and
// the next one arrives.
func TestPanicCostsOneMessage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		receiver := new(brokenOnce)
		s := openWith(t, notify.Config{Transport: receiver}, &receiver.phone)
		s.tell(notify.Expired)
		s.tell(notify.Recovered)
		s.wants("session_recovered")
		if text := s.log.String(); strings.Count(text, "level=ERROR") != 1 || !strings.Contains(text, "fault of this program") || strings.Contains(text, "a prompt") {
			t.Errorf("logged %s", text)
		}
	})
}
