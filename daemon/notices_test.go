package daemon_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/daemon"
	"github.com/geminid/geminid/daemon/config"
	"github.com/geminid/geminid/ops/notify"
	"github.com/geminid/geminid/supervisor"
	"github.com/geminid/geminid/upstream/simulator"
)

func TestStanding(t *testing.T) {
	at := time.Date(2026, 3, 1, 7, 10, 0, 0, time.Local)
	rejected := &supervisor.Event{Result: "rejected", Code: "E_HTML", Detail: "x.html: a web page."}
	tests := []struct {
		name    string
		account supervisor.Account
		want    string
	}{
		{"well", supervisor.Account{State: supervisor.Healthy}, "session_recovered rotation_works sole_holder"},
		{"two vain renewals are no news", supervisor.Account{State: supervisor.Healthy, RotationsFailed: 2}, "session_recovered sole_holder"},
		{"three are", supervisor.Account{State: supervisor.Healthy, RotationsFailed: 3}, "session_recovered rotation_failing sole_holder"},
		{"near its end", supervisor.Account{State: supervisor.Expiring, RotationsFailed: 4, PredictedEnd: at}, "session_ends_soon(2026-03-01 07:10) sole_holder"},
		{"near its end, who knows when", supervisor.Account{State: supervisor.Expiring}, "session_ends_soon sole_holder"},
		{"dead by another's hand", supervisor.Account{State: supervisor.Expired, SecondHolder: true}, "session_expired second_holder"},
		{"blocked", supervisor.Account{State: supervisor.Blocked, RotationsFailed: 5}, "blocked sole_holder"},
		{"blocked, with a trial to come", supervisor.Account{State: supervisor.Blocked, RetryAt: at}, "blocked(2026-03-01 07:10) sole_holder"},
		{"little left of the week", supervisor.Account{State: supervisor.Unknown, Quotas: week(0.09, at)}, "sole_holder quota_low(2026-03-01 07:10)"},
		{"less than that, who knows until when", supervisor.Account{State: supervisor.Unknown, Quotas: week(0, time.Time{})}, "sole_holder quota_low"},
		{"neither little nor enough", supervisor.Account{State: supervisor.Unknown, Quotas: week(0.15, at)}, "sole_holder"},
		{"enough of the week", supervisor.Account{State: supervisor.Unknown, Quotas: week(0.2, at)}, "sole_holder quota_fine"},
		{"nothing left of five hours, or of a model", supervisor.Account{State: supervisor.Unknown, Quotas: []cookie.Quota{
			{Model: cookie.EveryModel, Window: "5h"}, {Model: "pro", Window: cookie.WeekWindow},
		}}, "sole_holder"},
		{"not proven", supervisor.Account{State: supervisor.Unknown}, "sole_holder"},
		{"slowed down", supervisor.Account{State: supervisor.RateLimited}, "sole_holder"},
		{"gone", supervisor.Account{State: supervisor.Missing}, "removed sole_holder"},
		{"a bad file", supervisor.Account{State: supervisor.Unknown, LastFile: rejected}, "file_rejected(x.html: a web page.) sole_holder"},
		{"a good file", supervisor.Account{State: supervisor.Unknown, LastFile: &supervisor.Event{Result: "applied"}}, "file_accepted sole_holder"},
		{"a file that waits", supervisor.Account{State: supervisor.Unknown, LastFile: &supervisor.Event{Result: "parked"}}, " sole_holder"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.account.Name = "default"
			var got []string
			for _, e := range daemon.Standing(test.account) {
				word := string(e.Kind)
				if e.Detail != "" && e.Kind != notify.FileAccepted {
					word += "(" + e.Detail + ")"
				}
				got = append(got, word)
				if e.Account != "default" {
					t.Errorf("%s is about %q", e.Kind, e.Account)
				}
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got %q, want %q", strings.Join(got, " "), test.want)
			}
		})
	}
}

// week is what is left of an account's week.
func week(left float64, reset time.Time) []cookie.Quota {
	return []cookie.Quota{{Model: cookie.EveryModel, Window: "5h", Remaining: 1}, {Model: cookie.EveryModel, Window: cookie.WeekWindow, Remaining: left, Reset: reset}}
}

