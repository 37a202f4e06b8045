package page_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/geminid/geminid/e2e/harness"
)

// asks puts a question and returns true when a session answered it.
func (h *house) asks(t *testing.T, session harness.Session) bool {
	t.Helper()
	before := h.sim.Answers(t, session)
	reply := h.Do(t, "POST", "/v1/chat/completions", `{"model":"gemini-2.5-flash","messages":[{"role":"user","content":"who is there"}]}`)
	return reply.Status == 200 && h.sim.Answers(t, session) == before+1
}

// TestOwnerDropsFiles: a good file is used at once, a bad one changes nothing
// and says why.
func TestOwnerDropsFiles(t *testing.T) {
	h := open(t)
	second := h.sim.Session(t, "second")
	b := visit(t, h.URL, visitor{})
	b.shows("h1", "Valid")
	b.enter(h.Admin)
	b.shows("[data-account=default]", "signed in")

	good := export(t, "gemini.google.com_cookies (1).txt", second.Netscape())
	b.drop(good)
	b.shows("#outcome", "Accepted and in use")
	b.shows("#outcome", "Netscape")
	b.shows("[data-account=default]", "no. 2")
	b.picture("dropped-good")
	if !h.asks(t, second) {
		t.Error("the dropped session does not serve")
	}
	b.drop(good)
	b.shows("#outcome", "Nothing to change")

	for _, bad := range []struct{ name, content, code, says string }{
		{"Sign in.html", "<!doctype html><title>Sign in - Google Accounts</title>", "E_HTML", "is a web page"},
		{"strangers.json", harness.Stranger().JSON(), "E_PROBE_SIGNED_OUT", "answers as signed out"},
		{"no session.txt", ".google.com\tTRUE\t/\tTRUE\t0\tNID\tabcdefghijklmnopqrstuvwxyz\n", "E_SIGNED_OUT", "signed-out browser"},
		{"picture.png", "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00", "E_BINARY", "picture.png"},
		{"big.har", strings.Repeat("x", 8<<20+1), "E_TOO_BIG", "big.har is larger than 8 MiB; a cookie export has a few KiB."},
		{"empty.txt", "", "E_EMPTY", "is empty"},
	} {
		b.drop(export(t, bad.name, bad.content))
		b.shows("#outcome code", bad.code)
		b.shows("#outcome", bad.says)
		if bad.code == "E_PROBE_SIGNED_OUT" {
			b.picture("dropped-bad")
		}
		if !h.asks(t, second) {
			t.Errorf("after %s the session in use does not serve any more", bad.name)
		}
	}
	b.drop(good, export(t, "another.txt", "x"))
	b.shows("#outcome", "One file at a time")

	// What comes while another is asked about is named, and still at the end.
	h.sim.Fault(t, map[string]any{"kind": "latency", "delay": "2s"})
	b.drop(export(t, "third.txt", h.sim.Session(t, "third").Netscape()))
	b.shows("#outcome", "Asking Google")
	b.drop(export(t, "another.txt", "x"))
	b.shows("#outcome", "another.txt came too early")
	h.sim.Heal(t)
	b.shows("#outcome", "Accepted and in use")
	b.shows("#outcome", "another.txt came too early")
	b.shows("[data-account=default]", "no. 3")
	b.drop(export(t, "empty.txt", ""))
	b.shows("#outcome code", "E_EMPTY")
	if said := value[string](b, "document.querySelector('#outcome').innerText"); strings.Contains(said, "too early") {
		t.Errorf("what came too early is told again: %s", said)
	}
}

// TestOwnerChoosesAndPastes: the file dialog and the clipboard lead to the same,
// and a new account is asked for its name.
func TestOwnerChoosesAndPastes(t *testing.T) {
	h := open(t)
	second, third, fourth := h.sim.Session(t, "second"), h.sim.Session(t, "third"), h.sim.SessionOf(t, "fourth", "2")
	b := visit(t, h.URL, visitor{})
	b.enter(h.Admin)
	b.shows("[data-account=default]", "signed in")

	b.do(chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{export(t, "cookies.json", second.JSON())}))
	b.shows("#outcome", "Accepted and in use")
	b.shows("#outcome", "JSON")

	b.do(chromedp.Focus(chromedp.CSS("#paste")))
	b.paste("Cookie: __Secure-1PSID=" + third.PSID + "; __Secure-1PSIDTS=" + third.PSIDTS)
	b.shows("#outcome", "header")
	b.shows("#outcome", "Accepted and in use")
	if got := value[string](b, "document.querySelector('#paste').value"); got != "" {
		t.Errorf("%d characters of what was pasted stay in the field", len(got))
	}
	if !h.asks(t, third) {
		t.Error("the pasted session does not serve")
	}

	b.do(chromedp.Click(chromedp.CSS("h2#traffic-title"))) // away from every field
	b.paste("good morning")
	b.shows("#outcome code", "E_PARSE")

	value[bool](b, "(document.querySelector('#into').value = '+', document.querySelector('#into').dispatchEvent(new Event('change')))")
	b.drop(export(t, "cookies.txt", fourth.Netscape()))
	b.shows("#outcome", "Say which account")
	b.do(chromedp.SendKeys(chromedp.CSS("#newname"), "Not A Name\t"))
	b.shows("#outcome", "A name begins with")
	value[string](b, "document.querySelector('#newname').value = ''")
	b.do(chromedp.SendKeys(chromedp.CSS("#newname"), "work\t"))
	b.shows("#outcome", "Accepted and in use")
	b.shows("[data-account=work]", "signed in")
}

