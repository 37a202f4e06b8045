package story_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"syscall"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

// form is one way of streaming an answer, with how it ends.
type form struct {
	name, path string
	ask        func(prompt string) string
	// whole reports whether the body is a finished answer, and cut whether it ends
	// with the error of its API.
	whole, cut func(body string) bool
}

func contents(prompt string) string {
	return fmt.Sprintf(`{"contents":[{"parts":[{"text":%q}]}]}`, prompt)
}

// lastEvent is the payload of the last event of a stream.
func lastEvent(body string) string {
	i := strings.LastIndex(body, "data: ")
	if i < 0 || !strings.HasSuffix(body, "\n\n") {
		return ""
	}
	return strings.TrimSpace(body[i+len("data: "):])
}

// isStopError reports whether a text is the error of a server that stops, with these
// fields.
func isStopError(text, field string, want any) bool {
	var e struct{ Error map[string]any }
	return json.Unmarshal([]byte(text), &e) == nil && e.Error[field] == want &&
		strings.Contains(fmt.Sprint(e.Error["message"]), "stopping")
}

var forms = []form{
	{"OpenAI", "/v1/chat/completions", question,
		func(body string) bool { return lastEvent(body) == "[DONE]" },
		func(body string) bool { return isStopError(lastEvent(body), "code", "unavailable") }},
	{"Gemini events", "/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", contents,
		func(body string) bool { return strings.Contains(lastEvent(body), `"finishReason":"STOP"`) },
		func(body string) bool { return isStopError(lastEvent(body), "status", "UNAVAILABLE") }},
	{"Gemini array", "/v1beta/models/gemini-2.5-flash:streamGenerateContent", contents,
		func(body string) bool {
			var chunks []json.RawMessage
			return json.Unmarshal([]byte(body), &chunks) == nil && strings.Contains(string(chunks[len(chunks)-1]), `"finishReason":"STOP"`)
		},
		func(body string) bool {
			var chunks []json.RawMessage
			return json.Unmarshal([]byte(body), &chunks) == nil && isStopError(string(chunks[len(chunks)-1]), "status", "UNAVAILABLE")
		}},
}

// follower reads a stream to its end, whatever that is.
type follower struct {
	form  form
	short bool // its answer is over before the drain time is
	body  chan string
}

// The kinds of answers: one is over before the drain time is.
var (
	short  = "[long 2000] [bytes 100] [slow 100ms] a story of two seconds"
	long   = "[long 40000] [bytes 40] [slow 50ms] a story without an end"
	silent = "[long 2000] [bytes 100] [stall 2] a story that falls silent"
)

func openFollower(ctx context.Context, t *testing.T, d *harness.Daemon, f form, prompt string) follower {
	t.Helper()
	response := d.Open(ctx, t, "POST", f.path, f.ask(prompt))
	reader := bufio.NewReader(response.Body)
	if first, err := reader.Peek(1); err != nil || response.StatusCode != 200 {
		t.Fatalf("%s: status %d, %q, %v", f.name, response.StatusCode, first, err)
	}
	out := follower{f, prompt == short, make(chan string, 1)}
	go func() {
		defer response.Body.Close()
		body, _ := io.ReadAll(reader) // the connection may be cut behind the error
		out.body <- string(body)
	}()
	return out
}

// TestStopInEveryForm: of a hundred running answers in all forms of streams each is
// whole at the end, or ends with the error of its API.
func TestStopInEveryForm(t *testing.T) {
	_, home, _ := house(t, "drain_timeout: 6s", "queue_size: 200")
	d := harness.Serve(t, home)
	var all []follower
	for i := range 102 {
		all = append(all, openFollower(t.Context(), t, d, forms[i%len(forms)], []string{short, long, silent}[i/len(forms)%3]))
	}
	d.Signal(syscall.SIGTERM)
	for i, f := range all {
		body := <-f.body
		if ended := f.form.whole(body) || f.form.cut(body); !ended || f.short && !f.form.whole(body) {
			t.Errorf("stream %d (%s, short %v) ends with %q", i, f.form.name, f.short, body[max(0, len(body)-300):])
		}
	}
	if code := d.Wait(t); code != 0 {
		t.Errorf("the daemon ended with %d, want 0", code)
	}
}
