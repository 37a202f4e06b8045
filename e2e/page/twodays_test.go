package page_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// recorded lives through two simulated days and returns what the server would
// then tell the page, by path.
var recorded = sync.OnceValues(func() (map[string]json.RawMessage, error) {
	dir, err := os.MkdirTemp("", "geminid-two-days-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "told.json")
	cmd := exec.Command("go", "test", "./daemon", "-run", "^TestTwoDays$", "-count=1")
	cmd.Dir, cmd.Env = harness.Root(), append(os.Environ(), "GEMINID_TWO_DAYS="+path)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, &exec.Error{Name: string(out), Err: err}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var told map[string]json.RawMessage
	return told, json.Unmarshal(text, &told)
})

// later is the house at the end of two eventful days: the page is the daemon's
// own, and what it asks for is answered from the recording.
func later(t *testing.T, h *house) string {
	t.Helper()
	told, err := recorded()
	if err != nil {
		t.Fatal(err)
	}
	there, err := url.Parse(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	own := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(there) }}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answer, ok := told[r.URL.Path]; ok {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("X-Geminid-Api", "1") // it answers in the server's name
			_, _ = w.Write(answer)               // a browser that has gone needs none
			return
		}
		own.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

// TestTwoDays: what two days leave behind is told to every kind of reader, and
// can be read and used by all of them.
func TestTwoDays(t *testing.T) {
	h := open(t)
	home := later(t, h)
	english := map[string]string{"h1": "Valid", "[data-account=work]": "Predicted end", "[data-account=work] .quotas": "All questions · week", "#traffic": "limited (429)",
		"#errors": "A web page, not an export", "#models": "gemini-2.5-pro", "#clients": "CherryStudio", "#zone": "Drop the file"}
	for _, v := range []struct {
		name string
		visitor
		says map[string]string
	}{
		{"light", visitor{}, english},
		{"dark", visitor{dark: true}, english},
		{"phone", visitor{phone: true}, english},
		{"chinese", visitor{languages: "zh-CN,zh", phone: true, dark: true}, map[string]string{"h1": "有效", "[data-account=work]": "预计结束",
			"[data-account=work] .quotas": "全部提问 · 一周",
			"#traffic":                    "被限制", "#errors": "这是网页，不是导出文件", "#clients": "CherryStudio", "#zone": "把文件拖到本页任意位置"}},
	} {
		t.Run(v.name, func(t *testing.T) {
			b := visit(t, home, v.visitor)
			b.enter(h.Admin)
			b.until("document.querySelectorAll('.timeline').length === 2")
			for where, what := range v.says {
				b.shows(where, what)
			}
			b.timelines()
			if got := b.usable(); got < 20 {
				t.Errorf("the screen reader finds only %d controls and drawings", got)
			}
			b.picture("two-days-" + v.name)
			b.readableStates()
		})
	}
}

// timelines holds the drawings against what happened: the first account had four
// kinds of trouble and three more files, one of them bad.
func (b *tab) timelines() {
	b.Helper()
	for class, want := range map[string]int{
		"rect.fill-healthy": 5, "rect.fill-expired": 2, "rect.fill-blocked": 1, "rect.fill-rate_limited": 1, "rect.fill-expiring": 1,
		"path.mark-file": 2, "path.mark-bad": 1,
	} {
		if got := value[int](b, "document.querySelectorAll('[data-account=default] "+class+"').length"); got < want {
			b.Errorf("the timeline has %d of %s, want %d", got, class, want)
		}
	}
	if got := value[int](b, "document.querySelectorAll('[data-account=default] rect.mark-probe').length"); got < 40 {
		b.Errorf("the timeline has %d columns of probes", got)
	}
}
