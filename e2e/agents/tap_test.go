package agents_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"

	"github.com/tidwall/gjson"
)

// tap is a proxy that keeps the requests that go through it.
type tap struct {
	*httptest.Server
	mu   sync.Mutex
	seen []request
}

// request is one that a tap has seen.
type request struct {
	line string // method and path
	body []byte
}

// newTap makes a tap in front of a server.
func newTap(t *testing.T, target string) *tap {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	p := &tap{}
	proxy := &httputil.ReverseProxy{
		FlushInterval: -1,
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(to) },
		// A client that leaves is no news.
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return
		}
		p.mu.Lock()
		p.seen = append(p.seen, request{r.Method + " " + r.URL.Path, body})
		p.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(p.Close)
	return p
}

// requests are those that were seen so far.
func (p *tap) requests() []request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]request(nil), p.seen...)
}

// prompts are the questions among the requests that geminid made to the upstream.
func (p *tap) prompts() (all []string) {
	for _, r := range p.requests() {
		form, err := url.ParseQuery(string(r.body))
		if err != nil {
			continue
		}
		inner := gjson.Get(form.Get("f.req"), "1").String()
		if prompt := gjson.Get(inner, "0.0"); prompt.Type == gjson.String {
			all = append(all, prompt.String())
		}
	}
	return all
}
