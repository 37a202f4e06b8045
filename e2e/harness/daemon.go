package harness

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Daemon is a running geminid.
type Daemon struct {
	*Process
	Home
	// URL is its base URL, without a slash at the end.
	URL string
	// Key and Admin are sent by Do; empty sends none.
	Key, Admin string
}

// Serve starts geminid in a configured home at an address of its own, and waits
// until it has a session to serve with.
func Serve(t testing.TB, h Home, args ...string) *Daemon {
	t.Helper()
	d := Launch(t, h, args...)
	awaitOK(t, d.Process, d.URL+"/readyz")
	return d
}

// Launch is Serve without a session: it waits until the process answers at all.
func Launch(t testing.TB, h Home, args ...string) *Daemon {
	t.Helper()
	addr := FreeAddr(t)
	d := &Daemon{Home: h, URL: "http://" + addr, Process: Start(t, Command{
		Name: "geminid", Home: h.Dir, Args: append([]string{"serve", "--config", h.Config(), "--listen", addr}, args...),
	})}
	awaitOK(t, d.Process, d.URL+"/livez")
	return d
}

// Reply is an answer read to its end.
type Reply struct {
	Status int
	Header http.Header
	Body   string
}

// JSON decodes the body into v.
func (r Reply) JSON(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.Body), v); err != nil {
		t.Fatalf("reading %q as JSON: %v", r.Body, err)
	}
}

// Do makes a request and reads the answer. The path may hold a query. Headers
// are "Name: value" lines; without an Authorization among them the key is sent.
func (d *Daemon) Do(t testing.TB, method, path, body string, headers ...string) Reply {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	response := d.Open(ctx, t, method, path, body, headers...)
	defer response.Body.Close()
	whole, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s %s: reading the answer: %v", method, path, err)
	}
	return Reply{response.StatusCode, response.Header, string(whole)}
}

// Open makes a request and returns the open answer. The path goes out as it is
// written, double slashes and escapes included.
func (d *Daemon) Open(ctx context.Context, t testing.TB, method, path, body string, headers ...string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(ctx, method, d.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if d.Key != "" {
		request.Header.Set("Authorization", "Bearer "+d.Key)
	}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		if strings.EqualFold(name, "Host") {
			request.Host = value
			continue
		}
		request.Header.Set(name, value)
		if value == "" {
			request.Header.Del(name)
		}
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return response
}

// client follows no redirects: the API must not make any.
var client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// StateFile returns the record of the account called default as it stands on
// disk, waiting for a moment until it does.
func (d *Daemon) StateFile(t testing.TB) string {
	t.Helper()
	var content []byte
	Eventually(t, patience, "the account is saved", func() (saved bool) {
		var err error
		content, err = os.ReadFile(filepath.Join(d.State(), "accounts", "default.json"))
		return err == nil
	})
	return string(content)
}

// AwaitState waits until the status API tells the wanted state.
func (d *Daemon) AwaitState(t testing.TB, want string, within time.Duration) {
	t.Helper()
	Eventually(t, within, "the state is "+want, func() bool {
		var status struct{ Status string }
		reply := d.Do(t, http.MethodGet, "/api/cookies/status", "")
		return reply.Status == http.StatusOK && json.Unmarshal([]byte(reply.Body), &status) == nil && status.Status == want
	})
}
