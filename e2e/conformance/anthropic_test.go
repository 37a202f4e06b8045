package conformance_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/anthropics/anthropic-sdk-go/v2"
	"github.com/anthropics/anthropic-sdk-go/v2/option"

	"github.com/geminid/geminid/e2e/harness"
)

// anthropicClient is the official client. It does not retry, so that each answer is
// seen.
func (w world) anthropicClient(options ...option.RequestOption) anthropic.Client {
	return anthropic.NewClient(append([]option.RequestOption{
		option.WithBaseURL(w.URL), option.WithAPIKey(w.Key), option.WithMaxRetries(0),
	}, options...)...)
}

func askClaude(text string) anthropic.MessageNewParams {
	return anthropic.MessageNewParams{Model: textModel, MaxTokens: 1024, Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock(text))}}
}

func testAnthropic(t *testing.T, w world) {
	client := w.anthropicClient()
	t.Run("models", func(t *testing.T) { anthropicModels(t, client) })
	t.Run("message", func(t *testing.T) {
		prompt := harness.Secret("the heron waited for 紅茶 and 😀 at dawn")
		got, err := client.Messages.New(t.Context(), askClaude(prompt))
		if err != nil {
			t.Fatal(err)
		}
		checkStrict(t, got)
		if len(got.Content) != 1 || !strings.Contains(got.Content[0].Text, prompt) || got.StopReason != anthropic.StopReasonEndTurn || got.Model != textModel || !strings.HasPrefix(got.ID, "msg_") || got.Usage.InputTokens < 1 || got.Usage.OutputTokens < 1 {
			t.Errorf("got %s", got.RawJSON())
		}
	})
	t.Run("stream", func(t *testing.T) {
		got, order := gatherMessage(t, client, askClaude("many small waves came over the long grey pier, one by one, 😀 and 水"))
		whole, err := client.Messages.New(t.Context(), askClaude("many small waves came over the long grey pier, one by one, 😀 and 水"))
		if err != nil {
			t.Fatal(err)
		}
		if got.Content[0].Text != whole.Content[0].Text || got.StopReason != anthropic.StopReasonEndTurn || got.Usage.OutputTokens < 1 {
			t.Errorf("streamed %s, in one piece it was %s", got.RawJSON(), whole.RawJSON())
		}
		if want := "message_start content_block_start text content_block_delta+ content_block_stop message_delta message_stop"; order != want {
			t.Errorf("the order is %s", order)
		}
	})
	t.Run("thoughts", func(t *testing.T) { anthropicThoughts(t, client) })
	t.Run("tools", func(t *testing.T) { anthropicTools(t, client) })
	t.Run("stop sequence", func(t *testing.T) {
		params := askClaude("one two END three")
		params.StopSequences = []string{"END"}
		got, err := client.Messages.New(t.Context(), params)
		if err != nil {
			t.Fatal(err)
		}
		checkStrict(t, got)
		if got.StopReason != anthropic.StopReasonStopSequence || got.StopSequence != "END" || strings.Contains(got.Content[0].Text, "END") {
			t.Errorf("got %s", got.RawJSON())
		}
	})
	t.Run("history", func(t *testing.T) {
		params := askClaude("my parrot is named Ruskin")
		params.System = []anthropic.TextBlockParam{{Text: "answer only in rhymes please"}}
		params.Messages = append(params.Messages, anthropic.NewAssistantMessage(anthropic.NewTextBlock("what a fine name that is")), anthropic.NewUserMessage(anthropic.NewTextBlock("now how is it named")))
		got, err := client.Messages.New(t.Context(), params)
		if err != nil {
			t.Fatal(err)
		}
		inOrder(t, got.Content[0].Text, []string{"answer only in rhymes please", "my parrot is named Ruskin", "what a fine name that is", "now how is it named"})
	})
	t.Run("count", func(t *testing.T) {
		got, err := client.Messages.CountTokens(t.Context(), anthropic.MessageCountTokensParams{Model: textModel, Messages: askClaude("hello there").Messages})
		if err != nil || got.InputTokens < 1 {
			t.Fatalf("%+v, %v", got, err)
		}
		checkStrict(t, got)
	})
}

