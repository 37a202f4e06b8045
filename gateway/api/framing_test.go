package api_test

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/gateway/api"
)

// raw sends bytes as they are and returns the first status line, and whether
// the server then closed the connection.
func raw(t *testing.T, address, request string) (status string, closed bool) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		t.Fatal(err)
	}
	reader := bufio.NewReader(conn)
	resp, err := http.ReadResponse(reader, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	if !resp.Close {
		return resp.Status, false
	}
	_, err = reader.ReadByte()
	return resp.Status, err == io.EOF
}

// listeners are the ways in which requests of HTTP/1 arrive.
var listeners = []struct {
	name string
	dial func(t *testing.T, g *rig) net.Conn
}{
	{"plain", func(t *testing.T, g *rig) net.Conn {
		conn, err := net.Dial("tcp", g.server().Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		return conn
	}},
	{"TLS", func(t *testing.T, g *rig) net.Conn {
		server := httptest.NewUnstartedServer(nil)
		server.Config = api.NewServer(g.api.Handler(), nil)
		server.StartTLS()
		t.Cleanup(server.Close)
		conn, err := tls.Dial("tcp", server.Listener.Addr().String(), &tls.Config{InsecureSkipVerify: true})
		if err != nil {
			t.Fatal(err)
		}
		return conn
	}},
}

// TestAmbiguousFramingEndsTheConnection: of requests whose end another server could
// see elsewhere one is answered, and the bytes behind it are never read as a request.
func TestAmbiguousFramingEndsTheConnection(t *testing.T) {
	const smuggled = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
	post := "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + apiKey + "\r\n"
	old := strings.Replace(post, "HTTP/1.1", "HTTP/1.0", 1) + "Connection: keep-alive\r\n"
	body := generate("openai", false).body
	chunked := fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	for _, listener := range listeners {
		for _, tt := range []struct{ name, request string }{
			{"length and chunks", post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
			{"chunks and length", post + "transfer-encoding: chunked\r\ncontent-length: 400\r\n\r\n0\r\n\r\n"},
			{"length and a good question in chunks", post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked},
			{"a good question in chunks", post + "Transfer-Encoding: chunked\r\n\r\n" + chunked},
			{"HTTP/1.0 with length and chunks", old + "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n"},
			{"HTTP/1.0 with chunks", old + "Transfer-Encoding: chunked\r\n\r\n"},
			{"HTTP/1.0 with a length", old + "Content-Length: 3\r\n\r\nabc"},
			{"HTTP/1.0 without a body", strings.Replace(smuggled, "1.1\r\n", "1.0\r\nConnection: keep-alive\r\n", 1)},
			{"absolute form", "GET http://localhost/livez HTTP/1.1\r\nHost: localhost\r\n\r\n"},
		} {
			t.Run(listener.name+", "+tt.name, func(t *testing.T) {
				conn := listener.dial(t, newRig(t))
				defer conn.Close()
				_ = conn.SetDeadline(time.Now().Add(10 * time.Second))
				if _, err := io.WriteString(conn, tt.request+smuggled+smuggled); err != nil {
					t.Fatal(err)
				}
				all, err := io.ReadAll(conn)
				if n := strings.Count(string(all), "HTTP/1."); n != 1 || errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("%d answers, want 1 and the end of the connection (%v):\n%s", n, err, all)
				}
			})
		}
	}
}

func TestSmugglingAndHeaderTricks(t *testing.T) {
	g := newRig(t)
	address := g.server().Listener.Addr().String()
	get := "GET /health HTTP/1.1\r\nHost: localhost\r\n"
	tests := []struct{ name, request string }{
		{"two hosts", "GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n"},
		{"no host", "GET /health HTTP/1.1\r\n\r\n"},
		{"two lengths", get + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy"},
		{"negative length", get + "Content-Length: -1\r\n\r\n"},
		{"unknown coding", get + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
		{"NUL in a header", get + "X-A: a\x00b\r\n\r\n"},
		{"space before the colon", get + "Content-Length : 3\r\n\r\nabc"},
		{"absolute URI", "GET http://evil.example/health HTTP/1.1\r\nHost: localhost\r\n\r\n"},
		{"absolute URI of ours", "GET http://localhost/health HTTP/1.1\r\nHost: localhost\r\n\r\n"},
		{"length and chunks", "POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"},
		{"chunks and length", "POST /v1/models HTTP/1.1\r\nHost: localhost\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n0\r\n\r\n"},
		{"carriage return in a header", get + "X-A: a\rX-B: b\r\n\r\n"},
		{"huge header", get + "X-A: " + strings.Repeat("a", 128<<10) + "\r\n\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			status, closed := raw(t, address, tt.request)
			if (status[0] != '4' && status[:3] != "501") || !closed {
				t.Errorf("status %s, closed %v", status, closed)
			}
		})
	}
}

// TestConnectionsAreKept: a connection is used again for requests whose end is
// certain, however their heads are cut into pieces.
func TestConnectionsAreKept(t *testing.T) {
	for _, listener := range listeners {
		t.Run(listener.name, func(t *testing.T) { testKeptConnection(t, listener.dial(t, newRig(t))) })
	}
}

func testKeptConnection(t *testing.T, conn net.Conn) {
	defer conn.Close()
	reader := bufio.NewReader(conn)
	body := generate("openai", false).body
	for n := range 20 {
		request := "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
		if n%2 == 1 {
			request = fmt.Sprintf("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", apiKey, len(body), body)
		}
		for _, piece := range []string{request[:5], request[5:40], request[40:]} { // heads come in pieces
			if _, err := io.WriteString(conn, piece); err != nil {
				t.Fatal(err)
			}
		}
		resp, err := http.ReadResponse(reader, nil)
		if err != nil {
			t.Fatalf("request %d: %v", n, err)
		}
		text, _ := io.ReadAll(resp.Body)
		if resp.StatusCode != http.StatusOK || resp.Close {
			t.Fatalf("request %d: status %d, close %v: %s", n, resp.StatusCode, resp.Close, text)
		}
	}
}

// TestManyHeaderLines: a head of few bytes and very many lines is refused, and its body
// is not waited for.
func TestManyHeaderLines(t *testing.T) {
	names := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "A%d:\r\n", i)
		}
		return b.String()
	}
	for _, listener := range listeners {
		for _, tt := range []struct {
			name, lines string
			want        int
		}{
			{"as many as may be", names(256), http.StatusUnauthorized},
			{"one more", names(257), http.StatusRequestHeaderFieldsTooLarge},
			{"of one name", strings.Repeat("A:\r\n", 257), http.StatusRequestHeaderFieldsTooLarge},
		} {
			t.Run(listener.name+"/"+tt.name, func(t *testing.T) {
				conn := listener.dial(t, newRig(t))
				defer conn.Close()
				_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
				// Content-Length is a line too, and Host is none; the body never comes.
				length, lines := "Content-Length: 9\r\n", strings.SplitN(tt.lines, "\n", 2)[1]
				if _, err := io.WriteString(conn, "POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\n"+length+lines+"\r\n"); err != nil {
					t.Fatal(err)
				}
				reader := bufio.NewReader(conn)
				resp, err := http.ReadResponse(reader, nil)
				if err != nil {
					t.Fatal(err)
				}
				_, _ = io.Copy(io.Discard, resp.Body)
				if resp.StatusCode != tt.want {
					t.Fatalf("answered %s", resp.Status)
				}
				if tt.want == http.StatusRequestHeaderFieldsTooLarge {
					if _, err := reader.ReadByte(); !errors.Is(err, io.EOF) {
						t.Errorf("the connection ends with %v", err)
					}
				}
			})
		}
	}
}
