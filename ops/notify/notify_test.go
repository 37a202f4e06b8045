package notify_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/ops/notify"
)

// TestNews: what was told is told again only when it is worth it, and its end
// only when it was told.
func TestNews(t *testing.T) {
	const (
		soon, expired, blocked, fine = notify.EndsSoon, notify.Expired, notify.Blocked, notify.Recovered
		bad, good                    = notify.RotationFailing, notify.RotationWorks
	)
	tests := []struct {
		name string
		told []notify.Kind
		want string
	}{
		{"all is well from the start", []notify.Kind{fine, good, notify.FileAccepted, notify.SoleHolder}, ""},
		{"what there is not", []notify.Kind{"", "rain"}, ""},
		{"trouble is told once", []notify.Kind{expired, expired, expired}, "session_expired"},
		{"and so is its end", []notify.Kind{expired, fine, fine}, "session_expired session_recovered"},
		{"it may come again", []notify.Kind{expired, fine, expired, fine}, "session_expired session_recovered session_expired session_recovered"},
		{"worse news take the place of bad ones", []notify.Kind{bad, soon, bad, expired, soon, fine},
			"rotation_failing session_ends_soon rotation_failing session_expired session_ends_soon session_recovered"},
		{"renewal fails and works", []notify.Kind{bad, bad, good, good}, "rotation_failing rotation_works"},
		{"an end hides the renewal's", []notify.Kind{bad, expired, good, fine}, "rotation_failing session_expired session_recovered"},
		{"blocked", []notify.Kind{blocked, blocked, fine}, "blocked session_recovered"},
		{"a second holder leaves in silence", []notify.Kind{notify.SecondHolder, notify.SoleHolder, notify.SecondHolder}, "second_holder second_holder"},
		{"a removed account is forgotten", []notify.Kind{expired, notify.Removed, fine}, "session_expired"},
		{"a refused file and a good one", []notify.Kind{notify.FileRejected, notify.FileRejected, notify.FileAccepted}, "file_rejected file_accepted"},
		{"the good file that brings the session back is told by that", []notify.Kind{expired, notify.FileRejected, notify.FileAccepted, fine},
			"session_expired file_rejected session_recovered"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s := open(t, notify.Config{})
				s.tell(test.told...)
				s.wants(test.want)
			})
		})
	}
}

// TestOthersServe: while other accounts serve, the end of one is no critical matter
// and no request is said to be refused; a wait is named with its end.
func TestOthersServe(t *testing.T) {
	for _, tt := range []struct {
		name, language string
		event          notify.Event
		urgency        notify.Urgency
		says, not      string
	}{
		{"alone", "en", notify.Event{Kind: notify.Expired}, notify.Critical, "requests are refused", "other accounts"},
		{"others serve", "en", notify.Event{Kind: notify.Expired, Others: true}, notify.Warning, "the other accounts answer requests", "refused"},
		{"others serve, in Chinese", "zh", notify.Event{Kind: notify.Expired, Others: true}, notify.Warning, "由其他账号应答", "拒绝"},
		{"unreadable, others serve", "en", notify.Event{Kind: notify.Unreadable, Others: true}, notify.Warning, "The account serves nothing", "refused"},
		{"blocked", "en", notify.Event{Kind: notify.Blocked, Detail: "2026-03-01 07:10"}, notify.Warning, "one trial call at 2026-03-01 07:10", "{"},
		{"blocked, in Chinese", "zh", notify.Event{Kind: notify.Blocked, Detail: "2026-03-01 07:10"}, notify.Warning, "2026-03-01 07:10 试一次", "{"},
		{"renewal fails", "en", notify.Event{Kind: notify.RotationFailing, Detail: "2026-03-01 07:10"}, notify.Warning, "Next attempt: 2026-03-01 07:10.", "{"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s := open(t, notify.Config{Language: tt.language})
				tt.event.Account = "work"
				s.HandleEvent(tt.event)
				s.wants(string(tt.event.Kind))
				m := s.phone.messages()[0]
				if m.Urgency != tt.urgency || !strings.Contains(m.Text, tt.says) || strings.Contains(m.Text, tt.not) {
					t.Errorf("%s: %s", m.Urgency, m.Text)
				}
			})
		})
	}
}

func TestAccountsAreApart(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{})
		s.HandleEvent(notify.Event{Kind: notify.Expired, Account: "one"})
		s.HandleEvent(notify.Event{Kind: notify.Recovered, Account: "two"})
		s.HandleEvent(notify.Event{Kind: notify.Expired, Account: "two"})
		s.wants("session_expired session_expired")
	})
}

