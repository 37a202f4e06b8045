package page_test

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
)

// answer is what a web server before the server answers in its place.
type answer struct {
	status   int
	location string
	body     string
}

// front is a web server before the server. It passes requests on, unless it has an
// answer of its own for the API.
type front struct {
	*httptest.Server
	own atomic.Pointer[answer]
}

func openFront(t *testing.T, h *house) *front {
	t.Helper()
	backend, err := url.Parse(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	f := new(front)
	proxy := httputil.NewSingleHostReverseProxy(backend)
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/login" {
			t.Error("the page follows a redirect, with its key")
		}
		own := f.own.Load()
		if own == nil || !strings.HasPrefix(r.URL.Path, "/api/") {
			proxy.ServeHTTP(w, r)
			return
		}
		if own.location != "" {
			w.Header().Set("Location", own.location)
		}
		w.WriteHeader(own.status)
		_, _ = w.Write([]byte(own.body))
	}))
	t.Cleanup(f.Close)
	return f
}

var foreignAnswers = []struct {
	answer
	says, sagt string
}{
	{answer{status: 404}, "A web server before geminid keeps administration inside (404).", "前面的网站服务器没有开放管理地址（404）"},
	{answer{status: 404, body: `{"error":{"message":"no such route"}}`}, "keeps administration inside (404).", "（404）"},
	{answer{status: 403, body: "<html>"}, "Something before geminid refuses this (403).", "拒绝了这个请求（403）"},
	{answer{status: 401, body: "<html>"}, "wants a name and a password of its own (401).", "用户名和密码（401）"},
	{answer{status: 302, location: "/login"}, "A page to sign in at stands before geminid", "登录页"},
	{answer{status: 200, body: "<html>Welcome to our hotel"}, "This answer is not geminid's (200)", "不是 geminid 的回答（200）"},
	{answer{status: 200, body: "{}"}, "This answer is not geminid's (200)", "（200）"},
	{answer{status: 200}, "This answer is not geminid's (200)", "（200）"},
	{answer{status: 413}, "takes no file of this size (413)", "（413）"},
	{answer{status: 429}, "limits requests (429)", "（429）"},
	{answer{status: 502, body: "<html>"}, "geminid behind it does not answer (502)", "没有回答（502）"},
	{answer{status: 503, body: "{}"}, "geminid behind it does not answer (503)", "（503）"},
	{answer{status: 522}, "geminid behind it does not answer (522)", "（522）"},
	{answer{status: 418}, "This answer is not geminid's (418).", "（418）"},
}

// TestForeignAnswers: what a web server before the server answers says nothing about
// keys. Whoever gives one learns where the answer came from, an open page keeps its
// key, and a file is not taken for refused.
func TestForeignAnswers(t *testing.T) {
	h := open(t)
	f := openFront(t, h)
	for language, says := range map[string]func(i int) string{
		"en-US,en": func(i int) string { return foreignAnswers[i].says },
		"zh-CN,zh": func(i int) string { return foreignAnswers[i].sagt },
	} {
		b := visit(t, f.URL, visitor{languages: language})
		for i := range foreignAnswers {
			f.own.Store(&foreignAnswers[i].answer)
			b.enter(h.Admin)
			b.shows("#signin-trouble", says(i))
			if said := value[string](b, "document.querySelector('#signin').innerText"); strings.Contains(said, "keys add") {
				t.Errorf("%d: it advises a new key: %s", i, said)
			}
		}
		f.own.Store(nil)
		b.enter(h.Admin)
		b.shows("[data-account=default]", map[bool]string{true: "signed in"}[language == "en-US,en"])
		for i := range foreignAnswers {
			f.own.Store(&foreignAnswers[i].answer)
			b.drop(export(t, "cookies.txt", h.first.Netscape()))
			b.shows("#outcome", says(i))
			b.shows("#fresh", says(i))
			if !value[bool](b, "document.querySelector('#house').checkVisibility()") {
				t.Fatalf("%d: the page is closed", i)
			}
		}
		f.own.Store(nil)
		b.do(chromedp.Click(chromedp.CSS("#forget")))
	}
}
