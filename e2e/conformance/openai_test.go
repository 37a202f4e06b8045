package conformance_test

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/ssestream"
	"github.com/openai/openai-go/v3/shared"

	"github.com/geminid/geminid/e2e/harness"
)

// openAI is the official client. It does not retry, so that each answer is seen.
func (w world) openAI(options ...option.RequestOption) openai.Client {
	return openai.NewClient(append([]option.RequestOption{
		option.WithBaseURL(w.URL + "/v1"), option.WithAPIKey(w.Key), option.WithMaxRetries(0),
	}, options...)...)
}

func ask(text string) openai.ChatCompletionNewParams {
	return openai.ChatCompletionNewParams{
		Model:    textModel,
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(text)},
	}
}

func testOpenAI(t *testing.T, w world) {
	client := w.openAI()
	t.Run("models", func(t *testing.T) { openAIModels(t, client) })
	t.Run("model", func(t *testing.T) {
		m, err := client.Models.Get(t.Context(), textModel)
		if err != nil {
			t.Fatal(err)
		}
		if m.ID != textModel || m.OwnedBy != "google" || m.Created <= 0 || m.Object != "model" {
			t.Errorf("got %s", m.RawJSON())
		}
	})
	t.Run("completion", func(t *testing.T) { openAICompletion(t, client) })
	t.Run("stream", func(t *testing.T) { openAIStream(t, client, false) })
	t.Run("stream with usage", func(t *testing.T) { openAIStream(t, client, true) })
	t.Run("system text and history reach the model", func(t *testing.T) { openAIHistory(t, client) })
	t.Run("thoughts", func(t *testing.T) { openAIThoughts(t, client) })
	t.Run("cancel", func(t *testing.T) { openAICancel(t, w, client) })
}

func openAIModels(t *testing.T, client openai.Client) {
	page, err := client.Models.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, m := range page.Data {
		ids = append(ids, m.ID)
	}
	for _, id := range always {
		if !slices.Contains(ids, id) {
			t.Errorf("%s is not listed among %v", id, ids)
		}
	}
	if slices.Sort(ids); len(slices.Compact(ids)) != len(page.Data) {
		t.Errorf("an id is listed twice: %v", ids)
	}
}

func openAICompletion(t *testing.T, client openai.Client) {
	prompt := harness.Secret("the heron waited for 紅茶 and 😀 at dawn")
	got, err := client.Chat.Completions.New(t.Context(), ask(prompt))
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Choices) != 1 {
		t.Fatalf("got %d choices: %s", len(got.Choices), got.RawJSON())
	}
	choice := got.Choices[0]
	if !strings.Contains(choice.Message.Content, prompt) {
		t.Errorf("the echo %q lacks the prompt", choice.Message.Content)
	}
	if choice.FinishReason != "stop" || choice.Index != 0 || string(choice.Message.Role) != "assistant" {
		t.Errorf("choice is %s", choice.RawJSON())
	}
	if !strings.HasPrefix(got.ID, "chatcmpl-") || got.Model != textModel || string(got.Object) != "chat.completion" || got.Created <= 0 {
		t.Errorf("completion is %s", got.RawJSON())
	}
	usage := got.Usage
	if usage.PromptTokens <= 0 || usage.CompletionTokens <= 0 || usage.TotalTokens != usage.PromptTokens+usage.CompletionTokens {
		t.Errorf("usage is %s", usage.RawJSON())
	}
}

// chunks is what a stream brought.
type chunks struct {
	text     string
	pieces   int
	finishes []string
	ids      []string
	usages   int
	bare     int // without a choice
}

func gatherChunks(t *testing.T, stream *ssestream.Stream[openai.ChatCompletionChunk]) (chunks, error) {
	t.Helper()
	var got chunks
	for stream.Next() {
		chunk := stream.Current()
		got.ids = append(got.ids, chunk.ID)
		if chunk.Usage.TotalTokens > 0 {
			got.usages++
		}
		if len(chunk.Choices) == 0 {
			got.bare++
			continue
		}
		choice := chunk.Choices[0]
		if choice.Delta.Content != "" {
			got.pieces++
		}
		got.text += choice.Delta.Content
		if choice.FinishReason != "" {
			got.finishes = append(got.finishes, choice.FinishReason)
		}
	}
	slices.Sort(got.ids)
	got.ids = slices.Compact(got.ids)
	return got, stream.Err()
}

// fileNames matches the names of files in links.
var fileNames = regexp.MustCompile(`/files/[\w.-]+`)

func openAIStream(t *testing.T, client openai.Client, usage bool) {
	params := ask(harness.Secret("many small waves came over the long grey pier, one by one, 😀 and 水"))
	whole, err := client.Chat.Completions.New(t.Context(), params)
	if err != nil {
		t.Fatal(err)
	}
	want := 0
	if usage {
		params.StreamOptions = openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)}
		want = 1
	}
	got, err := gatherChunks(t, client.Chat.Completions.NewStreaming(t.Context(), params))
	if err != nil {
		t.Fatal(err)
	}
	// Each answer has files of its own.
	streamed, inOne := fileNames.ReplaceAllString(got.text, "/files/x"), fileNames.ReplaceAllString(whole.Choices[0].Message.Content, "/files/x")
	if streamed != inOne {
		t.Errorf("streamed %q, in one piece it was %q", streamed, inOne)
	}
	if got.pieces < 2 {
		t.Errorf("the text came in %d pieces", got.pieces)
	}
	if !slices.Equal(got.finishes, []string{"stop"}) {
		t.Errorf("finish reasons are %v", got.finishes)
	}
	if got.usages != want || got.bare != want {
		t.Errorf("%d chunks with usage and %d without a choice, want %d each", got.usages, got.bare, want)
	}
	if len(got.ids) != 1 {
		t.Errorf("the chunks have different ids: %v", got.ids)
	}
}

