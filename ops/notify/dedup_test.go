package notify_test

import (
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/ops/notify"
)

// unstarted is a dispatcher that has no Run: a crash before any delivery.
func unstarted(t *testing.T, path string) *notify.Dispatcher {
	t.Helper()
	d, err := notify.New(notify.Config{Path: path, Logger: slog.New(slog.DiscardHandler),
		Webhook: notify.Webhook{URL: hidden("https://hooks.example/key")}, Transport: &phone{}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestEventsAreSavedAtOnce: each event is on the disk when HandleEvent returns, with
// what it began, what it ended and what waits, whether it was delivered or not.
func TestEventsAreSavedAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "notify.json")
		unstarted(t, path).HandleEvent(notify.Event{Kind: notify.Expired, Account: "default"})
		unstarted(t, path).HandleEvent(notify.Event{Kind: notify.Expired, Account: "default"}) // no second one
		unstarted(t, path).QueueReport("The week", "All was well.")
		s := open(t, notify.Config{Path: path})
		s.wants("session_expired report")
		s.stop()

		unstarted(t, path).HandleEvent(notify.Event{Kind: notify.Recovered, Account: "default"})
		s = open(t, notify.Config{Path: path})
		s.tell(notify.Recovered)
		s.wants("session_recovered")
		s.stop()

		unstarted(t, path).HandleEvent(notify.Event{Kind: notify.SecondHolder, Account: "default"})
		unstarted(t, path).HandleEvent(notify.Event{Kind: notify.SoleHolder, Account: "default"})
		s = open(t, notify.Config{Path: path})
		s.wants("") // over before it was tried
		s.tell(notify.SecondHolder)
		s.wants("second_holder") // and forgotten
	})
}

// TestAttemptsAreSaved: a message that was attempted may have arrived, which a restart
// remembers: its trouble is not taken back without a word.
func TestAttemptsAreSaved(t *testing.T) {
	bubble(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "notify.json")
		s := open(t, notify.Config{Path: path})
		s.phone.breaks(http.StatusGatewayTimeout)
		s.tell(notify.Expired)
		s.stop()
		s = open(t, notify.Config{Path: path, Transport: &phone{status: http.StatusGatewayTimeout}})
		s.tell(notify.Recovered)
		s.phone.breaks(0)
		time.Sleep(time.Hour)
		s.wants("session_expired session_recovered")
	})
}

// TestReminderComesAfterADay: not a moment earlier, and at the very moment.
func TestReminderComesAfterADay(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{})
		s.tell(notify.Expired)
		time.Sleep(24*time.Hour - 1)
		s.tell(notify.Expired)
		s.wants("session_expired")
		time.Sleep(time.Nanosecond)
		s.tell(notify.Expired)
		s.wants("session_expired session_expired")
	})
}

// TestBackoffDoubles: half a minute after the first failure, twice as long after each
// further one, and never longer than half an hour. A success begins anew.
func TestBackoffDoubles(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{})
		for round := range 2 {
			s.phone.breaks(http.StatusBadGateway)
			s.QueueReport("The week", "All was well.")
			synctest.Wait()
			calls := s.phone.asked()
			for _, wait := range []time.Duration{
				30 * time.Second, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 30 * time.Minute, 30 * time.Minute,
			} {
				time.Sleep(wait - 1)
				synctest.Wait()
				if got := s.phone.asked(); got != calls {
					t.Fatalf("round %d: asked again before %s", round, wait)
				}
				time.Sleep(time.Nanosecond)
				synctest.Wait()
				if got := s.phone.asked(); got != calls+1 {
					t.Fatalf("round %d: %d calls after %s, want one more than %d", round, got, wait, calls)
				}
				calls++
			}
			s.phone.breaks(0)
			time.Sleep(30 * time.Minute)
			synctest.Wait()
		}
		s.wants("report report")
		if log := s.log.String(); strings.Count(log, "could not be sent") != 2 || strings.Count(log, "arrive again") != 2 {
			t.Errorf("the log says:\n%s", log)
		}
	})
}

// TestOnlyTheFirstIsAttempted: a message behind one that cannot be delivered was not
// attempted, so it goes without a trace if its trouble is over. Deliveries that never
// failed do not arrive again.
func TestOnlyTheFirstIsAttempted(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{})
		s.QueueReport("The week", "All was well.")
		s.wants("report")
		if strings.Contains(s.log.String(), "arrive again") {
			t.Errorf("the log says:\n%s", s.log)
		}
		s.phone.breaks(http.StatusBadGateway)
		s.QueueReport("The week", "All was well.")
		s.tell(notify.Expired, notify.SecondHolder)
		time.Sleep(10 * time.Minute)
		s.tell(notify.Recovered, notify.SoleHolder)
		s.phone.breaks(0)
		time.Sleep(time.Hour)
		s.wants("report report")
	})
}

// TestRetryAfterIsBounded: a receiver cannot hold a message back for longer than half
// an hour.
func TestRetryAfterIsBounded(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{})
		s.phone.busy("86400")
		s.tell(notify.Expired)
		time.Sleep(30*time.Minute - 1)
		if s.phone.asked() != 1 {
			t.Errorf("%d calls before the time", s.phone.asked())
		}
		time.Sleep(time.Nanosecond)
		if synctest.Wait(); s.phone.asked() != 2 {
			t.Errorf("%d calls after half an hour", s.phone.asked())
		}
	})
}

// TestMessagesExpire: a message of exactly a day is sent, an older one is dropped.
func TestMessagesExpire(t *testing.T) {
	for age, want := range map[time.Duration]string{24 * time.Hour: "report", 24*time.Hour + time.Second: ""} {
		bubble(t, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "notify.json")
			unstarted(t, path).QueueReport("The week", "All was well.")
			time.Sleep(age)
			open(t, notify.Config{Path: path}).wants(want)
		})
	}
}

// TestCapCountsAnHour: the place of a message is free exactly an hour after it.
func TestCapCountsAnHour(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{PerHour: 1})
		s.QueueReport("one", "")
		s.QueueReport("two", "")
		s.wants("report")
		time.Sleep(time.Hour - 1)
		s.wants("report")
		time.Sleep(time.Nanosecond)
		s.wants("report report")
	})
}

// TestQuietHoursBounds: the first minute belongs to them, the last does not.
func TestQuietHoursBounds(t *testing.T) {
	for _, test := range []struct {
		clock string
		quiet bool
	}{{"21:59:59", false}, {"22:00:00", true}, {"00:00:00", true}, {"06:59:59", true}, {"07:00:00", false}, {"12:00:00", false}} {
		bubble(t, func(t *testing.T) {
			at, err := time.ParseInLocation("2006-01-02 15:04:05", "2000-01-02 "+test.clock, time.Local)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Until(at))
			quiet, err := notify.ParseQuietHours("22:00-07:00")
			if err != nil {
				t.Fatal(err)
			}
			s := open(t, notify.Config{QuietHours: quiet})
			s.QueueReport("one", "")
			s.wants(map[bool]string{true: "", false: "report"}[test.quiet])
		})
	}
}
