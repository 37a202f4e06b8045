package load_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/geminid/geminid/e2e/bench/load"
	"github.com/geminid/geminid/e2e/bench/standin"
)

func upstream(t *testing.T) (*standin.Server, *load.Target) {
	t.Helper()
	server, err := standin.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server, &load.Target{Name: "direct", Base: "https://" + server.Addr(), Client: server.Client(), Wire: load.Upstream}
}

func TestAskUpstream(t *testing.T) {
	server, target := upstream(t)
	for _, stream := range []bool{true, false} {
		t.Run(fmt.Sprintf("stream %t", stream), func(t *testing.T) {
			call := server.Expect(standin.Recipe{Frames: 25, Size: 64})
			answer, err := target.Ask(t.Context(), load.Question{Recipe: call.Recipe, Stream: stream, Check: true})
			if err != nil {
				t.Fatal(err)
			}
			if stream && (len(answer.Events) != 25 || len(answer.Reach) != 25) {
				t.Errorf("got %d events with %d lengths, want 25", len(answer.Events), len(answer.Reach))
			}
			<-call.Done
			if len(call.Sent) != 25 {
				t.Errorf("the upstream sent %d frames, want 25", len(call.Sent))
			}
		})
	}
}

func TestLeavingIsSeenUpstream(t *testing.T) {
	server, target := upstream(t)
	call := server.Expect(standin.Recipe{Frames: 1000, Size: 16, Gap: 20 * time.Millisecond})
	answer, err := target.Ask(t.Context(), load.Question{Recipe: call.Recipe, Stream: true, LeaveAfter: 2})
	if err != nil {
		t.Fatal(err)
	}
	<-call.Done
	if !call.Canceled || answer.Left.IsZero() || len(answer.Events) != 2 {
		t.Errorf("canceled %t, left %v, %d events", call.Canceled, answer.Left, len(answer.Events))
	}
}

// openAI serves one canned answer.
func openAI(t *testing.T, status int, body string) *load.Target {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	return &load.Target{Name: "canned", Base: server.URL, Client: server.Client(), Wire: load.OpenAI}
}

func TestAskOpenAI(t *testing.T) {
	recipe := standin.Recipe{Frames: 1, Size: 8}
	text := standin.ScriptFor(recipe).Text
	chunk := func(content string) string {
		return fmt.Sprintf("data: {\"choices\":[{\"delta\":{\"content\":%q}}]}\n\n", content)
	}
	const done = "data: [DONE]\n\n"
	for _, c := range []struct {
		name   string
		stream bool
		status int
		body   string
		want   string // part of the error; empty means none
	}{
		{"whole", false, 200, fmt.Sprintf(`{"choices":[{"message":{"content":%q}}]}`, text), ""},
		{"other text", false, 200, `{"choices":[{"message":{"content":"The TIDE"}}]}`, "differs at byte 4"},
		{"no choice", false, 200, `{"choices":[]}`, "0 choices"},
		{"refused", false, 429, `{"error":{"message":"slow down"}}`, "slow down"},
		{"stream", true, 200, chunk("") + ": ping\n\n" + chunk(text[:3]) + chunk(text[3:]) + done, ""},
		{"cut stream", true, 200, chunk(text), "without its end mark"},
		{"short stream", true, 200, chunk(text[:3]) + done, "differs at byte 3"},
		{"error in stream", true, 200, chunk(text[:3]) + "data: {\"error\":{\"message\":\"gone\"}}\n\n", "without its end mark"},
	} {
		t.Run(c.name, func(t *testing.T) {
			target := openAI(t, c.status, c.body)
			_, err := target.Ask(t.Context(), load.Question{Recipe: recipe, Stream: c.stream, Check: true})
			switch {
			case c.want == "" && err != nil:
				t.Errorf("got %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want it to say %q", err, c.want)
			}
		})
	}
}

func TestCrowd(t *testing.T) {
	asked := make(chan struct{}, 100)
	result := load.Crowd{Clients: 4, Each: 5}.Run(t.Context(), func(context.Context) (load.Answer, error) {
		asked <- struct{}{}
		if len(asked)%2 == 0 {
			return load.Answer{}, fmt.Errorf("failing on purpose")
		}
		return load.Answer{}, nil
	})
	if got := len(result.Answers) + len(result.Errors); got != 20 || len(asked) != 20 {
		t.Errorf("got %d outcomes of %d questions, want 20", got, len(asked))
	}
}

func TestQuantile(t *testing.T) {
	var d load.Durations
	if got := d.Quantile(.5); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
	for i := 100; i > 0; i-- {
		d = append(d, time.Duration(i))
	}
	for q, want := range map[float64]time.Duration{0: 1, .5: 51, .99: 100, 1: 100} {
		if got := d.Quantile(q); got != want {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
}
