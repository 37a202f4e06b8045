package page_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"github.com/geminid/geminid/e2e/harness"
)

// enter gives the key as a person at a keyboard does.
func (b *tab) enter(key string) {
	b.Helper()
	b.do(chromedp.SendKeys(chromedp.CSS("#key"), key+"\r"))
}

// drop lets files fall on the page.
func (b *tab) drop(paths ...string) {
	b.Helper()
	data := &input.DragData{Items: []*input.DragDataItem{}, Files: paths, DragOperationsMask: 1}
	// The browser drops only once the page has taken the drag up, and does not wait for
	// that by itself.
	moved := 0
	for end := time.Now().Add(3 * time.Second); moved < 2 && time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		for _, step := range []input.DispatchDragEventType{input.DispatchDragEventTypeDragEnter, input.DispatchDragEventTypeDragOver} {
			call(b, input.DispatchDragEvent, input.DispatchDragEventParams{Type: step, X: 600, Y: 300, Data: data})
		}
		if value[bool](b, "document.body.classList.contains('over')") {
			moved++
		}
	}
	call(b, input.DispatchDragEvent, input.DispatchDragEventParams{Type: input.DispatchDragEventTypeDrop, X: 600, Y: 300, Data: data})
}

// picture keeps a screenshot of the whole page for people to look at.
func (b *tab) picture(name string) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	image, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		b.Fatal(err)
	}
	dir := os.Getenv("GEMINID_E2E_PICTURES")
	if dir == "" {
		dir = filepath.Join(harness.Root(), "bin", "pictures")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), image, 0o644); err != nil {
		b.Fatal(err)
	}
}

// paste puts a text on the clipboard and presses Ctrl-V.
func (b *tab) paste(text string) {
	b.Helper()
	quoted, err := json.Marshal(text)
	if err != nil {
		b.Fatal(err)
	}
	value[bool](b, fmt.Sprintf("navigator.clipboard.writeText(%s).then(() => true)", quoted))
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
		call(b, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Key: "v", Code: "KeyV",
			Modifiers: 2, WindowsVirtualKeyCode: 'V', Commands: []string{"paste"}})
	}
}

// tabTo presses Tab until an element has the focus.
func (b *tab) tabTo(selector string) {
	b.Helper()
	for range 40 {
		if value[bool](b, fmt.Sprintf("document.activeElement === document.querySelector(%q)", selector)) {
			return
		}
		b.do(chromedp.KeyEvent("\t"))
	}
	b.Fatalf("the keyboard does not reach %s", selector)
}
