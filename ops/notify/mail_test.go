package notify_test

import (
	"context"
	"io"
	"log/slog"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"

	"github.com/geminid/geminid/ops/notify"
)

func letterTo(s *postOffice, scheme string) notify.Config {
	return notify.Config{Language: "zh", Server: "box", Mail: notify.Mail{
		Server: scheme + "://me%40mail.example@" + s.addr, Password: hidden("p4ss"), TLS: s.trust,
		From: "geminid <me@mail.example>", To: []string{"You <you@mail.example>", "two@mail.example"},
	}}
}

func TestMail(t *testing.T) {
	for name, h := range map[string]habits{
		"smtps": {implicit: true}, "smtp": {starttls: true}, "smtps with LOGIN": {implicit: true, login: true}, "smtp with LOGIN": {starttls: true, login: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := postal(t, h)
			scheme, _, _ := strings.Cut(name, " ")
			if out := try(t, letterTo(s, scheme)); out[0].Err != nil || out[0].Channel != "mail" {
				t.Fatalf("got %+v", out)
			}
			got := <-s.letters
			if !got.secure || got.login != "\x00me@mail.example\x00p4ss" || got.from != "<me@mail.example>" ||
				strings.Join(got.to, " ") != "<you@mail.example> <two@mail.example>" {
				t.Errorf("got %+v", got)
			}
			m, err := netmail.ReadMessage(strings.NewReader(got.text))
			if err != nil {
				t.Fatal(err)
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
			body, _ := io.ReadAll(quotedprintable.NewReader(m.Body))
			if err != nil || subject != "geminid：测试消息" || strings.TrimSpace(string(body)) != "通知可以送达。\r\n(box)" {
				t.Errorf("subject %q, body %q, %v", subject, body, err)
			}
			if _, err := m.Header.Date(); err != nil || m.Header.Get("Message-Id") == "" || m.Header.Get("Auto-Submitted") != "auto-generated" {
				t.Errorf("header %v, %v", m.Header, err)
			}
		})
	}
}

// TestPasswordStaysHome: without TLS no password is sent, and a stranger's
// certificate is not taken.
func TestPasswordStaysHome(t *testing.T) {
	plain := postal(t, habits{})
	if out := try(t, letterTo(plain, "smtp")); out[0].Err == nil || !strings.Contains(out[0].Err.Error(), "not sent in the clear") {
		t.Errorf("without TLS: %v", out[0].Err)
	}
	stranger := postal(t, habits{implicit: true})
	c := letterTo(stranger, "smtps")
	c.Mail.TLS = nil
	if out := try(t, c); out[0].Err == nil {
		t.Error("a certificate that nobody vouches for was taken")
	}
	for _, s := range []*postOffice{plain, stranger} {
		if talk := s.said(); strings.Contains(talk, "AUTH") {
			t.Errorf("the server heard %q", talk)
		}
	}
}

// TestMailRefusals: a lasting refusal is one, a passing one is not; what the
// server says is not repeated.
func TestMailRefusals(t *testing.T) {
	tests := []struct{ name, verb, answer, want string }{
		{"wrong password", "AUTH", "535 5.7.8 p4ss is wrong", "refused with 535"},
		{"unknown receiver", "RCPT", "550 5.1.1 no such user", "refused with 550"},
		{"one unknown, one on the grey list", "TO:<two@mail.example>", "451 4.7.1 come back", "try later (451)"},
		{"grey list", "RCPT", "451 4.7.1 come back", "try later (451)"},
		{"too much", "MAIL", "421 4.7.0 slow down", "try later (421)"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := postal(t, habits{implicit: true, refuse: map[string]string{test.verb: test.answer, "TO:<you@mail.example>": "550 5.1.1 no such user"}})
			err := try(t, letterTo(s, "smtps"))[0].Err
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "p4ss") {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// TestMailPartlyRefused: who can be written to is, and the log names who can not;
// it is not tried again.
func TestMailPartlyRefused(t *testing.T) {
	s := postal(t, habits{implicit: true, refuse: map[string]string{"TO:<you@mail.example>": "550 5.1.1 no such user"}})
	c, log := letterTo(s, "smtps"), new(journal)
	c.Logger = slog.New(slog.NewTextHandler(log, nil))
	n, err := notify.New(c)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { n.Run(ctx); close(done) }()
	n.HandleEvent(notify.Event{Kind: notify.Expired, Account: "default"})
	n.HandleEvent(notify.Event{Kind: notify.SecondHolder, Account: "default"})
	for range 2 {
		if got := <-s.letters; strings.Join(got.to, " ") != "<two@mail.example>" {
			t.Errorf("got %+v", got)
		}
	}
	cancel()
	<-done
	if len(s.letters) != 0 || !strings.Contains(log.String(), "did not reach everybody") || !strings.Contains(log.String(), "takes nothing for you@mail.example") {
		t.Errorf("%d more letters; the log says:\n%s", len(s.letters), log)
	}
	if err := try(t, letterTo(s, "smtps"))[0].Err; err == nil || !strings.Contains(err.Error(), "you@mail.example") {
		t.Errorf("the trial says %v", err)
	}
}

func TestMailNobodyThere(t *testing.T) {
	out := try(t, notify.Config{Mail: notify.Mail{Server: "smtp://127.0.0.1:1", From: "me@mail.example", To: []string{"you@mail.example"}}})
	if out[0].Err == nil || !strings.Contains(out[0].Err.Error(), "reaching the mail server") {
		t.Errorf("got %v", out[0].Err)
	}
}
