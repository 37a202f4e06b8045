package proxies_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/harness"
)

// TestLastKeyIsRevoked: who takes the last key away closes the server, also to
// programs on the proxy's own machine, and a new key opens it again.
func TestLastKeyIsRevoked(t *testing.T) {
	behind(t, func(t *testing.T, proxy func(*testing.T, string, bool) *front) {
		h := open(t)
		home := h.Home
		client := proxy(t, h.backend(), false).client(t, "127.0.0.1")
		chat := func(headers ...string) int {
			status, _ := ask(t, client, http.MethodPost, "/v1/chat/completions", fmt.Sprintf(question, "hello"), headers...)
			return status
		}
		if status := chat(bearer(h.key)); status != http.StatusOK {
			t.Fatalf("with the key it answers %d", status)
		}
		for _, name := range []string{"laptop", "boss"} {
			stdout, stderr, code := harness.Run(t, harness.Command{Name: "geminid", Home: home.Dir, Args: []string{"keys", "revoke", name, "--config", home.Config()}})
			if code != 0 {
				t.Fatalf("revoking %s: code %d\n%s%s", name, code, stdout, stderr)
			}
		}
		harness.Eventually(t, 5*time.Second, "the key is refused", func() bool { return chat(bearer(h.key)) == http.StatusUnauthorized })
		for _, headers := range [][]string{nil, {bearer(h.key)}, {bearer(h.boss)}, {"X-Forwarded-For: 127.0.0.1"}, {"Host: localhost"}} {
			if status := chat(headers...); status != http.StatusUnauthorized {
				t.Errorf("through the proxy with %d headers it answers %d, want 401", len(headers), status)
			}
		}
		response, err := http.Get(h.URL + "/v1/models")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if response.StatusCode != http.StatusUnauthorized {
			t.Errorf("on the server itself it answers %d, want 401", response.StatusCode)
		}
		next := home.AddKey(t, "next")
		harness.Eventually(t, 5*time.Second, "the new key is taken", func() bool { return chat(bearer(next)) == http.StatusOK })
	})
}
