package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http"
	netmail "net/mail"
	"net/smtp"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Mail sends e-mail through a mail server.
type Mail struct {
	// Server is smtps://user@host:465 (TLS from the start) or
	// smtp://user@host:587 (TLS as soon as the server offers it, which is
	// demanded when there is a password). Empty is no mail.
	Server   string
	Password Secret // nil or empty: no sign-in
	From     string
	To       []string
	// TLS nil means the system's certificates.
	TLS *tls.Config
}

type mail struct {
	host, address, user string
	implicit            bool // TLS from the start
	password            Secret
	from                *netmail.Address
	to                  []*netmail.Address
	tls                 *tls.Config
}

func newMail(c Config, _ *http.Client) (notifier, error) {
	s := c.Mail
	if s.Server == "" && len(s.To) == 0 {
		return nil, nil
	}
	u, err := url.Parse(s.Server)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, errors.New("the server is not smtps://user@host:465 or smtp://user@host:587")
	}
	if _, given := u.User.Password(); given {
		return nil, errors.New("the password does not belong into the server's address")
	}
	if s.From == "" || len(s.To) == 0 {
		return nil, errIncomplete
	}
	if u.User.Username() == "" && revealSecret(s.Password) != "" {
		return nil, errors.New("the server's address names no user for the password: smtps://user@host:465")
	}
	m := &mail{host: u.Hostname(), user: u.User.Username(), implicit: u.Scheme == "smtps", password: s.Password, tls: s.TLS}
	m.address = net.JoinHostPort(m.host, u.Port())
	if u.Port() == "" {
		m.address = net.JoinHostPort(m.host, map[bool]string{true: "465", false: "587"}[m.implicit])
	}
	if m.from, err = netmail.ParseAddress(s.From); err != nil {
		return nil, errors.New("the sender is not a mail address")
	}
	if m.to, err = netmail.ParseAddressList(strings.Join(s.To, ", ")); err != nil {
		return nil, errors.New("a receiver is not a mail address")
	}
	return m, nil
}

func (s *mail) notify(ctx context.Context, m Message) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", s.address)
	if err != nil {
		return fmt.Errorf("reaching the mail server: %w", err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	config := s.tls.Clone()
	if config == nil {
		config = &tls.Config{}
	}
	config.ServerName = s.host
	line := conn
	if s.implicit {
		line = tls.Client(conn, config)
	}
	client, err := smtp.NewClient(line, s.host)
	if err != nil {
		return fmt.Errorf("the mail server does not greet: %w", err)
	}
	left, err := s.talk(client, config, m)
	if err != nil {
		return classifySMTPError(err)
	}
	_ = client.Quit() // the message is taken; the rest is manners
	if len(left) > 0 {
		return partialError{fmt.Errorf("the mail server takes nothing for %s", strings.Join(left, ", "))}
	}
	return nil
}

// classifySMTPError tells a lasting refusal (5xx) from one that may pass (4xx, network).
// The server's words may repeat what it was sent, so they are left out.
func classifySMTPError(err error) error {
	var answer *textproto.Error
	switch {
	case !errors.As(err, &answer):
		return err
	case answer.Code >= 500:
		return permanentError{fmt.Errorf("the mail server refused with %d", answer.Code)}
	}
	return fmt.Errorf("the mail server asks to try later (%d)", answer.Code)
}

// talk delivers to all receivers but those that are left, whom the server refuses.
func (s *mail) talk(client *smtp.Client, config *tls.Config, m Message) (left []string, err error) {
	if err := s.signIn(client, config); err != nil {
		return nil, err
	}
	if err := client.Mail(s.from.Address); err != nil {
		return nil, err
	}
	if left, err = s.addressees(client); err != nil {
		return nil, err
	}
	body, err := client.Data()
	if err != nil {
		return nil, err
	}
	if _, err := body.Write(s.letter(m)); err != nil {
		return nil, err
	}
	return left, body.Close()
}

// addressees names the receivers. It fails when nobody is left to write to, with an
// error that may pass when there is one.
func (s *mail) addressees(client *smtp.Client) (left []string, err error) {
	for _, to := range s.to {
		no := client.Rcpt(to.Address)
		var never permanentError
		if no == nil {
			continue
		}
		if left = append(left, to.Address); err == nil || !errors.As(classifySMTPError(no), &never) {
			err = no
		}
	}
	if len(left) == len(s.to) {
		return nil, err
	}
	return left, nil
}

func (s *mail) signIn(client *smtp.Client, config *tls.Config) error {
	if offered, _ := client.Extension("STARTTLS"); !s.implicit && offered {
		if err := client.StartTLS(config); err != nil {
			return fmt.Errorf("securing the connection to the mail server: %w", err)
		}
	}
	if password := revealSecret(s.password); password != "" {
		if _, secure := client.TLSConnectionState(); !secure {
			return permanentError{errors.New("the mail server offers no TLS, and the password is not sent in the clear")}
		}
		_, offered := client.Extension("AUTH")
		auth := smtp.PlainAuth("", s.user, password, s.host)
		if ways := strings.Fields(strings.ToUpper(offered)); slices.Contains(ways, "LOGIN") && !slices.Contains(ways, "PLAIN") {
			auth = &login{s.user, password}
		}
		if err := client.Auth(auth); err != nil {
			return fmt.Errorf("signing in at the mail server: %w", err)
		}
	}
	return nil
}

// login signs in as servers want it that know no PLAIN: they ask for the user,
// then for the password. Their words differ, their order does not.
type login []string

// Start implements smtp.Auth.
func (*login) Start(*smtp.ServerInfo) (string, []byte, error) { return "LOGIN", nil, nil }

// Next implements smtp.Auth.
func (l *login) Next(_ []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	if len(*l) == 0 {
		return nil, errors.New("the mail server asks for more than a user and a password")
	}
	answer := (*l)[0]
	*l = (*l)[1:]
	return []byte(answer), nil
}

func (s *mail) letter(m Message) []byte {
	var b bytes.Buffer
	_, domain, _ := strings.Cut(s.from.Address, "@")
	var to []string
	for _, address := range s.to {
		to = append(to, address.String())
	}
	for _, line := range [][2]string{
		{"From", s.from.String()}, {"To", strings.Join(to, ", ")},
		{"Subject", mime.QEncoding.Encode("utf-8", strings.Join(strings.Fields(m.Title), " "))},
		{"Date", m.Time.Format(time.RFC1123Z)}, {"Message-ID", "<" + m.ID + "@" + domain + ">"},
		{"Auto-Submitted", "auto-generated"}, {"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"}, {"Content-Transfer-Encoding", "quoted-printable"},
	} {
		fmt.Fprintf(&b, "%s: %s\r\n", line[0], line[1])
	}
	b.WriteString("\r\n")
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(strings.ReplaceAll(m.textWithServer(), "\n", "\r\n") + "\r\n")) // into memory
	_ = w.Close()
	return b.Bytes()
}
