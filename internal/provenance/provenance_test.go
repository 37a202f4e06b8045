package provenance_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/geminid/geminid/internal/provenance"
)

func TestExplain(t *testing.T) {
	asked := &http.Request{URL: &url.URL{Scheme: "https", Host: "ai.example.org", Path: "/v1/models"}}
	for _, tt := range []struct {
		status int
		header http.Header
		kind   provenance.Kind
		what   string
	}{
		{200, nil, provenance.Webpage, "the answer is not geminid's: a page of this network (a portal to sign in at?) or of another program (200 OK)"},
		{204, nil, provenance.Webpage, "(204 No Content)"},
		{302, http.Header{"Location": {"https://login.example/start?token=secret"}}, provenance.Redirect, "a redirect to https://login.example/start (302 Found)"},
		{301, http.Header{"Location": {"/elsewhere"}}, provenance.Redirect, "a redirect to https://ai.example.org/elsewhere (301"},
		{307, http.Header{"Location": {"https://u:secret@login.example/"}}, provenance.Redirect, "a redirect to https://login.example/ (307"},
		{302, nil, provenance.Redirect, "a redirect to nowhere (302"},
		{302, http.Header{"Location": {"::secret"}}, provenance.Redirect, "a redirect to nowhere (302"},
		{401, http.Header{"Server": {"nginx/1.22.1"}}, provenance.SignIn, "a name and a password of its own (401 Unauthorized, by nginx/1.22.1)"},
		{407, nil, provenance.SignIn, "a password of its own (407"},
		{511, nil, provenance.SignIn, "a password of its own (511"},
		{403, http.Header{"Server": {"cloudflare"}}, provenance.Denied, "refuses the request (403 Forbidden, by cloudflare)"},
		{451, nil, provenance.Denied, "refuses the request"},
		{404, http.Header{"Server": {"Caddy"}}, provenance.Hidden, "a web server before geminid keeps this path inside, or geminid is not at this address (404 Not Found, by Caddy)"},
		{405, nil, provenance.Hidden, "keeps this path inside"},
		{410, nil, provenance.Hidden, "keeps this path inside"},
		{413, nil, provenance.TooLarge, "takes no body of this size (413"},
		{429, nil, provenance.Limited, "limits requests (429"},
		{502, nil, provenance.Gateway, "geminid behind it does not answer (502 Bad Gateway)"},
		{503, nil, provenance.Gateway, "does not answer"},
		{504, nil, provenance.Gateway, "does not answer"},
		{521, nil, provenance.Gateway, "does not answer (521)"},
		{519, nil, provenance.Other, "the answer is not geminid's (519)"},
		{400, http.Header{"Server": {"evil\x1b[31m secret"}}, provenance.Other, "the answer is not geminid's (400 Bad Request)"},
		{500, http.Header{"Server": {strings.Repeat("secret", 30)}}, provenance.Other, "the answer is not geminid's (500 Internal Server Error)"},
	} {
		got := provenance.ExplainForeign(&http.Response{StatusCode: tt.status, Header: tt.header, Request: asked})
		if got.Kind != tt.kind || !strings.Contains(got.What, tt.what) {
			t.Errorf("%d: got %s, %q, want %s, %q", tt.status, got.Kind, got.What, tt.kind, tt.what)
		}
		if got.Next == "" || strings.Contains(got.What, "secret") {
			t.Errorf("%d: got %q, next %q", tt.status, got.What, got.Next)
		}
	}
}

func ExampleExplainForeign() {
	own := http.Header{}
	provenance.MarkOwn(own)
	foreign := &http.Response{StatusCode: http.StatusNotFound, Header: http.Header{"Server": {"Caddy"}}}
	fmt.Println(provenance.IsOwn(own), provenance.IsOwn(foreign.Header))
	fmt.Println(provenance.ExplainForeign(foreign).Kind)
	// Output:
	// true false
	// hidden
}
