package notify_test

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/ops/notify"
)

// step is what is said at a time of the first day, which may have more than 24
// hours.
type step struct {
	at   time.Duration
	kind notify.Kind
	file string // the detail of a refused file
}

func at(hour, minute int, kind notify.Kind) step {
	return step{at: time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute, kind: kind}
}

func file(hour int, name string) step {
	return step{at: time.Duration(hour) * time.Hour, kind: notify.FileRejected, file: name}
}

// TestOverAtNight: what ended before it could be told is not told; the end of
// what was told is, also when a later message about it was still waiting. It is
// quiet from 23:00 to 07:00.
func TestOverAtNight(t *testing.T) {
	const (
		soon, expired, fine, bad, gone = notify.EndsSoon, notify.Expired, notify.Recovered, notify.RotationFailing, notify.Removed
		taken                          = notify.FileAccepted
	)
	tests := []struct {
		name  string
		steps []step
		want  string
	}{
		{"a reminder waits", []step{at(1, 0, expired), at(25, 1, expired), at(27, 0, fine)}, "session_expired session_recovered"},
		{"worse news wait", []step{at(22, 30, soon), at(25, 0, expired), at(29, 0, fine)}, "session_ends_soon session_recovered"},
		{"another file waits", []step{file(22, "a"), file(26, "b"), at(26, 5, taken)}, "file_rejected file_accepted"},
		{"a refused file that was received of, and a session that was not", []step{file(22, "a"), at(25, 0, expired), at(26, 0, taken), at(26, 1, fine)},
			"file_rejected session_recovered"},
		{"the renewal was received of, the end was not", []step{at(22, 0, bad), at(25, 0, expired), at(29, 0, fine)}, "rotation_failing session_recovered"},
		{"two troubles of one night", []step{at(1, 0, expired), file(2, "a"), at(2, 5, taken), at(2, 6, fine)}, ""},
		{"a second holder", []step{at(1, 0, notify.SecondHolder), at(2, 5, notify.SoleHolder)}, ""},
		{"a removed account", []step{at(3, 0, expired), file(3, "a"), at(4, 0, gone)}, ""},
		{"from bad to worse", []step{at(1, 0, bad), at(2, 0, soon), at(3, 0, expired)}, "session_expired"},
		{"there and gone and there", []step{at(1, 0, expired), at(2, 0, fine), at(3, 0, expired), at(9, 0, fine)}, "session_expired session_recovered"},
		{"gone and there and gone", []step{at(22, 0, expired), at(25, 0, fine), at(26, 0, expired), at(27, 0, fine)}, "session_expired session_recovered"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				midnight := time.Now()
				quiet, err := notify.ParseQuietHours(midnight.Add(-time.Hour).Format("15:04") + "-" + midnight.Add(7*time.Hour).Format("15:04"))
				if err != nil {
					t.Fatal(err)
				}
				s := open(t, notify.Config{QuietHours: quiet})
				for _, step := range test.steps {
					time.Sleep(time.Until(midnight.Add(step.at)))
					s.HandleEvent(notify.Event{Kind: step.kind, Account: "default", Detail: step.file})
					synctest.Wait()
				}
				time.Sleep(24 * time.Hour)
				s.wants(test.want)
			})
		})
	}
}

// TestOverWhileNothingGoesOut: the same when a receiver is down or the cap is
// reached.
func TestOverWhileNothingGoesOut(t *testing.T) {
	t.Run("down", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			s := open(t, notify.Config{})
			s.tell(notify.EndsSoon)
			s.phone.breaks(http.StatusBadGateway)
			s.QueueReport("The week", "It is tried, and all else waits behind it.")
			synctest.Wait()
			s.tell(notify.Expired, notify.SecondHolder, notify.Recovered, notify.SoleHolder)
			s.phone.breaks(0)
			time.Sleep(time.Hour)
			s.wants("session_ends_soon report session_recovered")
		})
	})
	t.Run("capped", func(t *testing.T) {
		bubble(t, func(t *testing.T) {
			s := open(t, notify.Config{PerHour: 1})
			s.tell(notify.EndsSoon, notify.Expired, notify.SecondHolder, notify.Recovered, notify.SoleHolder)
			time.Sleep(3 * time.Hour)
			s.wants("session_ends_soon session_recovered")
		})
	})
}

// TestOverOnEachChannel: an end goes where the trouble was told, and nowhere else.
func TestOverOnEachChannel(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{})
		s.tell(notify.Expired)
		both := notify.Config{
			Webhook: notify.Webhook{URL: hidden("https://hooks.example")}, Ntfy: notify.Ntfy{URL: hidden("https://ntfy.example/topic")},
		}
		if err := s.Reconfigure(both); err != nil {
			t.Fatal(err)
		}
		s.tell(notify.Recovered)
		if s.wants("session_expired session_recovered"); s.phone.asked() != 2 {
			t.Errorf("%d calls, want none through the channel that came later", s.phone.asked())
		}
	})
}
