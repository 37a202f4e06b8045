package notify_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/ops/notify"
)

// TestEveryLanguageHasEveryWord: a kind that is told has words in all languages,
// with the same places to fill.
func TestEveryLanguageHasEveryWord(t *testing.T) {
	place := regexp.MustCompile(`\{\w+\}`)
	for _, kind := range notify.Audible() {
		var first []string
		for _, language := range []string{"en", "zh"} {
			title, text, detail := notify.Words(language, kind)
			if title == "" || text == "" {
				t.Errorf("%s has no words in %s", kind, language)
			}
			places := place.FindAllString(title+text+detail, -1)
			if first == nil {
				first = append([]string{}, places...)
			}
			if strings.Join(first, "") != strings.Join(places, "") {
				t.Errorf("%s: %s fills %v, English %v", kind, language, places, first)
			}
			for _, p := range places {
				if p != "{account}" && p != "{detail}" {
					t.Errorf("%s in %s: nothing fills %s", kind, language, p)
				}
			}
		}
	}
}

// TestEveryCodeIsSpoken holds the Chinese words against the codes of refused
// files where those are made.
func TestEveryCodeIsSpoken(t *testing.T) {
	source, err := os.ReadFile("../../cookie/reject.go")
	if err != nil {
		t.Fatal(err)
	}
	codes := regexp.MustCompile(`Code = "(E_\w+)"`).FindAllStringSubmatch(string(source), -1)
	if len(codes) < 15 {
		t.Fatalf("only %d codes were found", len(codes))
	}
	for _, code := range codes {
		if notify.Spoken("zh", code[1]) == "" {
			t.Errorf("there is no Chinese for %s", code[1])
		}
	}
}

// TestEveryFaultIsSpoken: each reason why Google cannot be reached has words of its
// own.
func TestEveryFaultIsSpoken(t *testing.T) {
	seen := make(map[string]bool)
	for _, fault := range cookie.Faults() {
		text := notify.Spoken("zh", string(fault))
		if text == "" || seen[text] || fault.Cause() == "" {
			t.Errorf("%s is %q in Chinese and %q in English", fault, text, fault.Cause())
		}
		seen[text] = true
	}
}

// TestEveryKindIsDocumented: who writes a receiver finds each event and its
// urgency.
func TestEveryKindIsDocumented(t *testing.T) {
	page, err := os.ReadFile("../../docs/notifications.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range append(notify.Audible(), notify.Report) {
		m := regexp.MustCompile("(?m)`" + string(kind) + "`.*$").FindString(string(page))
		if m == "" {
			t.Errorf("%s is not documented", kind)
		}
		if urgency := notify.UrgencyOf(kind); urgency != notify.Info && !strings.HasPrefix(m, "`"+string(kind)+"` | "+string(urgency)+" |") {
			t.Errorf("%s is documented as %q, its urgency is %s", kind, m, urgency)
		}
	}
}

func TestWordsAreFilled(t *testing.T) {
	tests := []struct {
		language string
		event    notify.Event
		title    string
		text     string // its beginning
	}{
		{"en", notify.Event{Kind: notify.EndsSoon, Account: "work", Detail: "2026-03-01 07:10"},
			"geminid: session work ends soon", "Expected end: 2026-03-01 07:10.\nThe session is about to end"},
		{"en", notify.Event{Kind: notify.EndsSoon, Account: "work"}, "geminid: session work ends soon", "The session is about to end"},
		{"en", notify.Event{Kind: notify.FileRejected, Code: "E_HTML", Detail: "x.txt: this is a web page."},
			"geminid: a cookie file was refused", "x.txt: this is a web page.\nThe session in use"},
		{"zh", notify.Event{Kind: notify.FileRejected, Code: "E_HTML", Detail: "x.txt: this is a web page."},
			"geminid：Cookie 文件被拒绝", "这是保存的网页"},
		{"zh", notify.Event{Kind: notify.FileRejected, Code: "E_HTML", File: "x.txt", Detail: "x.txt: this is a web page."},
			"geminid：Cookie 文件被拒绝", "x.txt: 这是保存的网页"},
		{"zh", notify.Event{Kind: notify.FileRejected, Code: "E_NEW", Detail: "something new."}, "geminid：Cookie 文件被拒绝", "something new."},
	}
	for _, test := range tests {
		bubble(t, func(t *testing.T) {
			s := open(t, notify.Config{Language: test.language})
			s.HandleEvent(test.event)
			s.wants(string(test.event.Kind))
			if m := s.phone.messages()[0]; m.Title != test.title || !strings.HasPrefix(m.Text, test.text) {
				t.Errorf("got %q\n%s\nwant %q\n%s…", m.Title, m.Text, test.title, test.text)
			}
		})
	}
}
