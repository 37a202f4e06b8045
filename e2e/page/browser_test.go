package page_test

import (
	"context"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/geminid/geminid/e2e/harness"
)

// patience bounds what a person would wait for in the browser.
const patience = 30 * time.Second

// visitor is who looks at the page. The zero value is an English reader of a
// light page on a desktop.
type visitor struct {
	languages string // as of Accept-Language
	phone     bool
	dark      bool
	noScript  bool
}

// tab is a page in a browser of its own, with an empty profile.
type tab struct {
	*testing.T
	ctx     context.Context
	home    string // scheme and host of the server
	profile string

	mu    sync.Mutex
	asked []string // URLs of all requests
	said  []string // console, exceptions and violations
	wrong []string // the ones among them that must not be
}

// visit opens the page. When the test ends, whatever it did, the tab must have
// asked its own server only, and hold no secret in any place.
func visit(t *testing.T, home string, v visitor) *tab {
	t.Helper()
	b := &tab{T: t, home: home, profile: t.TempDir()}
	languages := v.languages
	if languages == "" {
		languages = "en-US,en"
	}
	limited, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	allocator, stop := chromedp.NewExecAllocator(limited, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(harness.Tool(t, "chromium", "chromium fonts-dejavu-core fonts-noto-cjk")), chromedp.NoSandbox, chromedp.UserDataDir(b.profile),
		chromedp.Flag("accept-lang", languages), chromedp.Flag("lang", languages), chromedp.Flag("hide-scrollbars", true),
		chromedp.WindowSize(1200, 900))...)
	ctx, leave := chromedp.NewContext(allocator, chromedp.WithListener(b.hear))
	b.ctx = ctx
	if err := chromedp.Do(ctx); err != nil { // the browser lives as long as its first context
		t.Fatal(err)
	}
	t.Cleanup(func() {
		b.inspect()
		leave()
		stop()
		cancel()
		b.inspectProfile()
	})
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	size := emulation.SetDeviceMetricsOverrideParams{Width: 1200, Height: 900, DeviceScaleFactor: 1}
	if v.phone {
		size = emulation.SetDeviceMetricsOverrideParams{Width: 390, Height: 844, DeviceScaleFactor: 2, Mobile: true}
	}
	call(b, emulation.SetDeviceMetricsOverride, size)
	scheme := "light"
	if v.dark {
		scheme = "dark"
	}
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	for _, permission := range []string{"clipboard-read", "clipboard-write"} {
		if _, err := chromedp.CallBrowser(ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: permission}, Setting: browser.PermissionSettingGranted, Origin: home,
		}); err != nil {
			t.Fatal(err)
		}
	}
	if v.noScript {
		call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	}
	b.do(chromedp.Navigate(home + "/"))
	return b
}

// hear notes what the browser tells about the page.
func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		b.asked = append(b.asked, e.Request.URL)
	case *network.EventWebSocketCreated:
		b.asked = append(b.asked, e.URL)
	case *runtime.EventConsoleAPICalled:
		for _, arg := range e.Args {
			b.said = append(b.said, string(arg.Value), arg.Description)
		}
		b.wrong = append(b.wrong, "the page wrote to the console")
	case *runtime.EventExceptionThrown:
		b.wrong = append(b.wrong, "exception: "+e.ExceptionDetails.Text+" "+e.ExceptionDetails.Exception.Description)
	case *log.EventEntryAdded:
		b.said = append(b.said, e.Entry.Text, e.Entry.URL)
		if e.Entry.Source != log.EntrySourceNetwork { // those tell of refusals, which are meant
			b.wrong = append(b.wrong, fmt.Sprintf("%s: %s", e.Entry.Source, e.Entry.Text))
		}
	}
}

// everything is all that a document holds: its text, its forms and its stores.
const everything = `[document.documentElement.outerHTML, document.title, document.cookie, location.href,
	...[...document.querySelectorAll('input,textarea,select')].map((e) => e.value),
	JSON.stringify(localStorage), JSON.stringify(sessionStorage), JSON.stringify(history.state)].join('\n')`

// inspect looks for other hosts, complaints and secrets.
func (b *tab) inspect() {
	b.Helper()
	if b.ctx.Err() != nil {
		b.Error("the browser has gone")
		return
	}
	held := value[string](b, everything)
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, address := range b.asked {
		if u, err := url.Parse(address); err != nil || u.Scheme != "data" && u.Scheme+"://"+u.Host != b.home {
			b.Errorf("the page asked for %s", address)
		}
	}
	for _, complaint := range b.wrong {
		b.Errorf("the browser complains: %s", complaint)
	}
	for place, text := range map[string]string{
		"document": held, "console": strings.Join(b.said, "\n"), "addresses": strings.Join(b.asked, "\n"),
	} {
		if leaks := harness.Leaks(text); leaks != nil {
			b.Errorf("the %s holds secrets: %v", place, leaks)
		}
	}
}

// inspectProfile looks for secrets in what the browser wrote to disk.
func (b *tab) inspectProfile() {
	b.Helper()
	files := 0
	err := filepath.WalkDir(b.profile, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		if leaks := harness.Leaks(string(content)); leaks != nil {
			b.Errorf("the browser keeps secrets in %s: %v", filepath.Base(path), leaks)
		}
		return err
	})
	if err != nil || files == 0 {
		b.Errorf("looking through %d files of the browser: %v", files, err)
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.Fatal(err)
	}
}

// call is a command of the browser's own.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	result, err := chromedp.Call(ctx, command, params)
	if err != nil {
		b.Fatal(err)
	}
	return result
}

// value evaluates an expression in the page.
func value[T any](b *tab, expression string) T {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	result, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.Fatalf("%s: %v", expression, err)
	}
	return result
}

// until waits for an expression to become true.
func (b *tab) until(expression string) {
	b.Helper()
	deadline := time.Now().Add(patience)
	for !value[bool](b, "Boolean("+expression+")") {
		if time.Now().After(deadline) {
			b.Fatalf("not within %s: %s\nthe page says:\n%s", patience, expression, b.text("body"))
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// text is what an element shows.
func (b *tab) text(selector string) string {
	b.Helper()
	return value[string](b, fmt.Sprintf("document.querySelector(%q).innerText", selector))
}

// shows waits for an element to show a text.
func (b *tab) shows(selector, text string) {
	b.Helper()
	b.until(fmt.Sprintf("document.querySelector(%q)?.innerText.includes(%q)", selector, text))
}
