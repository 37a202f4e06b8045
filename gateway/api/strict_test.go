package api_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
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

func TestPipelinedRequestIsRefused(t *testing.T) {
	g := newRig(t)
	conn, err := net.Dial("tcp", g.server().Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	get := "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
	if _, err := io.WriteString(conn, get+get+get); err != nil {
		t.Fatal(err)
	}
	all, _ := io.ReadAll(conn)
	if strings.Count(string(all), "HTTP/1.1 200") != 1 || strings.Count(string(all), "HTTP/1.1 400") != 1 || strings.Count(string(all), "HTTP/1.1") != 2 {
		t.Errorf("want one answer and one refusal:\n%s", all)
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
		{"folded header", get + "X-A: a\r\n b\r\n\r\n"},
		{"folded with a tab", get + "X-A: a\r\n\tb\r\n\r\n"},
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

// A connection goes on being used for requests that are in order.
func TestStrictKeepsConnections(t *testing.T) {
	g := newRig(t)
	conn, err := net.Dial("tcp", g.server().Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	reader := bufio.NewReader(conn)
	body := generate("openai", false).body
	for n := range 20 {
		request := "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
		switch n % 3 {
		case 1:
			request = fmt.Sprintf("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s", apiKey, len(body), body)
		case 2:
			request = fmt.Sprintf("POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", apiKey, len(body), body)
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