func openAIHistory(t *testing.T, client openai.Client) {
	texts := []string{"answer only in rhymes please", "my parrot is named Ruskin", "what a fine name that is", "now how is it named"}
	got, err := client.Chat.Completions.New(t.Context(), openai.ChatCompletionNewParams{
		Model: "models/" + textModel,
		Messages: []openai.ChatCompletionMessageParamUnion{
			openai.SystemMessage(texts[0]), openai.UserMessage(texts[1]), openai.AssistantMessage(texts[2]), openai.UserMessage(texts[3]),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	inOrder(t, got.Choices[0].Message.Content, texts)
}

// inOrder checks that an echo holds the texts one after the other.
func inOrder(t *testing.T, echo string, texts []string) {
	t.Helper()
	rest := echo
	for _, text := range texts {
		_, after, ok := strings.Cut(rest, text)
		if !ok {
			t.Fatalf("the model's echo lacks %q at its place: %q", text, echo)
		}
		rest = after
	}
}

func openAIThoughts(t *testing.T, client openai.Client) {
	got, err := client.Chat.Completions.New(t.Context(), ask(thinking))
	if err != nil {
		t.Fatal(err)
	}
	message := got.Choices[0].Message
	reasoning := message.JSON.ExtraFields["reasoning_content"].Raw()
	if len(reasoning) < 10 {
		t.Errorf("reasoning_content is %q in %s", reasoning, message.RawJSON())
	}
	if message.Content == "" {
		t.Error("there is no answer beside the thoughts")
	}
}

func openAICancel(t *testing.T, w world, client openai.Client) {
	before := w.sim.Canceled(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stream := client.Chat.Completions.NewStreaming(ctx, ask(endless))
	for range 3 {
		if !stream.Next() {
			t.Fatalf("the stream ended early: %v", stream.Err())
		}
	}
	cancel()
	harness.Eventually(t, 5*time.Second, "the upstream call is canceled", func() bool { return w.sim.Canceled(t) == before+1 })
	if err := stream.Close(); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func testOpenAIErrors(t *testing.T, w world) {
	for _, c := range []struct {
		name    string
		prompt  string // empty means one that is answered
		options []option.RequestOption
		change  func(*openai.ChatCompletionNewParams)
		status  int
		code    string
	}{
		{name: "wrong key", options: []option.RequestOption{option.WithAPIKey("gmd_wrong")}, status: 401, code: "invalid_api_key"},
		{name: "unknown model", change: func(p *openai.ChatCompletionNewParams) { p.Model = "gpt-4o" }, status: 404, code: "model_not_found"},
		{name: "no messages", change: func(p *openai.ChatCompletionNewParams) { p.Messages = nil }, status: 400, code: "invalid_value"},
		{name: "chosen tool that is not offered", change: func(p *openai.ChatCompletionNewParams) {
			p.Tools = []openai.ChatCompletionToolUnionParam{openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{Name: "dig"})}
			p.ToolChoice = openai.ToolChoiceOptionFunctionToolChoice(openai.ChatCompletionNamedToolChoiceFunctionParam{Name: "fill"})
		}, status: 400, code: "invalid_value"},
		{name: "quota", prompt: outOfHand, status: 429, code: "rate_limit_exceeded"},
		{name: "upstream broke", prompt: broken, status: 502, code: "upstream_error"},
	} {
		for _, streaming := range []bool{false, true} {
			t.Run(c.name+map[bool]string{true: " streaming"}[streaming], func(t *testing.T) {
				params := ask(cmp.Or(c.prompt, "hello"))
				if c.change != nil {
					c.change(&params)
				}
				client := w.openAI(c.options...)
				var err error
				if streaming {
					_, err = gatherChunks(t, client.Chat.Completions.NewStreaming(t.Context(), params))
				} else {
					_, err = client.Chat.Completions.New(t.Context(), params)
				}
				wantOpenAIError(t, err, c.status, c.code)
			})
		}
	}
}

func wantOpenAIError(t *testing.T, err error, status int, code string) *openai.Error {
	t.Helper()
	var failure *openai.Error
	if !errors.As(err, &failure) {
		t.Fatalf("got %v, want an API error", err)
	}
	if failure.StatusCode != status || failure.Code != code {
		t.Errorf("got %d %q, want %d %q: %s", failure.StatusCode, failure.Code, status, code, failure.RawJSON())
	}
	if failure.Message == "" || failure.Type == "" {
		t.Errorf("the error says nothing: %s", failure.RawJSON())
	}
	header := failure.Response.Header
	if header.Get("X-Request-Id") == "" || !strings.HasPrefix(header.Get("Content-Type"), "application/json") {
		t.Errorf("headers are %v", header)
	}
	if status == http.StatusTooManyRequests && header.Get("Retry-After") == "" {
		t.Error("a 429 without Retry-After")
	}
	return failure
}

// A stream that breaks after its first words must not look finished.
func testOpenAIStreamBreaks(t *testing.T, w world) {
	client := w.openAI()
	for name, prompt := range breaks {
		t.Run(name, func(t *testing.T) {
			got, err := gatherChunks(t, client.Chat.Completions.NewStreaming(t.Context(), ask(prompt)))
			var failure *ssestream.StreamError
			if !errors.As(err, &failure) {
				t.Fatalf("got error %v after %q, want a stream error", err, got.text)
			}
			if len(got.finishes) != 0 || got.text == "" {
				t.Errorf("finish reasons %v after %d bytes of text", got.finishes, len(got.text))
			}
		})
	}
}
