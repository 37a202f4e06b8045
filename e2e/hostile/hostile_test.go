// Package hostile_test treats the finished binary as strangers do: malformed
// HTTP, thousands of connections, guesses at keys, foreign pages.
package hostile_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// serve starts a daemon with a session and two keys.
func serve(t *testing.T, config ...string) *harness.Daemon {
	t.Helper()
	sim := harness.Simulate(t)
	home := harness.NewHome(t)
	home.Configure(t, append(config, "upstream_url: "+sim.URL)...)
	home.Drop(t, "cookies.txt", sim.Session(t, "owner").Netscape())
	key, admin := home.AddKey(t, "tests"), home.AddKey(t, "boss", "--admin")
	d := harness.Serve(t, home)
	d.Key, d.Admin = key, admin
	return d
}

// dial opens a bare connection with a deadline.
func dial(t *testing.T, d *harness.Daemon) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(d.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// Requests that two servers in a row could read differently are refused and
// their connection is closed, so that nothing is left in it to be misread.
func TestSmuggling(t *testing.T) {
	d := serve(t)
	const body = `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"hi"}]}`
	post := "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + d.Key + "\r\n"
	for _, c := range []struct{ name, request string }{
		{"length and chunks", post + "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"},
		{"two lengths", post + fmt.Sprintf("Content-Length: %d\r\nContent-Length: 3\r\n\r\n%s", len(body), body)},
		{"chunks in disguise", post + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
		{"folded length", post + "Connection: close\r\nContent-Length:\r\n 3\r\n\r\nabcGET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"},
		{"space before the colon", post + "Content-Length : 0\r\n\r\n"},
		{"bare carriage return", post + "X-A: b\rX-C: d\r\nContent-Length: 0\r\n\r\n"},
		{"null byte", post + "X-A: b\x00c\r\nContent-Length: 0\r\n\r\n"},
		{"two hosts", "GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n"},
		{"no host", "GET /livez HTTP/1.1\r\n\r\n"},
		{"signed length", post + "Content-Length: +3\r\n\r\nabc"},
		{"not http", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 hello\r\n\r\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn := dial(t, d)
			if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
				t.Fatal(err)
			}
			if _, err := io.WriteString(conn, c.request); err != nil {
				t.Fatal(err)
			}
			reader := bufio.NewReader(conn)
			response, err := http.ReadResponse(reader, nil)
			if err != nil {
				return // closed without a word is as good
			}
			said, _ := io.ReadAll(response.Body)
			if response.StatusCode != http.StatusBadRequest && response.StatusCode != http.StatusNotImplemented {
				t.Errorf("answered %d %s", response.StatusCode, said)
			}
			if rest, err := io.ReadAll(reader); err != nil || len(rest) > 0 {
				t.Errorf("the connection stays open or says more: %q, %v", rest, err)
			}
		})
	}
}

// An absolute URI names its own host; it must not get around the host check.
func TestAbsoluteURI(t *testing.T) {
	d := serve(t)
	conn := dial(t, d)
	fmt.Fprintf(conn, "GET http://evil.example/v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\nConnection: close\r\n\r\n", d.Key)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusMisdirectedRequest && response.StatusCode != http.StatusBadRequest {
		t.Errorf("answered %d", response.StatusCode)
	}
}

