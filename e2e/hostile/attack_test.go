package hostile_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// attack is what the holder of one key does at once until it is stopped.
type attack struct {
	t       *testing.T
	d       *harness.Daemon
	address string
	key     string
	ended   chan struct{}
	work    sync.WaitGroup

	mu      sync.Mutex
	answers map[string]map[int]int // how often each status came, by path
}

// pause waits, and reports whether the attack goes on.
func (a *attack) pause(d time.Duration) bool {
	select {
	case <-a.ended:
		return false
	case <-time.After(d):
		return true
	}
}

// repeat sends one body over and over.
func (a *attack) repeat(path string, body []byte) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for a.pause(0) {
		r, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost, a.d.URL+path, bytes.NewReader(body))
		if err != nil {
			a.t.Error(err)
			return
		}
		r.Header.Set("Authorization", "Bearer "+a.key)
		if response, err := client.Do(r); err == nil {
			_, _ = io.Copy(io.Discard, response.Body)
			response.Body.Close()
			a.note(path, response.StatusCode)
		}
	}
}

func (a *attack) note(path string, status int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.answers[path] == nil {
		a.answers[path] = make(map[int]int)
	}
	a.answers[path][status]++
}

// stallBodies begins bodies, one after another, and sends no more after 20 MiB.
func (a *attack) stallBodies(body []byte) {
	for a.pause(100 * time.Millisecond) {
		conn, err := net.DialTimeout("tcp", a.address, time.Second)
		if err != nil {
			continue
		}
		cut := closeAtEnd(a.ended, conn)
		fmt.Fprintf(conn, "POST "+countPath+" HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n", a.key, len(body))
		_, _ = conn.Write(body[:20<<20])
		_, _ = io.Copy(io.Discard, conn) // until the server closes it
		cut()
	}
}

// holdConnections opens connections that say nothing more after a request, without
// one, or in the middle of the longest head that is taken, and now and then opens
// anew those that were closed.
func (a *attack) holdConnections(n int) {
	const head = "GET /livez HTTP/1.1\r\nHost: localhost\r\n"
	beginnings := []string{"", head + "\r\n", longHead(head)}
	var opened sync.WaitGroup
	for i := range n {
		opened.Add(1)
		a.work.Go(func() {
			a.holdConnection(beginnings[i%3], opened.Done)
			for a.pause(30 * time.Second) {
				a.holdConnection(beginnings[i%3], func() {})
			}
		})
		if i%256 == 0 {
			time.Sleep(10 * time.Millisecond)
		}
	}
	opened.Wait()
}

// longHead goes on with the shortest lines, until one more would be too many bytes.
func longHead(head string) string {
	var b strings.Builder
	b.WriteString(head)
	for i := int64(0); b.Len() < 63<<10; i++ {
		b.WriteString(strconv.FormatInt(i, 36) + ":\r\n")
	}
	return b.String()
}

func (a *attack) holdConnection(beginning string, opened func()) {
	conn, err := net.DialTimeout("tcp", a.address, 5*time.Second)
	if err == nil {
		_, _ = io.WriteString(conn, beginning)
	}
	opened()
	if err != nil {
		return
	}
	defer closeAtEnd(a.ended, conn)()
	_, _ = io.Copy(io.Discard, conn)
}

// closeAtEnd closes the connection when the attack ends or when the function that it
// returns is called.
func closeAtEnd(ended chan struct{}, conn net.Conn) (cut func()) {
	done := make(chan struct{})
	go func() {
		select {
		case <-ended:
		case <-done:
		}
		conn.Close()
	}()
	return sync.OnceFunc(func() { close(done) })
}

// linkedQuestion is a question with many links to one picture.
func linkedQuestion(url string, n int) []byte {
	part := `{"type":"image_url","image_url":{"url":"` + url + `"}}`
	return []byte(`{"model":"gemini-2.5-flash","messages":[{"role":"user","content":[` + strings.Repeat(part+",", n-1) + part + `]}]}`)
}
