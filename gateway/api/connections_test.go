package api_test

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/limit"
)

// TestSilentConnectionsMakeRoom: clients that ask once and then keep silent do not
// use up the connections, and a running answer keeps its own.
func TestSilentConnectionsMakeRoom(t *testing.T) {
	for _, withTLS := range []bool{false, true} {
		t.Run(fmt.Sprintf("TLS %v", withTLS), func(t *testing.T) {
			g := newRig(t)
			left := make(chan struct{}, 1)
			g.actor.plays(waits(left, "Hel"))
			server := httptest.NewUnstartedServer(nil)
			server.Config = api.NewServer(g.api.Handler(), nil)
			server.Listener = limit.NewListener(server.Listener, limit.ListenerConfig{Max: 3})
			if withTLS {
				server.StartTLS()
			} else {
				server.Start()
			}
			defer server.Close()
			dial := func() net.Conn {
				conn, err := net.Dial("tcp", server.Listener.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				if withTLS {
					conn = tls.Client(conn, &tls.Config{InsecureSkipVerify: true})
				}
				_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
				t.Cleanup(func() { conn.Close() })
				return conn
			}
			ask := func(conn net.Conn, request string) *bufio.Reader {
				t.Helper()
				reader := bufio.NewReader(conn)
				_, _ = io.WriteString(conn, request)
				resp, err := http.ReadResponse(reader, nil)
				if err != nil || resp.StatusCode != http.StatusOK {
					t.Fatalf("no answer: %v, %v", resp, err)
				}
				if resp.ContentLength > 0 {
					_, _ = io.Copy(io.Discard, resp.Body)
				}
				return reader
			}
			const get = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
			question := generate("openai", true)
			running := dial()
			stream := ask(running, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s",
				question.path, question.key, len(question.body), question.body))
			if _, err := stream.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
			first := dial()
			firstAnswer := ask(first, get)
			for range 6 {
				ask(dial(), get)
			}
			if _, err := firstAnswer.ReadByte(); err == nil {
				t.Error("the connection that was silent for longest is still open")
			}
			_ = running.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
			if _, err := stream.ReadByte(); err == io.EOF {
				t.Error("the running answer was cut")
			}
			running.Close()
			<-left
		})
	}
}