// TestFiles: another refused file is news, also one that nobody could place; the
// next good one ends both.
func TestFiles(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{})
		refused := func(account, detail string) {
			s.HandleEvent(notify.Event{Kind: notify.FileRejected, Account: account, Code: "E_HTML", Detail: detail})
		}
		refused("", "a.html is a web page")
		refused("", "a.html is a web page")
		refused("", "b.html is a web page")
		refused("default", "c.html is a web page")
		s.wants("file_rejected file_rejected file_rejected")
		s.HandleEvent(notify.Event{Kind: notify.FileAccepted, Account: "default"})
		s.HandleEvent(notify.Event{Kind: notify.FileAccepted, Account: "default"})
		s.wants("file_rejected file_rejected file_rejected file_accepted")
	})
}

// TestReminder: a session that stays dead is remembered once a day.
func TestReminder(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{})
		for range 3 * 24 * 60 {
			s.tell(notify.Expired, notify.RotationFailing)
			time.Sleep(time.Minute)
		}
		if got := strings.Count(s.phone.kinds(), "session_expired"); got != 3 {
			t.Errorf("told %d times in three days: %s", got, s.phone.kinds())
		}
		if got := strings.Count(s.phone.kinds(), "rotation_failing"); got > 3 {
			t.Errorf("the lesser trouble is told %d times", got)
		}
	})
}

// TestReminderAfterClockWasAhead: what was told by a clock that was years ahead is
// told again by the right one, and from then on once a day.
func TestReminderAfterClockWasAhead(t *testing.T) {
	bubble(t, func(t *testing.T) {
		ahead := 3 * 365 * 24 * time.Hour
		s := open(t, notify.Config{Now: func() time.Time { return time.Now().Add(ahead).Round(0) }})
		s.tell(notify.Expired)
		time.Sleep(time.Minute)
		ahead = 0
		for range 36 {
			s.tell(notify.Expired)
			time.Sleep(time.Hour)
		}
		if got := strings.Count(s.phone.kinds(), "session_expired"); got != 3 {
			t.Errorf("told %d times, want once before, at once after, and a day later", got)
		}
	})
}

// TestRestart: neither what was told nor what waits is lost, and the file keeps
// to its owner.
func TestRestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify.json")
	bubble(t, func(t *testing.T) {
		first := open(t, notify.Config{Path: path})
		first.tell(notify.Expired)
		first.phone.breaks(502)
		first.tell(notify.SecondHolder)
		first.stop()
		first.wants("session_expired")

		second := open(t, notify.Config{Path: path})
		second.tell(notify.Expired, notify.SecondHolder)
		second.wants("second_holder")
		second.tell(notify.Recovered)
		second.wants("second_holder session_recovered")
	})
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v, want mode 0600", info, err)
	}
	if err := os.WriteFile(path, []byte("{broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{Path: path})
		s.tell(notify.Expired)
		s.wants("session_expired")
		if !strings.Contains(s.log.String(), "cannot be read") {
			t.Errorf("the log says %s", s.log)
		}
	})
}

// TestUnwritableBook: a full disk keeps nobody from being told, and is said once.
func TestUnwritableBook(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "notify.json")
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{Path: path})
		s.tell(notify.Expired, notify.Recovered)
		s.wants("session_expired session_recovered")
		if n := strings.Count(s.log.String(), "cannot be saved"); n != 1 {
			t.Errorf("said %d times:\n%s", n, s.log)
		}
	})
}

func TestReport(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{Server: "box"})
		s.QueueReport("The week", "All was well.")
		s.QueueReport("The week", "All was well.")
		s.wants("report report")
		if m := s.phone.messages()[0]; m.Title != "The week" || m.Text != "All was well." || m.Server != "box" || m.Urgency != notify.Info {
			t.Errorf("got %+v", m)
		}
	})
}

// TestReconfigure: channels come and go while it runs, without waiting for the
// pause of the one before; a broken change changes nothing.
func TestReconfigure(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := open(t, notify.Config{})
		s.phone.breaks(http.StatusBadGateway)
		s.tell(notify.Expired)
		if err := s.Reconfigure(notify.Config{Language: "xx"}); err == nil {
			t.Error("a language that there is not was taken")
		}
		if err := s.Reconfigure(notify.Config{Webhook: notify.Webhook{URL: hidden("nowhere")}}); err == nil {
			t.Error("an address that there is not was taken")
		}
		if got := s.EnabledChannels(); len(got) != 1 || got[0] != "webhook" {
			t.Errorf("channels %v", got)
		}
		s.phone.breaks(0)
		if err := s.Reconfigure(notify.Config{Webhook: notify.Webhook{URL: hidden("https://new.example")}, Language: "zh"}); err != nil {
			t.Fatal(err)
		}
		s.wants("session_expired") // at once
		s.tell(notify.Expired, notify.Recovered)
		s.wants("session_expired session_recovered")
		if m := s.phone.messages()[1]; !strings.Contains(m.Title, "已恢复") {
			t.Errorf("got %q", m.Title)
		}
		if err := s.Reconfigure(notify.Config{}); err != nil || len(s.EnabledChannels()) != 0 {
			t.Errorf("%v, channels %v", err, s.EnabledChannels())
		}
		s.tell(notify.Expired)
		s.wants("session_expired session_recovered")
	})
}

