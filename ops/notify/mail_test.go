package notify_test

import (
	"context"
	"io"
	"log/slog"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"os"
	"strings"
	"testing"

	"github.com/geminid/geminid/ops/notify"
)

func mailConfig(s *smtpServer, scheme string) notify.Config {
	return notify.Config{Language: "zh", Server: "box", Mail: notify.Mail{
		Server: scheme + "://me%40mail.example@" + s.addr, Password: hidden("p4ss"), TLS: s.trust,
		From: "geminid <me@mail.example>", To: []string{"You <you@mail.example>", "two@mail.example"},
	}}
}

func TestMail(t *testing.T) {
	for name, h := range map[string]behavior{
		"smtps": {implicit: true}, "smtp": {starttls: true}, "smtps with LOGIN": {implicit: true, login: true}, "smtp with LOGIN": {starttls: true, login: true},
	} {
		t.Run(name, func(t *testing.T) {
			s := startSMTPServer(t, h)
			scheme, _, _ := strings.Cut(name, " ")
			if out := try(t, mailConfig(s, scheme)); out[0].Err != nil || out[0].Channel != "mail" {
				t.Fatalf("got %+v", out)
			}
			got := <-s.deliveries
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
	plain := startSMTPServer(t, behavior{})
	if out := try(t, mailConfig(plain, "smtp")); out[0].Err == nil || !strings.Contains(out[0].Err.Error(), "not sent in the clear") {
		t.Errorf("without TLS: %v", out[0].Err)
	}
	stranger := startSMTPServer(t, behavior{implicit: true})
	c := mailConfig(stranger, "smtps")
	c.Mail.TLS = nil
	if out := try(t, c); out[0].Err == nil {
		t.Error("a certificate that nobody vouches for was taken")
	}
	for _, s := range []*smtpServer{plain, stranger} {
		if talk := s.transcript(); strings.Contains(talk, "AUTH") {
			t.Errorf("the server received %q", talk)
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
			s := startSMTPServer(t, behavior{implicit: true, refuse: map[string]string{test.verb: test.answer, "TO:<you@mail.example>": "550 5.1.1 no such user"}})
			err := try(t, mailConfig(s, "smtps"))[0].Err
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "p4ss") {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

// TestMailPartlyRefused: who can be written to is, and the log names who cannot;
// it is not tried again.
func TestMailPartlyRefused(t *testing.T) {
	s := startSMTPServer(t, behavior{implicit: true, refuse: map[string]string{"TO:<you@mail.example>": "550 5.1.1 no such user"}})
	c, log := mailConfig(s, "smtps"), new(journal)
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
		if got := <-s.deliveries; strings.Join(got.to, " ") != "<two@mail.example>" {
			t.Errorf("got %+v", got)
		}
	}
	cancel()
	<-done
	if len(s.deliveries) != 0 || !strings.Contains(log.String(), "did not reach everybody") || !strings.Contains(log.String(), "takes nothing for you@mail.example") {
		t.Errorf("%d more deliveries; the log says:\n%s", len(s.deliveries), log)
	}
	if err := try(t, mailConfig(s, "smtps"))[0].Err; err == nil || !strings.Contains(err.Error(), "you@mail.example") {
		t.Errorf("the trial says %v", err)
	}
}

func TestMailNobodyThere(t *testing.T) {
	out := try(t, notify.Config{Mail: notify.Mail{Server: "smtp://127.0.0.1:1", From: "me@mail.example", To: []string{"you@mail.example"}}})
	if out[0].Err == nil || !strings.Contains(out[0].Err.Error(), "reaching the mail server") {
		t.Errorf("got %v", out[0].Err)
	}
}

// TestMailHello: the server learns the host name, or the name of the setting, and
// never localhost, which relays that check the name hang up on.
func TestMailHello(t *testing.T) {
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ setting, want string }{{"", host}, {"box.mail.example", "box.mail.example"}, {"[192.0.2.7]", "[192.0.2.7]"}} {
		s := startSMTPServer(t, behavior{implicit: true, hangUpOn: func(hello string) bool { return strings.Contains(hello, "localhost") }})
		c := mailConfig(s, "smtps")
		c.Mail.Hello = test.setting
		if out := try(t, c); out[0].Err != nil {
			t.Fatalf("%q: %v", test.setting, out[0].Err)
		}
		if got := <-s.deliveries; got.hello != test.want {
			t.Errorf("with the setting %q the server is greeted by %q, want %q", test.setting, got.hello, test.want)
		}
	}
}

// TestMailHelloRefused: whenever the server refuses the name, the error says which
// setting changes it.
func TestMailHelloRefused(t *testing.T) {
	tests := map[string]behavior{
		"connection closed": {hangUpOn: func(string) bool { return true }},
		"at once":           {refuse: map[string]string{"EHLO": "550 5.7.1 not with that name", "HELO": "550 5.7.1 not with that name"}},
		"at the receiver":   {refuse: map[string]string{"RCPT": "504 5.5.2 <box>: Helo command rejected: need fully-qualified hostname"}},
		"at the sender":     {refuse: map[string]string{"MAIL": "421 4.7.0 Try again later, closing connection. (EHLO)"}},
	}
	for name, b := range tests {
		t.Run(name, func(t *testing.T) {
			b.implicit = true
			c := mailConfig(startSMTPServer(t, b), "smtps")
			c.Mail.Hello = "box"
			err := try(t, c)[0].Err
			if err == nil || !strings.Contains(err.Error(), "does not accept the name box") || !strings.Contains(err.Error(), "notify_mail_hello") {
				t.Errorf("got %v", err)
			}
		})
	}
	c := mailConfig(startSMTPServer(t, behavior{implicit: true}), "smtps")
	for _, hello := range []string{"two words", "box\r\nMAIL FROM:<x@y>", "-box", "bücher.example"} {
		c.Mail.Hello = hello
		if _, err := notify.New(c); err == nil || !strings.Contains(err.Error(), "notify_mail_hello") {
			t.Errorf("%q: got %v", hello, err)
		}
	}
}

// TestMailLocalRelay: the relay of this machine has a certificate that nobody vouches
// for. That is no obstacle while there is no password that it would have to protect.
func TestMailLocalRelay(t *testing.T) {
	for _, b := range []behavior{{starttls: true}, {implicit: true}} {
		scheme := map[bool]string{true: "smtps", false: "smtp"}[b.implicit]
		s := startSMTPServer(t, b)
		c := notify.Config{Mail: notify.Mail{Server: scheme + "://" + s.addr, From: "me@mail.example", To: []string{"you@mail.example"}}}
		if err := try(t, c)[0].Err; err != nil {
			t.Fatalf("%s: %v", scheme, err)
		}
		if got := <-s.deliveries; !got.secure {
			t.Errorf("%s: it was sent in the clear although TLS was offered", scheme)
		}
		c = mailConfig(s, scheme)
		c.Mail.TLS = nil
		if err := try(t, c)[0].Err; err == nil || !strings.Contains(err.Error(), "certificate") {
			t.Errorf("%s with a password: %v", scheme, err)
		}
		if talk := s.transcript(); strings.Contains(talk, "AUTH") {
			t.Errorf("%s: the password was sent: %q", scheme, talk)
		}
	}
}

// TestMailMechanisms: the first one that both sides know is used, in whatever case
// the server writes it; without any the error says so and nothing is sent.
func TestMailMechanisms(t *testing.T) {
	for offered, want := range map[string]string{
		"XOAUTH2 plain": "AUTH PLAIN", "LOGIN SCRAM-SHA-256": "AUTH LOGIN", "SCRAM-SHA-1 SCRAM-SHA-256": "AUTH SCRAM-SHA-256", "XOAUTH2": "",
	} {
		s := startSMTPServer(t, behavior{implicit: true, mechanisms: offered})
		err := try(t, mailConfig(s, "smtps"))[0].Err
		if talk := s.transcript(); want != "" && !strings.Contains(talk, want+"\n") && !strings.Contains(talk, want+" ") {
			t.Errorf("%q: %v, and the server got %q", offered, err, talk)
		}
		if want == "" && (err == nil || !strings.Contains(err.Error(), "no way to sign in")) {
			t.Errorf("%q: %v", offered, err)
		}
	}
}
