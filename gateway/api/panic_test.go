package api_test

import (
	"net/http"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/gateway/api"
	"github.com/geminid/geminid/gateway/files"
)

// TestPanicOfAHelper: a fault in a goroutine that reads a question's files costs that
// question, like one in the handler itself.
func TestPanicOfAHelper(t *testing.T) {
	faulty := false
	store, err := files.Open(files.Config{Dir: filepath.Join(t.TempDir(), "files"), Now: func() time.Time {
		if faulty && strings.Contains(string(debug.Stack()), "fillBlobs") {
			panic("a prompt")
		}
		return time.Now()
	}})
	if err != nil {
		t.Fatal(err)
	}
	g := newRig(t, func(c *api.Config) { c.Files = store })
	question := namings["image_url"]([]string{put(t, store, large(1))}).with(func(c *call) { c.key = apiKey })
	faulty = true
	if w := g.do(question); w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "a prompt") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	log := g.log.String()
	if strings.Count(log, "a handler panicked") != 1 || !strings.Contains(log, "fillBlobs") || strings.Contains(log, "a prompt") {
		t.Errorf("the log does not name the place of the fault once:\n%s", log)
	}
	faulty = false
	if w := g.do(question); w.Code != http.StatusOK {
		t.Errorf("the next question: status %d: %s", w.Code, w.Body)
	}
}
