package notify_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/ops/notify"
)

// TestRetry: a receiver that is down is asked ever less often, and gets the
// message when it is back.
func TestRetry(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{})
		s.phone.breaks(http.StatusBadGateway)
		s.tell(notify.Expired)
		time.Sleep(6 * time.Hour)
		if s.phone.asked() < 8 || s.phone.asked() > 20 {
			t.Errorf("%d calls in six hours", s.phone.asked())
		}
		s.phone.breaks(0)
		time.Sleep(time.Hour)
		s.wants("session_expired")
		said := s.log.String()
		if strings.Count(said, "could not be sent") != 1 || strings.Count(said, "arrive again") != 1 {
			t.Errorf("the log says:\n%s", said)
		}
	})
}

// TestStaleNews: what could not be told for a day is not told any more.
func TestStaleNews(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{})
		s.phone.breaks(http.StatusBadGateway)
		s.tell(notify.SecondHolder)
		time.Sleep(25 * time.Hour)
		s.phone.breaks(0)
		time.Sleep(time.Hour)
		s.wants("")
	})
}

// TestRefused: no retry will change the mind of a receiver that says no; the
// next message is tried all the same.
func TestRefused(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{})
		s.phone.breaks(http.StatusUnauthorized)
		s.tell(notify.Expired)
		time.Sleep(time.Hour)
		if s.phone.asked() != 1 || !strings.Contains(s.log.String(), "geminid notify test") {
			t.Errorf("%d calls; the log says:\n%s", s.phone.asked(), s.log)
		}
		s.phone.breaks(0)
		s.tell(notify.Recovered)
		s.wants("session_recovered")
		if strings.Contains(s.log.String(), "key-in-the-path") {
			t.Errorf("the log tells the address:\n%s", s.log)
		}
	})
}

// TestLater: a receiver that says when is asked then.
func TestLater(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{})
		s.phone.busy("600")
		s.tell(notify.Expired)
		time.Sleep(9 * time.Minute)
		if s.phone.asked() != 1 {
			t.Errorf("%d calls before the time", s.phone.asked())
		}
		s.phone.breaks(0)
		time.Sleep(2 * time.Minute)
		s.wants("session_expired")
	})
}

// night are the seven hours from now on, wherever the tests run.
func night(t *testing.T) notify.QuietHours {
	now := time.Now()
	q, err := notify.ParseQuietHours(now.Format("15:04") + "-" + now.Add(7*time.Hour).Format("15:04"))
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// TestTakenBack: nobody hears of trouble that ended before it could be told, but
// what may have arrived gets its end.
func TestTakenBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{QuietHours: night(t)})
		s.tell(notify.Expired, notify.Recovered)
		time.Sleep(8 * time.Hour)
		s.wants("")

		s.phone.breaks(http.StatusGatewayTimeout) // it may have taken it
		s.tell(notify.Expired, notify.Recovered)
		s.phone.breaks(0)
		time.Sleep(time.Hour)
		s.wants("session_expired session_recovered")
	})
}

// TestQuietHours: what is still so in the morning is told then.
func TestQuietHours(t *testing.T) {
	bubble(t, func(t *testing.T) {
		morning := time.Now().Add(7 * time.Hour)
		s := open(t, notify.Config{QuietHours: night(t)})
		s.tell(notify.Expired)
		time.Sleep(6 * time.Hour)
		s.wants("")
		time.Sleep(2 * time.Hour)
		s.wants("session_expired")
		if late := s.phone.took().Sub(morning); late < 0 || late > time.Minute {
			t.Errorf("told %s after the end of the night", late)
		}
	})
}

// TestCap: a storm becomes a few messages an hour, and none is lost.
func TestCap(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{PerHour: 3})
		for i := range 8 {
			s.HandleEvent(notify.Event{Kind: notify.Expired, Account: fmt.Sprint("account", i)})
		}
		for hour, want := range []int{3, 6, 8, 8} {
			time.Sleep(30 * time.Minute)
			if got := len(strings.Fields(s.phone.kinds())); got != want {
				t.Errorf("%d messages after hour %d, want %d", got, hour+1, want)
			}
			time.Sleep(30 * time.Minute)
		}
	})
}

// TestQueueIsBounded: a channel that is dead for long keeps the latest fifty.
func TestQueueIsBounded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{PerHour: 1000})
		s.phone.breaks(http.StatusBadGateway)
		for i := range 500 {
			s.HandleEvent(notify.Event{Kind: notify.Expired, Account: fmt.Sprint("account", i)})
		}
		synctest.Wait() // for the first call, which fails
		s.phone.breaks(0)
		time.Sleep(time.Hour)
		if m := s.phone.messages(); len(m) != 50 || m[49].Account != "account499" {
			t.Errorf("%d messages came", len(m))
		}
	})
}

func TestParseQuiet(t *testing.T) {
	for _, bad := range []string{"22:00", "22-7", "25:00-07:00", "07:00-07:00", "x-y", "-"} {
		if _, err := notify.ParseQuietHours(bad); err == nil || !strings.Contains(err.Error(), "22:00-07:00") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, good := range []string{"", "22:00-07:00", "12:30 - 13:30"} {
		if _, err := notify.ParseQuietHours(good); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}
