package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"regexp"
	"slices"
	"strings"

	"github.com/wneessen/go-mail/smtp"
)

// notify delivers to every receiver that the server accepts. It speaks SMTP step by
// step, because go-mail's own client sends nothing at all if one receiver is refused.
func (s *mail) notify(ctx context.Context, m Message) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", s.address)
	if err != nil {
		return fmt.Errorf("reaching the mail server: %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	refused, err := s.transact(conn, m)
	switch {
	case ctx.Err() != nil && err != nil:
		return fmt.Errorf("the mail server does not answer in time: %w", context.Cause(ctx))
	case err != nil:
		return err
	case len(refused) > 0:
		return partialError{fmt.Errorf("the mail server takes nothing for %s", strings.Join(refused, ", "))}
	}
	return nil
}

// transact is one SMTP session. refused are the receivers that the server does not
// accept while it accepts others.
func (s *mail) transact(conn net.Conn, m Message) (refused []string, err error) {
	config, hello, line := s.tlsConfig(conn.RemoteAddr()), s.introduction(conn.LocalAddr()), conn
	if s.implicit {
		line = tls.Client(conn, config)
	}
	client, err := smtp.NewClient(line, s.host)
	if err != nil {
		return nil, fmt.Errorf("the mail server does not greet: %w", classifySMTPError(err))
	}
	if err := client.Hello(hello); err != nil {
		return nil, &helloError{hello, classifySMTPError(err)}
	}
	if offered, _ := client.Extension("STARTTLS"); !s.implicit && offered {
		if err := client.StartTLS(config); err != nil {
			return nil, fmt.Errorf("securing the connection to the mail server: %w", classifySMTPError(err))
		}
	}
	if err := s.signIn(client); err != nil {
		return nil, err
	}
	if refused, err = s.send(client, m); err != nil {
		if blamesHello(err) {
			return nil, &helloError{hello, classifySMTPError(err)}
		}
		return nil, classifySMTPError(err)
	}
	_ = client.Quit() // best effort, the message is accepted
	return refused, nil
}

// mechanisms are the ways to sign in, the most common first: some servers advertise
// more than their accounts can do.
var mechanisms = []struct {
	name string
	auth func(user, password, host string) smtp.Auth
}{
	{"PLAIN", func(user, password, host string) smtp.Auth { return smtp.PlainAuth("", user, password, host, false) }},
	{"LOGIN", func(user, password, host string) smtp.Auth { return smtp.LoginAuth(user, password, host, false) }},
	{"SCRAM-SHA-256", func(user, password, _ string) smtp.Auth { return smtp.ScramSHA256Auth(user, password) }},
	{"SCRAM-SHA-1", func(user, password, _ string) smtp.Auth { return smtp.ScramSHA1Auth(user, password) }},
}

// signIn signs in if there is a password, and only over TLS.
func (s *mail) signIn(client *smtp.Client) error {
	password := revealSecret(s.password)
	if password == "" {
		return nil
	}
	if _, secure := client.TLSConnectionState(); !secure {
		return permanentError{errors.New("the mail server offers no TLS, and the password is not sent in the clear")}
	}
	_, list := client.Extension("AUTH")
	offered := strings.Fields(strings.ToUpper(list))
	for _, m := range mechanisms {
		if slices.Contains(offered, m.name) {
			if err := client.Auth(m.auth(s.user, password, s.host)); err != nil {
				return fmt.Errorf("signing in at the mail server: %w", classifySMTPError(err))
			}
			return nil
		}
	}
	return permanentError{errors.New("the mail server offers no way to sign in with a password; take one with an app password, or a relay without sign-in")}
}

// send hands the mail over. It fails if no receiver is accepted, with an error that
// may pass if there is one.
func (s *mail) send(client *smtp.Client, m Message) (refused []string, err error) {
	if err := client.Mail("<" + s.from.Address + ">"); err != nil {
		return nil, err
	}
	for _, to := range s.to {
		no := client.Rcpt("<" + to.Address + ">")
		if no == nil {
			continue
		}
		if refused = append(refused, to.Address); err == nil || !isPermanent(no) {
			err = no
		}
	}
	if len(refused) == len(s.to) {
		return nil, err
	}
	body, err := client.Data()
	if err != nil {
		return nil, err
	}
	if _, err := s.compose(m).WriteTo(body); err != nil {
		return nil, err
	}
	return refused, body.Close()
}

// helloError says that the server does not accept this machine's name.
type helloError struct {
	name string
	err  error
}

// Error implements error.
func (e *helloError) Error() string {
	return fmt.Sprintf("the mail server does not accept the name %s in the greeting (EHLO): %v; set notify_mail_hello to the full host name of this server", e.name, e.err)
}

// Unwrap returns the cause.
func (e *helloError) Unwrap() error { return e.err }

var aboutHello = regexp.MustCompile(`(?i)\b(helo|ehlo)\b`)

// blamesHello reports whether a later answer is about the name in the greeting: most
// servers check it only when they know the receiver.
func blamesHello(err error) bool {
	answer, ok := errors.AsType[*textproto.Error](err)
	return ok && aboutHello.MatchString(answer.Msg)
}

func isPermanent(err error) bool {
	answer, ok := errors.AsType[*textproto.Error](err)
	return ok && answer.Code >= 500
}

// classifySMTPError distinguishes a lasting refusal (5xx) from a failure that may
// pass (4xx, network). It leaves out the server's words, because they may repeat the
// mail or the password.
func classifySMTPError(err error) error {
	answer, ok := errors.AsType[*textproto.Error](err)
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("it closes the connection")
	case !ok:
		return err
	case answer.Code >= 500:
		return permanentError{fmt.Errorf("the mail server refused with %d", answer.Code)}
	}
	return fmt.Errorf("the mail server asks to try later (%d)", answer.Code)
}
