// Package story_test tells what people do with the finished binaries: try the
// demo, drop new cookies while somebody reads an answer, start a second daemon by
// mistake, pull the plug.
package story_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/geminid/geminid/e2e/harness"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// house is an upstream, a furnished home, and who is signed in there.
func house(t *testing.T, config ...string) (*harness.Simulator, harness.Home, harness.Session) {
	t.Helper()
	sim := harness.Simulate(t)
	home := harness.NewHome(t)
	home.Configure(t, append(config, "upstream_url: "+sim.URL)...)
	session := sim.Session(t, "first")
	home.Drop(t, "cookies.txt", session.Netscape())
	return sim, home, session
}

// question is a streamed chat completion.
func question(prompt string) string {
	return fmt.Sprintf(`{"model":"gemini-2.5-flash","stream":true,"messages":[{"role":"user","content":%q}]}`, prompt)
}

// told is a streamed answer as its reader sees it.
type told struct {
	text string
	done bool
	err  error // of the connection, or told in the stream
}

// listen asks and reads along; the answer comes when it is over. began is closed
// with the first words.
func listen(ctx context.Context, t *testing.T, d *harness.Daemon, prompt string) (began chan struct{}, answer chan told) {
	t.Helper()
	response := d.Open(ctx, t, "POST", "/v1/chat/completions", question(prompt))
	began, answer = make(chan struct{}), make(chan told, 1)
	go func() {
		defer response.Body.Close()
		if response.StatusCode != 200 {
			said, _ := io.ReadAll(response.Body)
			answer <- told{err: fmt.Errorf("status %d: %s", response.StatusCode, said)}
			return
		}
		answer <- follow(response.Body, began)
	}()
	return began, answer
}

func follow(body io.Reader, began chan struct{}) (out told) {
	ended := harness.EachLine(body, func(line string) {
		payload, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			return
		}
		if payload == "[DONE]" {
			out.done = true
			return
		}
		var chunk struct {
			Choices []struct{ Delta struct{ Content string } }
			Error   *struct{ Message string }
		}
		if err := json.Unmarshal([]byte(payload), &chunk); err != nil {
			out.err = err
			return
		}
		if chunk.Error != nil {
			out.err = fmt.Errorf("told in the stream: %s", chunk.Error.Message)
		}
		if len(chunk.Choices) == 0 || chunk.Choices[0].Delta.Content == "" {
			return
		}
		if out.text == "" {
			close(began)
		}
		out.text += chunk.Choices[0].Delta.Content
	})
	out.err = errors.Join(out.err, ended)
	return out
}
