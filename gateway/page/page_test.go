package page_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/geminid/geminid/gateway/page"
)

var healthy = page.View{State: "healthy", Word: "valid", Ready: true, Base: "http://127.0.0.1:8100",
	Models: []string{"gemini-2.5-flash", "gemini-2.5-pro"}}

func serve(t *testing.T, v page.View, languages string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
	if languages != "" {
		r.Header.Set("Accept-Language", languages)
	}
	if err := page.ServePage(w, r, v); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestLanguage(t *testing.T) {
	for _, tt := range []struct{ asked, want, says string }{
		{"", "en", "Valid"},
		{"de-DE,de;q=0.9", "en", "Valid"},
		{"zh-CN,zh;q=0.9,en;q=0.8", "zh", "有效"},
		{"zh-TW", "zh", "有效"},
		{"en-GB,en;q=0.9,zh;q=0.8", "en", "Valid"},
		{"de,zh;q=0.5", "zh", "有效"},
		{"*", "en", "Valid"},
		{";;;q=\x00,,", "en", "Valid"},
		{strings.Repeat("zh-", 2000), "en", "Valid"},
	} {
		w := serve(t, healthy, tt.asked)
		if got := w.Header().Get("Content-Language"); got != tt.want || w.Header().Get("Vary") != "Accept-Language" {
			t.Errorf("%.40q: got %s, want %s", tt.asked, got, tt.want)
		}
		if body := w.Body.String(); !strings.Contains(body, `<html lang="`+tt.want+`">`) || !strings.Contains(body, ">"+tt.says+"</h1>") {
			t.Errorf("%.40q: the page is not in %s", tt.asked, tt.want)
		}
	}
}

// TestReadableWithoutScript: what everybody may know stands in the HTML.
func TestReadableWithoutScript(t *testing.T) {
	for _, tt := range []struct {
		name  string
		view  page.View
		wants []string
	}{
		{"healthy", healthy, []string{`data-word="valid"`, "signed in and serving", "http://127.0.0.1:8100/v1", "http://127.0.0.1:8100/gemini",
			"-all,&#43;gemini-2.5-flash,&#43;gemini-2.5-pro", "CherryStudio", "NextChat", "ChatBox", "gchat cookies update"}},
		{"expired", page.View{State: "expired", Word: "expired", Remedy: "sign in & export"}, []string{"The session has ended.", "What to do:", "sign in &amp; export"}},
		{"paused", page.View{State: "paused", Word: "paused", Remedy: "run: geminid cookies resume x"}, []string{`data-word="paused"`, "<h1 id=\"word\" data-word=\"paused\">Paused</h1>", "paused by its owner", "geminid cookies resume x"}},
		{"one of three ended", page.View{State: "healthy", Word: "valid", Ready: true, Accounts: []page.Count{{"expired", 1}, {"healthy", 2}}}, []string{"Of 3 accounts: 1 expired."}},
		{"several troubles", page.View{State: "expiring", Word: "expiring", Ready: true, Accounts: []page.Count{{"expired", 2}, {"blocked", 1}, {"expiring", 1}, {"paused", 1}}},
			[]string{"Of 5 accounts: 2 expired, 1 blocked, 1 paused."}},
		{"all alike", page.View{State: "healthy", Word: "valid", Ready: true, Accounts: []page.Count{{"healthy", 2}}}, []string{`id="others" class="others" hidden`}},
		{"blocked", page.View{State: "blocked", Word: "blocked", Retry: 125 * time.Second}, []string{"for now. Next: one trial call in 3 min."}},
		{"blocked for long", page.View{State: "blocked", Word: "blocked", Retry: 50 * time.Hour}, []string{"Next: one trial call in 2 d."}},
		{"hostile address", page.View{State: "missing", Word: "missing", Base: `http://"><script>alert(1)</script>`}, []string{"&#34;&gt;&lt;script&gt;"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := serve(t, tt.view, "en").Body.String()
			for _, want := range tt.wants {
				if !strings.Contains(body, want) {
					t.Errorf("no %q", want)
				}
			}
			if got := strings.Contains(body, `class="todo" hidden`); got != (tt.view.Remedy == "") {
				t.Errorf("what to do is hidden: %t", got)
			}
		})
	}
}

// TestPolicy: the policy allows exactly the style and the script that stand in
// the page, and the page asks for nothing that it would have to forbid.
func TestPolicy(t *testing.T) {
	w := serve(t, healthy, "en")
	policy := w.Header().Get("Content-Security-Policy")
	if !strings.HasPrefix(policy, "default-src 'none'; ") || strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		t.Errorf("policy %q", policy)
	}
	root, err := html.Parse(bytes.NewReader(w.Body.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	var labels []string
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		attributes := map[string]string{}
		for _, a := range n.Attr {
			attributes[a.Key] = a.Val
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" {
				t.Errorf("<%s> has %s=%q, which the policy forbids", n.Data, a.Key, a.Val)
			}
			if outside := a.Key == "src" || a.Key == "href" || a.Key == "action"; outside && !strings.HasPrefix(a.Val, "data:") {
				t.Errorf("<%s> asks for %s", n.Data, a.Val)
			}
		}
		if id := attributes["id"]; id != "" && ids[id] {
			t.Errorf("two elements are called %s", id)
		} else if id != "" {
			ids[id] = true
		}
		for _, reference := range []string{"for", "aria-labelledby", "aria-describedby"} {
			if attributes[reference] != "" {
				labels = append(labels, attributes[reference])
			}
		}
		if (n.Data == "style" || n.Data == "script" && attributes["type"] == "") && !strings.Contains(policy, hashForPolicy(n.FirstChild.Data)) {
			t.Errorf("the policy forbids the page's own <%s>", n.Data)
		}
	}
	for _, label := range labels {
		if !ids[label] {
			t.Errorf("a label points to %s, which is not there", label)
		}
	}
	for _, id := range regexp.MustCompile(`\$\('([a-z-]+)'\)`).FindAllStringSubmatch(page.Script(), -1) {
		if !ids[id[1]] {
			t.Errorf("the script looks for %s, which is not there", id[1])
		}
	}
}

func hashForPolicy(s string) string {
	sum := sha256.Sum256([]byte(s))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// TestScriptIsTame: nothing in the script makes HTML or code of a text, stores
// anything, or knows another host.
func TestScriptIsTame(t *testing.T) {
	script := page.Script()
	for _, word := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "localStorage",
		"sessionStorage", "indexedDB", "document.cookie", "console.", "https://", "</script"} {
		if strings.Contains(script, word) {
			t.Errorf("the script holds %s", word)
		}
	}
	if got := strings.Count(script, "http://"); got != strings.Count(script, "http://www.w3.org/2000/svg") {
		t.Error("the script holds an address")
	}
}
