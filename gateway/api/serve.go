package api

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/registry"
)

// serve takes one request through the surface and accounts for it.
func (a *API) serve(w http.ResponseWriter, r *http.Request, d door) {
	live := a.live.Load()
	r = foldSlashes(r)
	x := &exchange{
		ResponseWriter: w, control: http.NewResponseController(w), api: a, live: live, door: d,
		dialect: dialectOf(r), op: dialect.Other, method: r.Method,
		id: requestID(r.Header.Get("X-Request-Id")), client: clientAddr(r, live.TrustedProxies), started: time.Now(),
	}
	// A connection in use again still has the deadline of its last answer.
	_ = x.control.SetWriteDeadline(time.Time{})
	if r.ContentLength != 0 {
		// net/http reads what is left of a body after the answer; this holds for
		// that too, so an unwanted body can not hold its connection open.
		_ = x.control.SetReadDeadline(x.started.Add(bodyGrace))
	}
	defer x.finish()
	header := x.Header()
	header.Set("X-Request-Id", x.id)
	header.Set("X-Content-Type-Options", "nosniff")
	if err := a.admit(x, r); err != nil {
		x.fail(err)
		return
	}
	a.router.ServeHTTP(x, r)
}

// finish accounts for the request. A panic in a handler costs this request only:
// its client gets a 500, or a cut connection when the answer had begun.
func (x *exchange) finish() {
	p := recover()
	x.forget()
	if p != nil && p != http.ErrAbortHandler {
		x.api.log.Error("a handler panicked", "request_id", x.id, "route", string(x.op), "panic", describePanic(p), "stack", captureStack())
		if x.status == 0 {
			x.fail(chat.AsError(fmt.Errorf("panic: %s", describePanic(p))))
			p = nil
		}
	}
	x.api.recordEnd(x)
	if p != nil {
		panic(http.ErrAbortHandler)
	}
}

// describePanic describes a panic without what it may carry: the text of a runtime
// error names types and indexes only, any other value may hold a client's words.
func describePanic(p any) string {
	if err, ok := p.(runtime.Error); ok {
		return err.Error()
	}
	return fmt.Sprintf("a value of type %T", p)
}

// captureStack is the stack of a panicking handler: functions and lines, no contents.
func captureStack() string {
	buf := make([]byte, 8<<10)
	return string(buf[:runtime.Stack(buf, false)])
}

// requestID takes over the client's id when it is a plain word.
func requestID(sent string) string {
	if sent != "" && len(sent) <= 128 && strings.Trim(sent, wordLetters) == "" {
		return sent
	}
	return rand.Text()
}

const wordLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

// dialectOf is the dialect that errors of r are told in, nil where people and
// scripts read, not chat clients.
func dialectOf(r *http.Request) *dialect.Dialect {
	switch path := r.URL.Path; {
	case path == "/", path == "/health", path == "/readyz", path == "/livez",
		path == "/metrics", path == "/api", strings.HasPrefix(path, "/api/"):
		return nil
	}
	d, _ := registry.Find(r)
	return d
}

// foldSlashes folds repeated slashes, which a base URL that ends in one leaves behind.
// The router's own redirect would lose the body of a POST.
func foldSlashes(r *http.Request) *http.Request {
	if !strings.Contains(r.URL.Path, "//") {
		return r
	}
	path := make([]byte, 0, len(r.URL.Path))
	for i := range len(r.URL.Path) {
		if c := r.URL.Path[i]; c != '/' || i == 0 || r.URL.Path[i-1] != '/' {
			path = append(path, c)
		}
	}
	u := new(url.URL)
	*u = *r.URL
	u.Path, u.RawPath = string(path), ""
	r = r.WithContext(r.Context())
	r.URL = u
	return r
}