// TestNobody: without a channel nothing is kept.
func TestNobody(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify.json")
	n, err := notify.New(notify.Config{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	n.HandleEvent(notify.Event{Kind: notify.Expired, Account: "default"})
	n.QueueReport("a", "b")
	over, stop := context.WithCancel(t.Context())
	stop()
	n.Run(over)
	if _, err := os.Stat(path); err == nil || len(n.EnabledChannels()) != 0 || len(n.SendTest(t.Context())) != 0 {
		t.Error("something happened")
	}
}

func TestConfigIsChecked(t *testing.T) {
	web := notify.Webhook{URL: hidden("https://hooks.example")}
	mail := notify.Mail{Server: "smtps://me@mail.example", From: "me@mail.example", To: []string{"You <you@mail.example>"}}
	with := func(change func(*notify.Mail)) notify.Config { m := mail; change(&m); return notify.Config{Mail: m} }
	tests := []struct {
		name   string
		config notify.Config
		want   string // in the error, empty for none
	}{
		{"nothing", notify.Config{}, ""},
		{"webhook", notify.Config{Webhook: web}, ""},
		{"no scheme", notify.Config{Webhook: notify.Webhook{URL: hidden("hooks.example/s3cret")}}, "webhook: needs an http or https address"},
		{"language", notify.Config{Webhook: web, Language: "de"}, "use en or zh"},
		{"ntfy", notify.Config{Ntfy: notify.Ntfy{URL: hidden("https://ntfy.example/topic")}}, ""},
		{"ntfy without a topic", notify.Config{Ntfy: notify.Ntfy{URL: hidden("https://ntfy.example/")}}, "ntfy: needs the topic's address"},
		{"half a telegram", notify.Config{Telegram: notify.Telegram{Chat: "1"}}, "telegram: is only half set up"},
		{"a telegram server without scheme", notify.Config{Telegram: notify.Telegram{Chat: "1", Token: hidden("t"), API: "relay"}}, "telegram: needs"},
		{"mail", notify.Config{Mail: mail}, ""},
		{"mail to nobody", with(func(m *notify.Mail) { m.To = nil }), "mail: is only half set up"},
		{"mail over http", with(func(m *notify.Mail) { m.Server = "https://mail.example" }), "mail: the server is not"},
		{"password in the address", with(func(m *notify.Mail) { m.Server = "smtps://me:s3cret@mail.example" }), "mail: the password does not belong"},
		{"password of nobody", with(func(m *notify.Mail) { m.Server, m.Password = "smtps://mail.example", hidden("s3cret") }), "mail: the server's address names no user"},
		{"two lines of sender", with(func(m *notify.Mail) { m.From = "me@mail.example\r\nBcc: all@mail.example" }), "mail: the sender"},
		{"no receiver", with(func(m *notify.Mail) { m.To = []string{"you"} }), "mail: a receiver"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := notify.New(test.config)
			switch {
			case test.want == "" && err != nil:
				t.Error(err)
			case test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)):
				t.Errorf("got %v, want %q", err, test.want)
			case err != nil && strings.Contains(err.Error(), "s3cret"):
				t.Errorf("the error tells the secret: %v", err)
			}
		})
	}
}

// TestUnreadableBook: what was told before is there and cannot be read. It is not
// written over, and taken up when it can be.
func TestUnreadableBook(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notify.json")
	bubble(t, func(t *testing.T) {
		first := open(t, notify.Config{Path: path})
		first.tell(notify.Expired)
		first.wants("session_expired")
	})
	told, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path, path+".real"); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(path, path); err != nil {
		t.Fatal(err)
	}
	bubble(t, func(t *testing.T) {
		second := open(t, notify.Config{Path: path})
		second.tell(notify.SecondHolder)
		second.wants("second_holder")
		if to, err := os.Readlink(path); err != nil || to != path {
			t.Fatalf("it was written over: %q, %v", to, err)
		}
		if err := os.Rename(path+".real", path); err != nil {
			t.Fatal(err)
		}
		second.tell(notify.RotationFailing)
		second.tell(notify.Expired)
		second.wants("second_holder rotation_failing")
	})
	now, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(now), "second_holder") || len(now) <= len(told) {
		t.Errorf("%s, %v", now, err)
	}
}