// Clients that send their headers or bodies a byte at a time do not keep others
// from being served.
func TestSlowSenders(t *testing.T) {
	d := serve(t)
	for i := range 400 {
		conn := dial(t, d)
		if i%2 == 0 {
			fmt.Fprintf(conn, "GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
			continue
		}
		fmt.Fprintf(conn, "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\nContent-Length: 1000\r\n\r\n{", d.Key)
	}
	for range 20 {
		if reply := d.Do(t, http.MethodGet, "/v1/models", ""); reply.Status != http.StatusOK {
			t.Fatalf("answers %d beside slow senders", reply.Status)
		}
	}
	// The last header-sender must be cut; its own deadline ends the wait.
	conn := dial(t, d)
	fmt.Fprintf(conn, "GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
	start := time.Now()
	_, err := io.ReadAll(conn)
	if err != nil || time.Since(start) > 25*time.Second {
		t.Errorf("a header without an end was kept for %s: %v", time.Since(start), err)
	}
}

// More connections than allowed are turned away with a word, and the daemon
// serves on when they are gone.
func TestManyConnections(t *testing.T) {
	d := serve(t, "max_connections: 200")
	var conns []net.Conn
	for range 600 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(d.URL, "http://"))
		if err != nil {
			break
		}
		conns = append(conns, conn)
	}
	if len(conns) < 300 {
		t.Fatalf("only %d connections could be opened", len(conns))
	}
	var wg sync.WaitGroup
	answers := make(chan int, len(conns))
	for _, conn := range conns {
		wg.Go(func() {
			_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
			fmt.Fprintf(conn, "GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
			if response, err := http.ReadResponse(bufio.NewReader(conn), nil); err == nil {
				response.Body.Close()
				answers <- response.StatusCode
				if response.StatusCode == http.StatusServiceUnavailable && response.Header.Get("Retry-After") == "" {
					t.Error("a 503 without Retry-After")
				}
			}
			conn.Close()
		})
	}
	wg.Wait()
	close(answers)
	counts := map[int]int{}
	for status := range answers {
		counts[status]++
	}
	if counts[http.StatusOK] == 0 || counts[http.StatusOK]+counts[http.StatusServiceUnavailable]+counts[http.StatusTooManyRequests] != sum(counts) {
		t.Errorf("answers by status: %v", counts)
	}
	harness.Eventually(t, 10*time.Second, "the daemon serves again", func() bool {
		response, err := http.Get(d.URL + "/livez")
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
}

func sum(counts map[int]int) (n int) {
	for _, c := range counts {
		n += c
	}
	return n
}

// Guessing keys is limited, every wrong key gets the same answer, and above the
// limit a hit gets the same as a miss. The client that was there before goes on.
func TestKeyGuessing(t *testing.T) {
	d := serve(t)
	if reply := d.Do(t, http.MethodGet, "/v1/models", ""); reply.Status != http.StatusOK {
		t.Fatalf("the right key answers %d", reply.Status)
	}
	bodies, statuses := map[string]int{}, map[int]int{}
	for i := range 2000 {
		guess := fmt.Sprintf("gmd_guess%d", i)
		if i%2 == 0 {
			guess = d.Key[:len(d.Key)-1-i%20] // a prefix of the right one
		}
		reply := d.Do(t, http.MethodGet, "/v1/models", "", "Authorization: Bearer "+guess)
		statuses[reply.Status]++
		if reply.Status == http.StatusUnauthorized {
			bodies[reply.Body]++
		}
		if reply.Status == http.StatusTooManyRequests {
			break
		}
	}
	if len(bodies) != 1 {
		t.Errorf("wrong keys get %d different answers: %v", len(bodies), bodies)
	}
	if statuses[http.StatusTooManyRequests] == 0 {
		t.Errorf("2000 guesses were not limited: %v", statuses)
	}
	if reply := d.Do(t, http.MethodGet, "/v1/models", ""); reply.Status != http.StatusOK {
		t.Errorf("the right key answers %d beside the guessing", reply.Status)
	}
	for _, path := range []string{"/v1/models", "/api/cookies"} {
		if reply := d.Do(t, http.MethodGet, path, "", "Authorization: Bearer "+d.Admin); reply.Status != http.StatusTooManyRequests {
			t.Errorf("%s: a guesser learns of a hit: %d", path, reply.Status)
		}
	}
}

// Pages of other sites cannot use a daemon without keys. They may read why.
func TestForeignPages(t *testing.T) {
	sim := harness.Simulate(t)
	home := harness.NewHome(t)
	home.Configure(t, "upstream_url: "+sim.URL)
	home.Drop(t, "cookies.txt", sim.Session(t, "owner").Netscape())
	d := harness.Serve(t, home)
	for _, origin := range []string{"https://evil.example", "null"} {
		for _, c := range []struct{ method, path, body string }{
			{http.MethodOptions, "/v1/chat/completions", ""},
			{http.MethodGet, "/v1/models", ""},
			{http.MethodPost, "/v1/chat/completions", `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"hi"}]}`},
			{http.MethodGet, "/", ""},
			{http.MethodGet, "/metrics", ""},
		} {
			reply := d.Do(t, c.method, c.path, c.body, "Origin: "+origin, "Access-Control-Request-Method: POST")
			readable := reply.Header.Get("Access-Control-Allow-Origin") != ""
			if forChat := strings.HasPrefix(c.path, "/v1/"); readable != forChat {
				t.Errorf("%s %s from %s: that page may read the answer: %t", c.method, c.path, origin, readable)
			}
			if c.method != http.MethodOptions && readable && reply.Status != http.StatusForbidden {
				t.Errorf("%s %s from %s is answered with %d", c.method, c.path, origin, reply.Status)
			}
		}
	}
	for _, host := range []string{"evil.example", "evil.example:8100", "127.0.0.1.evil.example"} {
		if reply := d.Do(t, http.MethodGet, "/v1/models", "", "Host: "+host); reply.Status != http.StatusMisdirectedRequest {
			t.Errorf("host %s is answered with %d", host, reply.Status)
		}
	}
	if reply := d.Do(t, http.MethodGet, "/v1/models", "", "Origin: http://localhost:3000"); reply.Header.Get("Access-Control-Allow-Origin") == "" {
		t.Error("a page on this machine is not allowed")
	}
	if reply := d.Do(t, http.MethodGet, "/api/cookies/history", ""); reply.Status != http.StatusNotFound {
		t.Errorf("admin routes answer %d without an admin key configured", reply.Status)
	}
}

// A body over the limit is refused as JSON, also when its length is not told.
func TestOversizeBody(t *testing.T) {
	d := serve(t, "max_body: 64KiB")
	big := fmt.Sprintf(`{"model":"gemini-2.5-flash","messages":[{"role":"user","content":%q}]}`, strings.Repeat("a", 100<<10))
	for _, c := range []struct{ path, want string }{
		{"/v1/chat/completions", `"code":"request_too_large"`},
		{"/v1beta/models/gemini-2.5-flash:generateContent", `"status":"INVALID_ARGUMENT"`},
	} {
		reply := d.Do(t, http.MethodPost, c.path, big)
		if reply.Status != http.StatusRequestEntityTooLarge || !strings.Contains(reply.Body, c.want) {
			t.Errorf("%s answers %d %s", c.path, reply.Status, reply.Body)
		}
	}
	conn := dial(t, d)
	fmt.Fprintf(conn, "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\nTransfer-Encoding: chunked\r\n\r\n", d.Key)
	go func() {
		for range 100 {
			if _, err := fmt.Fprintf(conn, "1000\r\n%s\r\n", strings.Repeat("a", 0x1000)); err != nil {
				return
			}
		}
	}()
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("chunks without an end are answered with %d", response.StatusCode)
	}
}

// The limits of one client: sixty questions an hour, lists free.
func TestHourlyLimit(t *testing.T) {
	d := serve(t, "requests_per_hour: 3")
	ask := func() harness.Reply {
		return d.Do(t, http.MethodPost, "/v1/chat/completions", `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"hi"}]}`)
	}
	for i := range 3 {
		if reply := ask(); reply.Status != http.StatusOK {
			t.Fatalf("question %d is answered with %d %s", i+1, reply.Status, reply.Body)
		}
	}
	reply := ask()
	if reply.Status != http.StatusTooManyRequests || reply.Header.Get("Retry-After") == "" || reply.Header.Get("X-Should-Retry") != "false" {
		t.Errorf("the fourth is answered with %d %v", reply.Status, reply.Header)
	}
	for range 20 {
		if reply := d.Do(t, http.MethodGet, "/v1/models", ""); reply.Status != http.StatusOK {
			t.Fatalf("a list is answered with %d", reply.Status)
		}
	}
}