// TestKeys: only an admin key opens the page, and nothing stays when it is
// forgotten.
func TestKeys(t *testing.T) {
	h := open(t)
	b := visit(t, h.URL, visitor{})
	for _, wrong := range []struct{ key, says string }{
		{harness.Secret("gmd_" + strings.Repeat("wrong", 9)), "This key is not valid"},
		{h.api, "may only ask questions"},
		{"ключ", "This key is not valid"},
	} {
		b.enter(wrong.key)
		b.shows("#signin-trouble", wrong.says)
		if open := value[bool](b, "document.querySelector('#house').checkVisibility()"); open {
			t.Fatalf("%q opens the page", wrong.says)
		}
	}
	b.picture("wrong-key")
	b.drop(export(t, "cookies.txt", h.first.Netscape()))
	b.enter(h.Admin)
	b.shows("[data-account=default]", "signed in")
	b.usable()
	b.do(chromedp.Click(chromedp.CSS("#forget")))
	b.until("!document.querySelector('#house').checkVisibility()")
	if left := value[string](b, "document.querySelector('#house').innerText + document.querySelector('#account-list').textContent"); strings.Contains(left, "signed in") {
		t.Errorf("the page still holds: %s", left)
	}
	b.do(chromedp.Reload())
	b.shows("#signin", "Admin key")
	b.until("document.activeElement !== document.querySelector('#house')")
}

// TestKeyboard: without a mouse every control is reached, and the copy buttons
// copy.
func TestKeyboard(t *testing.T) {
	h := open(t)
	b := visit(t, h.URL, visitor{})
	b.tabTo("#key")
	b.do(chromedp.KeyEvent(h.Admin + "\r"))
	b.shows("[data-account=default]", "signed in")
	for _, control := range []string{"[data-account=default] summary", "#file", "#paste", "#into", "#clients button"} {
		b.tabTo(control)
	}
	b.do(chromedp.KeyEvent("\r"))
	b.shows("#clients button", "Copied")
	b.tabTo("#clients article:nth-of-type(3) [data-path='/v1'] + button")
	b.do(chromedp.KeyEvent(" "))
	b.until("navigator.clipboard.readText().then((text) => text === location.origin + '/v1')")
}

// TestStranger: who has no key and runs no script reads the state, what to do
// and how to set up a client, and no more.
func TestStranger(t *testing.T) {
	h := open(t)
	b := visit(t, h.URL, visitor{noScript: true})
	for where, what := range map[string]string{
		"h1": "Valid", "#sentence": "signed in and serving", "noscript": "gchat cookies update", "#clients": h.URL + "/v1",
	} {
		b.shows(where, what)
	}
	if value[bool](b, "document.body.innerText.includes('default')") {
		t.Error("the page names the account")
	}
	b.usable()
	b.picture("without-script")
}

// TestTrouble: a house without a session says what to do, in both languages; a
// page whose server has gone says so and comes back with it.
func TestTrouble(t *testing.T) {
	home := harness.NewHome(t)
	home.Configure(t, "upstream_url: "+harness.Simulate(t).URL)
	admin := home.AddKey(t, "owner", "--admin")
	d := harness.Launch(t, home)
	for _, v := range []struct {
		visitor
		word, todo, none, gone string
	}{
		{visitor{phone: true}, "Missing", "What to do:", "No account yet", "cannot be reached"},
		{visitor{languages: "zh-TW,zh", dark: true}, "没有会话", "请这样做：", "还没有账号", "无法连接服务器"},
	} {
		b := visit(t, d.URL, v.visitor)
		b.shows("h1", v.word)
		b.shows("#todo", v.todo)
		b.enter(admin)
		b.shows("#account-list", v.none)
		b.usable()
		if v.phone {
			b.picture("missing")
			continue
		}
		d.Stop(t)
		value[bool](b, "document.dispatchEvent(new Event('visibilitychange'))")
		b.shows("#fresh", v.gone)
	}
}