func anthropicModels(t *testing.T, client anthropic.Client) {
	page, err := client.Models.List(t.Context(), anthropic.ModelListParams{})
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, m := range page.Data {
		checkStrict(t, m)
		if ids = append(ids, m.ID); m.DisplayName == "" || m.CreatedAt.IsZero() {
			t.Errorf("got %s", m.RawJSON())
		}
	}
	for _, id := range always {
		if !slices.Contains(ids, id) {
			t.Errorf("%s is not listed among %v", id, ids)
		}
	}
	if page.HasMore || page.FirstID != ids[0] || page.LastID != ids[len(ids)-1] {
		t.Errorf("the page is %s", page.RawJSON())
	}
	one, err := client.Models.Get(t.Context(), textModel, anthropic.ModelGetParams{})
	if err != nil || one.ID != textModel {
		t.Errorf("%+v, %v", one, err)
	}
}

// gatherMessage reads a stream event by event, each of which must be known and whole,
// and returns the message and the order of the events.
func gatherMessage(t *testing.T, client anthropic.Client, params anthropic.MessageNewParams) (message anthropic.Message, order string) {
	t.Helper()
	stream := client.Messages.NewStreaming(t.Context(), params)
	defer stream.Close()
	var words []string
	for stream.Next() {
		event := stream.Current()
		checkStrict(t, event)
		if err := message.Accumulate(event); err != nil {
			t.Fatal(err)
		}
		word := event.Type
		switch event.Type {
		case "content_block_start":
			word += " " + event.ContentBlock.Type
		case "content_block_delta":
			if word += "+"; event.Delta.Type == "signature_delta" {
				word = "signature"
			}
		}
		if len(words) == 0 || words[len(words)-1] != word {
			words = append(words, word)
		}
	}
	if err := stream.Err(); err != nil {
		t.Fatal(err)
	}
	return message, strings.Join(words, " ")
}

func anthropicThoughts(t *testing.T, client anthropic.Client) {
	params := askClaude(thinking)
	params.Thinking = anthropic.ThinkingConfigParamOfEnabled(2048)
	got, order := gatherMessage(t, client, params)
	if want := "message_start content_block_start thinking content_block_delta+ signature content_block_stop content_block_start text content_block_delta+ content_block_stop message_delta message_stop"; order != want {
		t.Errorf("the order is %s", order)
	}
	if len(got.Content) != 2 || len(got.Content[0].Thinking) < 10 || got.Content[0].Signature == "" || got.Content[1].Text == "" || got.Usage.OutputTokensDetails.ThinkingTokens < 1 {
		t.Fatalf("got %s", got.RawJSON())
	}
	// The thoughts are sent back as they came.
	params.Messages = append(params.Messages, got.ToParam(), anthropic.NewUserMessage(anthropic.NewTextBlock("and the lakes")))
	if _, err := client.Messages.New(t.Context(), params); err != nil {
		t.Error(err)
	}
}

// anthropicTools lets the model call two tools, and brings the results.
func anthropicTools(t *testing.T, client anthropic.Client) {
	const arguments = `{"path": "/notes/a \"b\"\\c.txt", "lines": 3}`
	params := askClaude(`[call read_file ` + arguments + `] [call read_file {"path": "/b"}] read both`)
	params.Tools = []anthropic.ToolUnionParam{{OfTool: &anthropic.ToolParam{Name: "read_file", Description: anthropic.String("Reads a file."), InputSchema: anthropic.ToolInputSchemaParam{
		Properties: map[string]any{"path": map[string]any{"type": "string"}, "lines": map[string]any{"type": "integer"}}, Required: []string{"path"}}}}}
	for _, streamed := range []bool{true, false} {
		var got *anthropic.Message
		if streamed {
			message, order := gatherMessage(t, client, params)
			got = &message
			if !strings.HasSuffix(order, "content_block_start tool_use content_block_delta+ content_block_stop message_delta message_stop") {
				t.Errorf("the order is %s", order)
			}
		} else {
			var err error
			if got, err = client.Messages.New(t.Context(), params); err != nil {
				t.Fatal(err)
			}
			checkStrict(t, got)
		}
		var results []anthropic.ContentBlockParamUnion
		for _, block := range got.Content {
			if block.Type == "tool_use" {
				if len(results) == 0 && !sameJSON(block.Input, arguments) {
					t.Errorf("the arguments are %s", block.Input)
				}
				results = append(results, anthropic.NewToolResultBlock(block.ID, "the heron is grey", false))
			}
		}
		if len(results) == 0 || got.StopReason != anthropic.StopReasonToolUse {
			t.Fatalf("got %s", got.RawJSON())
		}
		next := params
		next.Messages = append(slices.Clone(params.Messages), got.ToParam(), anthropic.NewUserMessage(results...))
		answer, err := client.Messages.New(t.Context(), next)
		if err != nil {
			t.Fatal(err)
		}
		checkStrict(t, answer)
	}
}

