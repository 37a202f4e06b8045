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

// sendAll sends a request of many bytes as most clients do: all of it, and only then is
// the answer read.
func sendAll(t *testing.T, conn net.Conn, head, body string, chunked bool) *http.Response {
	t.Helper()
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	framing := fmt.Sprintf("Content-Length: %d\r\n\r\n%s", len(body), body)
	if chunked {
		framing = fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	}
	if _, err := io.WriteString(conn, head+framing); err != nil {
		t.Fatalf("sending: %v", err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("reading the answer: %v", err)
	}
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("reading the answer: %v", err)
	}
	if !strings.Contains(string(answer), `"message"`) {
		t.Errorf("got %s", answer)
	}
	return response
}

// TestRefusedBodiesAreReadOn: whoever sends a large body that is refused early can read
// why, on every route and for every reason.
func TestRefusedBodiesAreReadOn(t *testing.T) {
	form := map[string]string{"Content-Type": "multipart/form-data; boundary=x"}
	field := func(name string) string {
		return "--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + strings.Repeat("a", 12<<20) + "\r\n--x--\r\n"
	}
	long := strings.Repeat(" ", 12<<20)
	tests := []struct {
		name string
		call call
		want int
	}{
		{"a long field of a form", call{path: "/v1/images/edits", key: apiKey, header: form, body: field("prompt")}, 413},
		{"a mask", call{path: "/v1/images/edits", key: apiKey, header: form, body: field("mask")}, 400},
		{"no form", call{path: "/v1/images/edits", key: apiKey, body: long}, 400},
		{"too long", call{path: "/v1/chat/completions", key: apiKey, body: strings.Repeat(" ", 33<<20)}, 413},
		{"too long for Gemini", call{path: "/v1beta/models/" + flash + ":generateContent", key: apiKey, body: strings.Repeat(" ", 33<<20)}, 413},
		{"wrong key", call{path: "/v1/chat/completions", key: "sk-wrong", body: long}, 401},
		{"compressed", call{path: "/v1/chat/completions", key: apiKey, header: map[string]string{"Content-Encoding": "gzip"}, body: long}, 415},
		{"no such path", call{path: "/v1/nothing", key: apiKey, body: long}, 404},
		{"no such method", call{method: http.MethodPut, path: "/v1/chat/completions", key: apiKey, body: long}, 405},
		{"another host", call{path: "/v1/chat/completions", key: apiKey, header: map[string]string{"Host": "evil.example"}, body: long}, 421},
		{"a cookie file", call{method: http.MethodPut, path: "/api/cookies", key: adminKey, body: long}, 422},
		{"a cookie file without rights", call{method: http.MethodPut, path: "/api/cookies", key: apiKey, body: long}, 403},
		{"a command", call{path: "/api/accounts/main/none", key: adminKey, body: long}, 404},
	}
	for _, listener := range listeners {
		for _, tt := range tests {
			for _, chunked := range []bool{false, true} {
				if chunked && listener.name == "TLS" {
					continue // nothing new
				}
				t.Run(fmt.Sprintf("%s, %s, chunked %v", listener.name, tt.name, chunked), func(t *testing.T) {
					t.Parallel()
					g := newRig(t)
					r := g.request(tt.call)
					head := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\n", r.Method, r.URL.Path, r.Host)
					for name := range r.Header {
						head += name + ": " + r.Header.Get(name) + "\r\n"
					}
					response := sendAll(t, listener.dial(t, g), head, tt.call.body, chunked)
					if response.StatusCode != tt.want {
						t.Errorf("status %d, want %d", response.StatusCode, tt.want)
					}
				})
			}
		}
	}
}

// TestStopReadsNothingOn: the end of the server waits for no refused body.
func TestStopReadsNothingOn(t *testing.T) {
	g := newRig(t)
	if err := g.api.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := g.request(generate("openai", false).with(func(c *call) { c.key = "" }))
	r.Body = io.NopCloser(readerFunc(func([]byte) (int, error) {
		t.Error("the body was read")
		return 0, io.EOF
	}))
	if w, _ := g.serve(g.api.Handler(), r); w.Code != http.StatusUnauthorized {
		t.Errorf("status %d", w.Code)
	}
}