// pager is a webhook over real HTTP.
func pager(t *testing.T) (url string, pages chan notify.Message) {
	t.Helper()
	pages = make(chan notify.Message, 16)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		var m notify.Message
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			t.Error(err)
		}
		pages <- m
	}))
	t.Cleanup(server.Close)
	return server.URL + "/s3cret-path", pages
}

func await(t *testing.T, pages chan notify.Message, kind notify.Kind) notify.Message {
	t.Helper()
	select {
	case m := <-pages:
		if m.Event != kind {
			t.Fatalf("got %+v, want %s", m, kind)
		}
		return m
	case <-time.After(20 * time.Second):
		t.Fatalf("nobody was told of %s", kind)
		return notify.Message{}
	}
}

// TestOwnerIsTold: files that are refused and taken, through the whole house to
// a real receiver; a restart repeats nothing.
func TestOwnerIsTold(t *testing.T) {
	url, pages := pager(t)
	h := newHouse(t, t.TempDir(), simulator.SessionConfig{Name: "one"})
	if err := h.config.Settings.NotifyWebhook.UnmarshalText([]byte(url)); err != nil {
		t.Fatal(err)
	}
	h.config.Settings.NotifyName, h.config.Settings.Tick = "box", time.Second
	h.start()
	h.drop("cookies.txt", "<!doctype html><title>Sign in</title>")
	if m := await(t, pages, notify.FileRejected); m.Server != "box" || m.Account != "default" || !strings.Contains(m.Text, "cookies.txt") {
		t.Errorf("got %+v", m)
	}
	h.stop()
	h.start()
	h.drop("cookies.txt", netscapeFile(h.sim.AddSession(simulator.SessionConfig{Name: "two", Account: "1"})))
	await(t, pages, notify.FileAccepted)
	h.stop()
	if len(pages) != 0 {
		t.Errorf("and then %+v", <-pages)
	}
	book, err := os.ReadFile(filepath.Join(h.dir, "state", "notify.json"))
	if err != nil || strings.Contains(string(book)+h.log.String(), "s3cret") {
		t.Errorf("the book or the log tells the address: %v\n%s", err, book)
	}
}

// TestStrayFile: a file that belongs to no account is told once, however often the
// server looks and although a good one lies beside it; the next good file ends it.
func TestStrayFile(t *testing.T) {
	url, pages := pager(t)
	h := newHouse(t, t.TempDir(), simulator.SessionConfig{Name: "one"})
	if err := h.config.Settings.NotifyWebhook.UnmarshalText([]byte(url)); err != nil {
		t.Fatal(err)
	}
	h.config.Settings.Tick, h.config.Settings.NotifyLanguage = time.Second, "zh" // whose words name no file
	h.start()
	defer h.stop()
	h.drop("notes.txt", "shopping list: milk")
	if m := await(t, pages, notify.FileRejected); m.Account != "" || !strings.Contains(m.Text, "notes.txt") {
		t.Errorf("got %+v", m)
	}
	for range 20 {
		h.daemon.Tell()
	}
	if err := os.Remove(filepath.Join(h.dir, "inbox", "notes.txt")); err != nil {
		t.Fatal(err)
	}
	h.drop("cookies.txt", netscapeFile(h.session)+"\n") // brings nothing new, and is a good file all the same
	if m := await(t, pages, notify.FileAccepted); !strings.Contains(m.Text, "default") {
		t.Errorf("got %+v", m)
	}
	for range 20 {
		h.daemon.Tell()
	}
	h.drop("cookies.txt", "<!doctype html><title>Sign in</title>")
	if m := await(t, pages, notify.FileRejected); m.Account != "default" {
		t.Errorf("got %+v", m)
	}
}