func sameJSON(got json.RawMessage, want string) bool {
	var a, b any
	if json.Unmarshal(got, &a) != nil || json.Unmarshal([]byte(want), &b) != nil {
		return false
	}
	one, err := json.Marshal(a)
	other, failure := json.Marshal(b)
	return errors.Join(err, failure) == nil && string(one) == string(other)
}

func testAnthropicErrors(t *testing.T, w world) {
	for _, c := range []struct {
		name    string
		prompt  string
		options []option.RequestOption
		model   string
		status  int
		kind    string
	}{
		{name: "wrong key", options: []option.RequestOption{option.WithAPIKey("gmd_wrong")}, status: 401, kind: "authentication_error"},
		{name: "unknown model", model: "gpt-4o", status: 404, kind: "not_found_error"},
		{name: "no words", prompt: " ", status: 400, kind: "invalid_request_error"},
		{name: "quota", prompt: outOfHand, status: 429, kind: "rate_limit_error"},
		{name: "upstream broke", prompt: broken, status: 500, kind: "api_error"},
	} {
		for _, streaming := range []bool{false, true} {
			t.Run(c.name+map[bool]string{true: " streaming"}[streaming], func(t *testing.T) {
				params := askClaude("hello")
				if c.prompt != "" {
					params = askClaude(c.prompt)
				}
				if c.model != "" {
					params.Model = c.model
				}
				client := w.anthropicClient(c.options...)
				var err error
				if streaming {
					stream := client.Messages.NewStreaming(t.Context(), params)
					for stream.Next() {
						checkStrict(t, stream.Current())
					}
					err = stream.Err()
				} else {
					_, err = client.Messages.New(t.Context(), params)
				}
				var failure *anthropic.Error
				if !errors.As(err, &failure) {
					t.Fatalf("got %v, want an API error", err)
				}
				if failure.StatusCode != c.status || string(failure.Type()) != c.kind || failure.RequestID == "" || failure.RequestID != failure.Response.Header.Get("X-Request-Id") {
					t.Errorf("got %d %q: %s", failure.StatusCode, failure.Type(), failure.RawJSON())
				}
				if c.status == 429 && failure.Response.Header.Get("Retry-After") == "" {
					t.Error("a 429 without Retry-After")
				}
			})
		}
	}
}

// A stream that breaks after its first words must not look finished.
func testAnthropicStreamBreaks(t *testing.T, w world) {
	for name, prompt := range breaks {
		t.Run(name, func(t *testing.T) {
			client := w.anthropicClient()
			stream := client.Messages.NewStreaming(t.Context(), askClaude(prompt))
			var message anthropic.Message
			for stream.Next() {
				if err := message.Accumulate(stream.Current()); err != nil {
					t.Fatal(err)
				}
			}
			var failure *anthropic.Error
			if !errors.As(stream.Err(), &failure) || failure.Type() == "" {
				t.Errorf("got error %v", stream.Err())
			}
			if message.StopReason != "" || len(message.Content) == 0 || message.Content[0].Text == "" {
				t.Errorf("got %+v", message.Content)
			}
		})
	}
}
