package simulator_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/upstream/simulator"
)

// clock is a time that a test moves by hand.
type clock struct{ t time.Time }

func newClock() *clock                   { return &clock{time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)} }
func (c *clock) now() time.Time          { return c.t }
func (c *clock) advance(d time.Duration) { c.t = c.t.Add(d) }

// browser is a small client of the web protocol, written from the outside: it
// keeps cookies by the domain rules and reads frames by their lengths.
type browser struct {
	t      *testing.T
	client *http.Client
	at     string // page token; "-" leaves the field out
	prefix string // "/u/1"
	header http.Header
	reqid  int
}

// newBrowser signs a browser in at a simulator in memory.
func newBrowser(t *testing.T, s http.RoundTripper, have simulator.Credentials) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, client: &http.Client{Transport: s, Jar: jar}, reqid: 12345, header: make(http.Header)}
	b.signIn(have)
	return b
}

func (b *browser) signIn(have simulator.Credentials) {
	home, _ := url.Parse("https://www.google.com/")
	for name, value := range map[string]string{"__Secure-1PSID": have.PSID, "__Secure-1PSIDTS": have.PSIDTS} {
		if value != "" {
			b.client.Jar.SetCookies(home, []*http.Cookie{{Name: name, Value: value, Domain: ".google.com", Path: "/", Secure: true}})
		}
	}
}

// cookie is the value that the jar would send to the app.
func (b *browser) cookie(name string) string {
	app, _ := url.Parse("https://gemini.google.com/app")
	for _, ck := range b.client.Jar.Cookies(app) {
		if ck.Name == name {
			return ck.Value
		}
	}
	return ""
}

type replyJSON struct {
	status int
	header http.Header
	url    *url.URL
	body   string
	err    error // of reading the body
}

func (b *browser) do(r *http.Request) replyJSON {
	b.t.Helper()
	for name, values := range b.header {
		r.Header[name] = values
	}
	resp, err := b.client.Do(r)
	if err != nil {
		return replyJSON{err: err}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return replyJSON{resp.StatusCode, resp.Header, resp.Request.URL, string(body), err}
}

func (b *browser) get(link string) replyJSON {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, link, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(r)
}

var wiz = regexp.MustCompile(`"(SNlM0e|cfb2h|FdrFJe|TuX5cc|qKIAYe|S06Grb)":\s*"(.*?)"`)

// open loads the app page, keeps its token and returns what it found there.
func (b *browser) open() (replyJSON, map[string]string) {
	b.t.Helper()
	page := b.get("https://gemini.google.com" + b.prefix + "/app")
	keys := make(map[string]string)
	for _, m := range wiz.FindAllStringSubmatch(page.body, -1) {
		keys[m[1]] = m[2]
	}
	b.at = keys["SNlM0e"]
	return page, keys
}

func (b *browser) post(path string, query, form url.Values) replyJSON {
	b.t.Helper()
	b.reqid += 100000
	query.Set("_reqid", fmt.Sprint(b.reqid))
	if b.at != "-" {
		form.Set("at", b.at)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, "https://gemini.google.com"+b.prefix+path+"?"+query.Encode(), strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=utf-8")
	r.Header.Set("X-Same-Domain", "1")
	return b.do(r)
}

const (
	rpcPath      = "/_/BardChatUi/data/batchexecute"
	generatePath = "/_/BardChatUi/data/assistant.lamda.BardFrontendService/StreamGenerate"
)

// rpc calls one RPC and returns its body, decoded, or the status that refused it.
func (b *browser) rpc(id, payload string) (body []any, status int) {
	b.t.Helper()
	call, _ := json.Marshal([]any{[]any{[]any{id, payload, nil, "generic"}}})
	got := b.post(rpcPath, url.Values{"rpcids": {id}, "rt": {"c"}}, url.Values{"f.req": {string(call)}})
	if got.status != http.StatusOK {
		b.t.Fatalf("%s: status %d", id, got.status)
	}
	for _, row := range rows(b.t, got.body) {
		if row[0] != "wrb.fr" || row[1] != id {
			continue
		}
		if row[2] == nil {
			return nil, int(at(row, 5, 0).(float64))
		}
		return decode(b.t, row[2].(string)), 0
	}
	b.t.Fatalf("%s: no row in %q", id, got.body)
	return nil, 0
}

// ask is one StreamGenerate call.
type ask struct {
	prompt      string
	model       string // header [1,null,null,null,"ID",…]
	modelHeader string // the whole header, in place of model
	meta        any    // inner[2]; nil is a new chat's
	files       any
	set         map[int]any // other slots
	label       string      // bl, "boq" unless another is given; "-" leaves it out
	oldStyle    bool        // no rt=c
	gzip        bool
}

func (b *browser) generate(a ask) replyJSON {
	b.t.Helper()
	inner := make([]any, 69, 81) // 81 once the slots of the newest clients are set
	inner[0] = []any{a.prompt, 0, nil, a.files, nil, nil, 0}
	inner[1] = []any{"en"}
	inner[2] = a.meta
	if a.meta == nil {
		inner[2] = []any{"", "", "", nil, nil, nil, nil, nil, nil, ""}
	}
	inner[7], inner[59] = 1, "3F0C1B6E-52B2-4D62-9B1B-0F6C2D0D7A11"
	for i, v := range a.set {
		if i >= len(inner) {
			inner = inner[:cap(inner)]
		}
		inner[i] = v
	}
	raw, _ := json.Marshal(inner)
	outer, _ := json.Marshal([]any{nil, string(raw)})
	query := url.Values{"bl": {cmp.Or(a.label, "boq")}, "hl": {"en"}}
	if a.label == "-" {
		query.Del("bl")
	}
	if !a.oldStyle {
		query.Set("rt", "c")
	}
	b.header = http.Header{"X-Goog-Ext-525005358-Jspb": {`["3F0C1B6E-52B2-4D62-9B1B-0F6C2D0D7A11",1]`}}
	if a.model != "" {
		b.header.Set("X-Goog-Ext-525001261-Jspb", fmt.Sprintf(`[1,null,null,null,%q,null,null,0,[4],null,null,2]`, a.model))
	}
	if a.modelHeader != "" {
		b.header.Set("X-Goog-Ext-525001261-Jspb", a.modelHeader)
	}
	if a.gzip {
		b.header.Set("Accept-Encoding", "gzip")
	}
	if b.prefix != "" {
		b.header.Set("X-Goog-AuthUser", strings.TrimPrefix(b.prefix, "/u/"))
	}
	defer func() { b.header = make(http.Header) }()
	return b.post(generatePath, query, url.Values{"f.req": {string(outer)}})
}

// rotate calls RotateCookies with the two cookies alone.
func (b *browser) rotate() replyJSON {
	b.t.Helper()
	return b.rotateWith("__Secure-1PSID="+b.cookie("__Secure-1PSID")+"; __Secure-1PSIDTS="+b.cookie("__Secure-1PSIDTS"), `[000,"-0000000000000000000"]`)
}

func (b *browser) rotateWith(cookies, body string) replyJSON {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, "https://accounts.google.com/RotateCookies", strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cookie", cookies)
	jar := b.client.Jar
	plain := &http.Client{Transport: b.client.Transport}
	resp, err := plain.Do(r)
	if err != nil {
		return replyJSON{err: err}
	}
	defer resp.Body.Close()
	jar.SetCookies(r.URL, resp.Cookies())
	text, err := io.ReadAll(resp.Body)
	return replyJSON{resp.StatusCode, resp.Header, r.URL, string(text), err}
}