func TestNotifyTest(t *testing.T) {
	url, pages := pager(t)
	h := newHouse(t, t.TempDir(), simulator.SessionConfig{Name: "one"})
	ask := func() (int, string) {
		recorder := httptest.NewRecorder()
		h.daemon.Control().ServeHTTP(recorder, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/notify/test", nil))
		return recorder.Code, recorder.Body.String()
	}
	h.start()
	if code, body := ask(); code != http.StatusBadRequest || !strings.Contains(body, "notify_webhook") {
		t.Errorf("without a channel: %d %s", code, body)
	}
	h.stop()
	for key, value := range map[*config.Secret]string{&h.config.Settings.NotifyWebhook: url, &h.config.Settings.NotifyNtfy: "http://127.0.0.1:1/s3cret"} {
		if err := key.UnmarshalText([]byte(value)); err != nil {
			t.Fatal(err)
		}
	}
	h.start()
	defer h.stop()
	code, body := ask()
	if code != http.StatusOK || !strings.Contains(body, `{"channel":"webhook","ok":true}`) ||
		!strings.Contains(body, `{"channel":"ntfy","ok":false,"error":"no answer`) || strings.Contains(body, "s3cret") {
		t.Errorf("%d %s", code, body)
	}
	await(t, pages, notify.Test)
	if code, _ := h.send(http.MethodPost, "/api/notify/test", ""); code != http.StatusNotFound {
		t.Errorf("from the street: %d", code)
	}
}

// TestReloadedChannel: an owner who sets up a channel need not restart, and hears
// at once of what has been wrong before.
func TestReloadedChannel(t *testing.T) {
	url, pages := pager(t)
	h, file := configured(t, "tick: 1s\nmodel_interval: 0s\n")
	h.drop("cookies.txt", "<!doctype html><title>Sign in</title>")
	put(t, file, "tick: 1s\nmodel_interval: 0s\nnotify_webhook: "+url+"\n")
	if code, body := h.post(); code != http.StatusOK || !strings.Contains(body, `"changed":["notify_webhook"]`) {
		t.Fatalf("%d %s", code, body)
	}
	await(t, pages, notify.FileRejected)
	put(t, file, "tick: 1s\nmodel_interval: 0s\nnotify_webhook: nowhere/s3cret\n")
	if code, body := h.post(); code != http.StatusBadRequest || strings.Contains(body, "s3cret") {
		t.Errorf("%d %s", code, body)
	}
	h.drop("cookies.txt", netscapeFile(h.sim.AddSession(simulator.SessionConfig{Name: "two", Account: "1"})))
	await(t, pages, notify.FileAccepted)
}

// TestOwnerHearsOfTheNetwork: that Google cannot be reached is notified once, by its
// reason and in the owner's language, and so is its end; a restart meanwhile
// resolves nothing.
func TestOwnerHearsOfTheNetwork(t *testing.T) {
	for language, want := range map[string][2]string{
		"en": {"cannot reach Google", "Why: "}, "zh": {"无法连接 Google", "原因："},
	} {
		t.Run(language, func(t *testing.T) {
			url, pages := pager(t)
			h := newHouse(t, t.TempDir(), simulator.SessionConfig{Name: "one"})
			if err := h.config.Settings.NotifyWebhook.UnmarshalText([]byte(url)); err != nil {
				t.Fatal(err)
			}
			h.config.Settings.NotifyLanguage = language
			h.start()
			h.drop("cookies.txt", netscapeFile(h.session))
			for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
				if status, body := h.ask("hi"); status == http.StatusOK {
					break
				} else if time.Now().After(end) {
					t.Fatalf("%d %s", status, body)
				}
			}
			h.sim.SetFault(simulator.Fault{Kind: simulator.Outage})
			for range 3 {
				if status, _ := h.ask("hi"); status == http.StatusOK {
					t.Fatal("answered without a network")
				}
			}
			for range 3 {
				h.daemon.Tell()
			}
			m := await(t, pages, notify.Unreachable)
			if !strings.Contains(m.Title, want[0]) || !strings.HasPrefix(m.Text, want[1]) || m.Urgency != notify.Critical || m.Account != "" {
				t.Errorf("got %+v", m)
			}
			h.stop()
			h.start()
			h.daemon.Tell()
			h.sim.ClearFaults()
			if status, body := h.ask("hi"); status != http.StatusOK {
				t.Fatalf("%d %s", status, body)
			}
			// The probe of the start may still fail behind the answer.
			for end := time.Now().Add(20 * time.Second); len(pages) == 0 && time.Now().Before(end); {
				h.daemon.Tell()
				time.Sleep(20 * time.Millisecond)
			}
			await(t, pages, notify.Reachable)
			h.stop()
			if len(pages) != 0 {
				t.Errorf("and then %+v", <-pages)
			}
		})
	}
}
