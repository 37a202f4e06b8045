package harness

import (
	"bytes"
	"net"
	"net/http"
	"testing"
	"time"
)

// Eventually asks until the answer is yes, and fails the test when it is not
// within the time. The question is asked at once and then every few milliseconds.
func Eventually(t testing.TB, within time.Duration, what string, yes func() bool) {
	t.Helper()
	deadline := time.Now().Add(within)
	for !yes() {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", within, what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// awaitOK waits until url answers 200 and gives up when the process ends.
func awaitOK(t testing.TB, p *Process, url string) {
	t.Helper()
	client := http.Client{Timeout: 5 * time.Second}
	Eventually(t, patience, url+" answers 200", func() bool {
		select {
		case <-p.exited:
			t.Fatalf("ended with code %d before it was ready; it printed:\n%s", p.cmd.ProcessState.ExitCode(), p.Output())
		default:
		}
		response, err := client.Get(url)
		if err != nil {
			return false
		}
		response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
}

// FreeAddr returns a loopback address that nobody listens on now.
func FreeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func trim(b []byte) []byte { return bytes.TrimSpace(b) }
