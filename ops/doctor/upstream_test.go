package doctor_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/ops/doctor"
	"github.com/geminid/geminid/upstream/geminiweb"
)

// talker listens on loopback and has answer talk to whoever connects.
func talker(t *testing.T, answer func(conn net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
			answer(conn)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}

// connectProxy answers CONNECT with a status line.
func connectProxy(t *testing.T, status string) string {
	return talker(t, func(conn net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			fmt.Fprintf(conn, "HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", status)
		}
	})
}

// socksProxy answers the greeting of SOCKS5, and the request of a connection, with
// these bytes.
func socksProxy(t *testing.T, greeting, reply []byte) string {
	return talker(t, func(conn net.Conn) {
		buffer := make([]byte, 512)
		for _, answer := range [][]byte{greeting, reply} {
			if _, err := conn.Read(buffer); err != nil || answer == nil {
				return
			}
			if _, err := conn.Write(answer); err != nil {
				return
			}
		}
		_, _ = io.Copy(io.Discard, conn)
	})
}

// TestUpstreamCauses: every way in which the upstream is out of reach has its name
// and its cure, and is not a matter of the clock. The transport is the server's own.
func TestUpstreamCauses(t *testing.T) {
	const secret = "s3cretpass"
	web := httptest.NewUnstartedServer(http.NotFoundHandler())
	web.Config.ErrorLog = log.New(io.Discard, "", 0)
	web.StartTLS()
	t.Cleanup(web.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	of := func(scheme, host string) *url.URL {
		return &url.URL{Scheme: scheme, Host: host}
	}
	signed := func(scheme, host string) *url.URL {
		return &url.URL{Scheme: scheme, Host: host, User: url.UserPassword("me", secret)}
	}
	host := func(address string) string { return strings.SplitN(address, "://", 2)[1] }
	socksReply := func(code byte) []byte { return []byte{5, code, 0, 1, 0, 0, 0, 0, 0, 0} }
	for _, test := range []struct {
		name      string
		proxy     *url.URL
		redirect  *url.URL
		text, fix string
	}{
		{"407 without a password", of("http", connectProxy(t, "407 Proxy Authentication Required")), nil, "asks for a user and a password", "user:password@"},
		{"407 with a password", signed("http", connectProxy(t, "407 Proxy Authentication Required")), nil, "does not accept its user and password", "%XX"},
		{"403", of("http", connectProxy(t, "403 Forbidden")), nil, "does not allow connections", "gemini.google.com"},
		{"503", of("http", connectProxy(t, "503 Service Unavailable")), nil, "the proxy cannot reach the upstream", "log"},
		{"a web server", of("http", connectProxy(t, "405 Method Not Allowed")), nil, "answered with 405", "CONNECT"},
		{"a portal for a proxy", of("http", connectProxy(t, "302 Found")), nil, "a portal", "sign in to the network"},
		{"hangs up", of("http", talker(t, func(conn net.Conn) { _, _ = conn.Read(make([]byte, 512)) })), nil, "closes the connection", "upstream_proxy"},
		{"garbage", of("http", talker(t, func(conn net.Conn) {
			_, _ = conn.Read(make([]byte, 512))
			_, _ = conn.Write([]byte("\x05\x00\r\n\r\n"))
		})), nil, "no HTTP proxy", "socks5://"},
		{"https for a proxy without TLS", of("https", host(plain.URL)), nil, "does not speak TLS", "http://"},
		{"a proxy with a certificate of its own", of("https", host(web.URL)), nil, "certificate of the proxy", "update-ca-certificates"},
		{"SOCKS without a password", of("socks5", socksProxy(t, []byte{5, 0xff}, nil)), nil, "asks for another way to sign in", "user:password@"},
		{"SOCKS with a wrong password", signed("socks5", socksProxy(t, []byte{5, 2}, []byte{1, 1})), nil, "does not accept its user and password", "user:password@"},
		{"SOCKS with rules", of("socks5", socksProxy(t, []byte{5, 0}, socksReply(2))), nil, "does not allow connections", "gemini.google.com"},
		{"SOCKS without a network", of("socks5", socksProxy(t, []byte{5, 0}, socksReply(4))), nil, "cannot reach the upstream", "log"},
		{"SOCKS that is refused", of("socks5h", socksProxy(t, []byte{5, 0}, socksReply(5))), nil, "cannot reach the upstream", "log"},
		{"HTTP for SOCKS", of("socks5", socksProxy(t, []byte("HTTP/1.1 400 Bad Request\r\n\r\n"), nil)), nil, "no SOCKS5 proxy", "http://"},
		{"strange authority", nil, of("https", host(web.URL)), "authority that this machine does not trust", "ca-certificates"},
		{"no TLS", nil, of("https", host(plain.URL)), "does not speak TLS", "portal"},
		{"refused", nil, of("https", unused(t)), "connection refused", "curl -I"},
	} {
		t.Run(test.name, func(t *testing.T) {
			transport, err := geminiweb.NewTransport(geminiweb.TransportConfig{Proxy: test.proxy, Redirect: test.redirect})
			must(t, err)
			defer transport.(interface{ CloseIdleConnections() }).CloseIdleConnections()
			findings := doctor.Examine(t.Context(), doctor.Config{Upstream: "https://gemini.google.com/robots.txt", Transport: transport, Proxy: test.proxy})
			found := false
			for _, f := range findings {
				if strings.Contains(f.Text+f.Fix, secret) || strings.Contains(f.Text+f.Fix, "me:") {
					t.Errorf("the password stands in %+v", f)
				}
				if f.Group == "clock" {
					t.Errorf("the clock is accused: %+v", f)
				}
				if f.Group == "upstream" {
					found = f.Level == doctor.Bad && strings.Contains(f.Text, test.text) && strings.Contains(f.Fix, test.fix)
					if !found {
						t.Errorf("want %q and %q, got %+v", test.text, test.fix, f)
					}
				}
			}
			if !found {
				t.Errorf("nothing of the upstream in %+v", findings)
			}
		})
	}
}

// TestUpstreamErrors are the causes that need another network than this machine's.
func TestUpstreamErrors(t *testing.T) {
	fail := func(err error) network {
		return func(*http.Request) (*http.Response, error) { return nil, err }
	}
	redirect := func(status int, location string) network {
		return func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: status, Header: http.Header{"Location": {location}}, Body: http.NoBody}, nil
		}
	}
	for name, test := range map[string]struct {
		transport network
		level     doctor.Level
		text      string
		proxy     *url.URL
	}{
		"silent proxy":                          {fail(&net.OpError{Op: "socks connect", Err: context.DeadlineExceeded}), doctor.Bad, "no answer through the proxy", &url.URL{Scheme: "socks5", Host: unused(t)}},
		"proxy asks for a password, no CONNECT": {redirect(407, ""), doctor.Bad, "asks for a user and a password", &url.URL{Scheme: "http", Host: unused(t)}},
		"name not found":                        {fail(&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}), doctor.Bad, "its name is not found", nil},
		"no name server":                        {fail(&net.OpError{Op: "dial", Err: &net.DNSError{IsTimeout: true}}), doctor.Bad, "no name server answers", nil},
		"no answer":                             {fail(context.DeadlineExceeded), doctor.Bad, "no answer within", nil},
		"certificate expired":                   {fail(&tls.CertificateVerificationError{Err: x509.CertificateInvalidError{Reason: x509.Expired}}), doctor.Bad, "this machine's clock", nil},
		"portal by redirect":                    {redirect(302, "http://wifi.hotel.example/login"), doctor.Bad, "a portal", nil},
		"portal by status":                      {redirect(511, ""), doctor.Bad, "a portal", nil},
		"redirect within":                       {redirect(302, "https://accounts.google.com/"), doctor.Good, "answers", nil},
		"redirect relative":                     {redirect(302, "/app"), doctor.Good, "answers", nil},
		"anything else":                         {fail(errors.New("strange")), doctor.Bad, "strange", nil},
	} {
		findings := doctor.Examine(t.Context(), doctor.Config{Upstream: "https://gemini.google.com/robots.txt", Transport: test.transport, Proxy: test.proxy})
		found := false
		for _, f := range findings {
			found = found || f.Group == "upstream" && f.Level == test.level && strings.Contains(f.Text, test.text)
		}
		if !found {
			t.Errorf("%s: got %+v", name, findings)
		}
	}
}
