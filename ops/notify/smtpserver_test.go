package notify_test

import (
	"bufio"
	"cmp"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strings"
	"sync"
	"testing"
)

// smtpServer is a mail server that speaks as much SMTP as a real one needs to be
// talked to.
type smtpServer struct {
	behavior
	addr       string
	trust      *tls.Config
	keys       *tls.Config
	deliveries chan delivery

	mu       sync.Mutex
	received strings.Builder
}

// behavior are what tells mail servers apart.
type behavior struct {
	implicit, starttls bool
	login              bool              // signs in with LOGIN only
	refuse             map[string]string // answers that are not yes, by verb or by what follows it
	hangUpOn           func(hello string) bool
	mechanisms         string // offered ones; empty is PLAIN and LOGIN
}

type delivery struct {
	secure                   bool
	hello, login, from, text string
	to                       []string
}

// startSMTPServer listens on loopback until the test ends.
func startSMTPServer(t *testing.T, h behavior) *smtpServer {
	t.Helper()
	server := &smtpServer{behavior: h, deliveries: make(chan delivery, 4)}
	// The HTTP test server has a certificate for 127.0.0.1 and who trusts it.
	authority := httptest.NewTLSServer(http.NotFoundHandler())
	defer authority.Close()
	server.keys = &tls.Config{Certificates: authority.TLS.Certificates}
	server.trust = authority.Client().Transport.(*http.Transport).TLSClientConfig
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server.addr = listener.Addr().String()
	var all sync.WaitGroup
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() { defer conn.Close(); server.serve(conn) })
		}
	})
	t.Cleanup(func() { listener.Close(); all.Wait() })
	return server
}

func (s *smtpServer) transcript() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.received.String()
}

func (s *smtpServer) serve(conn net.Conn) {
	secure := s.implicit
	if s.implicit {
		conn = tls.Server(conn, s.keys)
	}
	in := textproto.NewReader(bufio.NewReader(conn))
	say := func(text string) { fmt.Fprintf(conn, "%s\r\n", text) }
	say("220 mail.example ready")
	l := delivery{secure: secure}
	for {
		line, err := in.ReadLine()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.received.WriteString(line + "\n")
		s.mu.Unlock()
		verb, rest, _ := strings.Cut(line, " ")
		verb = strings.ToUpper(verb)
		if no := cmp.Or(s.refuse[verb], s.refuse[rest]); no != "" {
			say(no)
			continue
		}
		switch verb {
		case "EHLO":
			l.hello = rest
			if s.hangUpOn != nil && s.hangUpOn(rest) {
				return
			}
			say("250-mail.example")
			if s.starttls && !l.secure {
				say("250-STARTTLS")
			}
			say("250 AUTH " + cmp.Or(s.mechanisms, map[bool]string{false: "PLAIN LOGIN", true: "LOGIN XOAUTH2"}[s.login]))
		case "STARTTLS":
			say("220 go on")
			conn, l.secure = tls.Server(conn, s.keys), true
			in = textproto.NewReader(bufio.NewReader(conn))
		case "AUTH":
			for _, question := range map[bool][]string{true: {"Username:", "Password:"}}[rest == "LOGIN"] {
				say("334 " + base64.StdEncoding.EncodeToString([]byte(question)))
				answer, _ := in.ReadLine()
				word, _ := base64.StdEncoding.DecodeString(answer)
				l.login += "\x00" + string(word)
			}
			if plain, found := strings.CutPrefix(rest, "PLAIN "); found {
				word, _ := base64.StdEncoding.DecodeString(plain)
				l.login = string(word)
			}
			say("235 welcome")
		case "MAIL":
			l.from, _, _ = strings.Cut(strings.TrimPrefix(rest, "FROM:"), " ")
			say("250 yes")
		case "RCPT":
			l.to = append(l.to, strings.TrimPrefix(rest, "TO:"))
			say("250 yes")
		case "DATA":
			say("354 speak")
			lines, _ := in.ReadDotLines()
			l.text = strings.Join(lines, "\r\n")
			say("250 taken")
			s.deliveries <- l
		case "QUIT":
			say("221 bye")
			return
		default:
			say("500 what?")
		}
	}
}
