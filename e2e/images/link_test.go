package images_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/openai/openai-go/v3"

	"github.com/geminid/geminid/e2e/harness"
)

const (
	linkAge  = 20 * time.Second
	patience = 30 * time.Second
)

// TestLink follows the link of a chat answer in a browser that knows no key, and
// once more when its time is over.
func TestLink(t *testing.T) {
	ctx := browser(t)
	w := newWorld(t, "files_max_age: "+linkAge.String())
	client := w.openAI()
	answer, err := client.Chat.Completions.New(t.Context(), openai.ChatCompletionNewParams{
		Model: painter, Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("a fox 320x200")},
	})
	if err != nil {
		t.Fatal(err)
	}
	made := time.Now()
	link := shownLink.FindStringSubmatch(answer.Choices[0].Message.Content)
	if link == nil {
		t.Fatalf("no link in %q", answer.Choices[0].Message.Content)
	}
	// A chat page of another origin embeds it.
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, "<!doctype html><img src=%q>", link[1])
	}))
	defer page.Close()
	if err := chromedp.Do(ctx, chromedp.Navigate(page.URL)); err != nil {
		t.Fatal(err)
	}
	seen, err := chromedp.Run(ctx, chromedp.Evaluate[map[string]any](`document.images[0].decode().then(() =>
		({width: document.images[0].naturalWidth, height: document.images[0].naturalHeight}))`, chromedp.EvalAwaitPromise))
	if err != nil || seen["width"] != 320.0 || seen["height"] != 200.0 {
		t.Fatalf("embedded in a page the picture is %v, %v", seen, err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(link[1])); err != nil {
		t.Fatal(err)
	}
	seen, err = chromedp.Run(ctx, chromedp.Evaluate[map[string]any](`({type: document.contentType, width: document.images[0].naturalWidth})`))
	if err != nil || seen["type"] != "image/png" || seen["width"] != 320.0 {
		t.Fatalf("opened by itself the picture is %v, %v", seen, err)
	}
	if left := linkAge - time.Since(made); left > 2*time.Second {
		if status, _ := fetched(t, link[1]); status != http.StatusOK {
			t.Errorf("%s before its end the link answers %d", left, status)
		}
	}
	harness.Eventually(t, linkAge+patience, "the link is dead", func() bool {
		status, _ := fetched(t, link[1])
		return status == http.StatusNotFound
	})
	if age := time.Since(made); age < linkAge-time.Second {
		t.Errorf("the link died after %s", age)
	}
}

// browser is a headless Chromium with an empty profile.
func browser(t *testing.T) context.Context {
	t.Helper()
	limited, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	allocator, stop := chromedp.NewExecAllocator(limited, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(harness.Tool(t, "chromium", "chromium fonts-dejavu-core fonts-noto-cjk")), chromedp.NoSandbox, chromedp.UserDataDir(t.TempDir()))...)
	ctx, leave := chromedp.NewContext(allocator)
	t.Cleanup(func() { leave(); stop(); cancel() })
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatal(err)
	}
	return ctx
}
