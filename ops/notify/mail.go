package notify

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	netmail "net/mail"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// Mail sends e-mail through a mail server.
type Mail struct {
	// Server is smtps://user@host:465 (TLS from the start) or smtp://user@host:587
	// (TLS if the server offers it, required if there is a password). Empty is no
	// mail.
	Server   string
	Password Secret // nil or empty: no sign-in
	From     string
	To       []string
	// Hello is the name by which this machine introduces itself (EHLO); empty means
	// its host name.
	Hello string
	// TLS nil means the system's certificates.
	TLS *tls.Config
}

type mail struct {
	host, address, user string
	implicit            bool // TLS from the start
	password            Secret
	hello               string // empty: the host name at the time of sending
	from                *netmail.Address
	to                  []*netmail.Address
	tls                 *tls.Config
}

// helloName is a host name or an address literal such as [192.0.2.1].
var helloName = regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\[[A-Za-z0-9.:]+\])$`)

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
	if s.Hello != "" && !helloName.MatchString(s.Hello) {
		return nil, errors.New("notify_mail_hello is not a host name such as box.example.org")
	}
	m := &mail{host: u.Hostname(), user: u.User.Username(), implicit: u.Scheme == "smtps", password: s.Password, hello: s.Hello, tls: s.TLS}
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

// introduction is the name for EHLO: the setting, else the host name, else the
// address literal of the connection (RFC 5321, section 4.1.3). Never localhost, which
// mail servers that check the name refuse.
func (s *mail) introduction(local net.Addr) string {
	if s.hello != "" {
		return s.hello
	}
	name, err := os.Hostname()
	if err == nil && helloName.MatchString(name) && !strings.HasPrefix(name, "localhost") {
		return name
	}
	at, err := netip.ParseAddrPort(local.String())
	if err != nil {
		return "[127.0.0.1]"
	}
	ip := at.Addr().Unmap().WithZone("")
	if ip.Is6() {
		return "[IPv6:" + ip.String() + "]"
	}
	return "[" + ip.String() + "]"
}

// tlsConfig verifies the server's certificate wherever that protects something. It
// protects nothing without a password: then a server that offers no TLS is written to
// in the clear, and one on this machine cannot be overheard. So a local relay works
// with the self-signed certificate of its package.
func (s *mail) tlsConfig(remote net.Addr) *tls.Config {
	config := s.tls.Clone()
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	config.ServerName = s.host
	at, err := netip.ParseAddrPort(remote.String())
	local := err == nil && at.Addr().Unmap().IsLoopback()
	config.InsecureSkipVerify = revealSecret(s.password) == "" && (local || !s.implicit)
	return config
}

// compose writes a message as a mail.
func (s *mail) compose(m Message) *gomail.Msg {
	_, domain, _ := strings.Cut(s.from.Address, "@")
	mail := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	mail.FromMailAddress(s.from)
	mail.ToMailAddress(s.to...)
	mail.Subject(strings.Join(strings.Fields(m.Title), " "))
	mail.SetDateWithValue(m.Time.In(time.UTC))
	mail.SetMessageIDWithValue(m.ID + "@" + domain)
	mail.SetGenHeader("Auto-Submitted", "auto-generated")
	mail.SetBodyString(gomail.TypeTextPlain, m.textWithServer()+"\n")
	return mail
}
