package api_test

import (
	"context"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/files"
)

// pngBytes is no picture that could be shown, but begins like one.
var pngBytes = append([]byte("\x89PNG\r\n\x1a\n"), make([]byte, 200<<10)...)

// paints says a sentence and shows the picture.
func paints(blobs ...*chat.Blob) script {
	return func(_ context.Context, _ cookie.Set, _ *chat.Request, yield func(chat.Event, error) bool) {
		events := []chat.Event{{Kind: chat.Text, Text: "Here."}}
		for _, blob := range blobs {
			events = append(events, chat.Event{Kind: chat.Media, Blob: blob})
		}
		for _, event := range append(events, chat.Event{Kind: chat.Finish, Reason: chat.Stop}) {
			if !yield(event, nil) {
				return
			}
		}
	}
}

// gallery is a rig that keeps files and paints, and the clock of its store.
func gallery(t testing.TB, options ...option) (g *rig, dir string, now *time.Time) {
	t.Helper()
	dir, now = filepath.Join(t.TempDir(), "files"), new(time.Time)
	*now = time.Unix(1_790_000_000, 0)
	store, err := files.Open(files.Config{Dir: dir, MaxAge: time.Hour, Now: func() time.Time { return *now }})
	if err != nil {
		t.Fatal(err)
	}
	keeps := func(c *api.Config) { c.Files, c.Now = store, func() time.Time { return *now } }
	g = newRig(t, append([]option{keeps}, options...)...)
	g.actor.plays(paints(&chat.Blob{MIME: "image/png", Data: pngBytes}))
	return g, dir, now
}

var link = regexp.MustCompile(`!\[image\]\((\S+?)(/files/[a-z0-9]+-[a-z2-7]{26}\.png)\)`)

func TestPicturesAreLinks(t *testing.T) {
	proxied := with(func(s *api.Settings) { s.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	tests := []struct {
		name   string
		option option
		header map[string]string
		want   string
	}{
		{"what we were asked for", with(func(*api.Settings) {}), nil, "http://127.0.0.1:8100"},
		{"public address", with(func(s *api.Settings) { s.PublicURL = "https://ai.example/g/" }), map[string]string{"X-Forwarded-Host": "evil.example"}, "https://ai.example/g"},
		{"a trusted proxy", proxied, map[string]string{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "first.example, ai.example"}, "https://ai.example"},
		{"a proxy that nobody trusts", with(func(*api.Settings) {}), map[string]string{"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}, "http://127.0.0.1:8100"},
		{"no name from a proxy", proxied, map[string]string{"X-Forwarded-Host": ".."}, "http://127.0.0.1:8100"},
		{"a port alone from a proxy", proxied, map[string]string{"X-Forwarded-Host": ":80"}, "http://127.0.0.1:8100"},
		{"an IPv6 address from a proxy", proxied, map[string]string{"X-Forwarded-Host": "[2001:db8::1]:8100"}, "http://[2001:db8::1]:8100"},
		{"nonsense from a proxy", proxied, map[string]string{"X-Forwarded-Proto": "ftp", "X-Forwarded-Host": `x)![](http://evil.example`}, "http://127.0.0.1:8100"},
	}
	for _, tt := range tests {
		for _, stream := range []bool{false, true} {
			g, _, _ := gallery(t, tt.option)
			w := g.do(generate("openai", stream).with(func(c *call) { c.header = tt.header }))
			found := link.FindStringSubmatch(w.Body.String())
			if found == nil || found[1] != tt.want {
				t.Fatalf("%s, stream %v: no link to %s in %.300s", tt.name, stream, tt.want, w.Body)
			}
			if got := g.do(call{path: found[2]}); got.Code != http.StatusOK || got.Body.String() != string(pngBytes) {
				t.Errorf("%s, stream %v: the link answers with status %d, %d bytes", tt.name, stream, got.Code, got.Body.Len())
			}
		}
	}
}

func TestFilesAreServed(t *testing.T) {
	g, _, now := gallery(t, with(public))
	path := link.FindStringSubmatch(g.do(generate("openai", false)).Body.String())[2]
	w := g.do(call{path: path})
	for name, want := range map[string]string{
		"Content-Type": "image/png", "Content-Length": "204808", "X-Content-Type-Options": "nosniff",
		"Cache-Control": "private, immutable, max-age=3600", "Content-Security-Policy": "default-src 'none'; sandbox",
		"Access-Control-Allow-Origin": "*", "Etag": `"` + strings.TrimPrefix(path, "/files/") + `"`,
		"Content-Disposition": `inline; filename="` + strings.TrimPrefix(path, "/files/") + `"`,
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if w := g.do(call{method: http.MethodHead, path: path}); w.Code != http.StatusOK || w.Body.Len() != 0 || w.Header().Get("Content-Length") != "204808" {
		t.Errorf("HEAD: status %d, %d bytes, length %s", w.Code, w.Body.Len(), w.Header().Get("Content-Length"))
	}
	if w := g.do(call{path: path, header: map[string]string{"If-None-Match": w.Header().Get("Etag")}}); w.Code != http.StatusNotModified {
		t.Errorf("with its ETag: status %d", w.Code)
	}
	if w := g.do(call{path: path, header: map[string]string{"Range": "bytes=0-3"}}); w.Code != http.StatusPartialContent || w.Body.String() != "\x89PNG" {
		t.Errorf("a range: status %d, %q", w.Code, w.Body)
	}
	if w := g.do(call{method: http.MethodPost, path: path, body: "x"}); w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d", w.Code)
	}
	*now = now.Add(time.Hour)
	if w := g.do(call{path: path}); w.Code != http.StatusNotFound {
		t.Errorf("after its age: status %d", w.Code)
	}
	for _, other := range []string{"/files/", "/files/x", "/files/..%2f..%2fetc%2fpasswd", path + "/x"} {
		if w := g.do(call{path: other}); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d", other, w.Code)
		}
	}
}

// TestPicturesThatCanNotBeKept travel inside the answer, in lines that every
// reader takes.
func TestPicturesThatCanNotBeKept(t *testing.T) {
	g, dir, _ := gallery(t)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, stream := range []bool{false, true} {
		w := g.do(generate("openai", stream))
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "![image](data:image/png;base64,") {
			t.Errorf("stream %v: status %d, %.300s", stream, w.Code, w.Body)
		}
		for line := range strings.SplitSeq(w.Body.String(), "\n") {
			if stream && len(line) > 64<<10 {
				t.Errorf("a line of %d bytes", len(line))
			}
		}
	}
	if !strings.Contains(g.log.String(), "could not be kept") {
		t.Error("nothing of it in the log")
	}
}

func TestWithoutStore(t *testing.T) {
	g := newRig(t)
	if w := g.do(call{path: "/files/x"}); w.Code != http.StatusNotFound {
		t.Errorf("status %d", w.Code)
	}
}
