package anthropic

import (
	"encoding/base64"
	"encoding/json"
	"strconv"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// answerMessage is a whole answer, and the beginning of a streamed one. Fields that are
// always null stand for things that only Anthropic's service has.
type answerMessage struct {
	ID           string    `json:"id"`
	Type         string    `json:"type"`
	Role         string    `json:"role"`
	Model        string    `json:"model"`
	Content      []any     `json:"content"`
	StopReason   *string   `json:"stop_reason"`
	StopSequence *string   `json:"stop_sequence"`
	StopDetails  *struct{} `json:"stop_details"`
	Container    *struct{} `json:"container"`
	Diagnostics  *struct{} `json:"diagnostics"`
	Usage        usage     `json:"usage"`
}

type usage struct {
	Input         int          `json:"input_tokens"`
	Output        int          `json:"output_tokens"`
	CacheCreated  int          `json:"cache_creation_input_tokens"`
	CacheRead     int          `json:"cache_read_input_tokens"`
	CacheCreation *struct{}    `json:"cache_creation"`
	Geo           *string      `json:"inference_geo"`
	Details       outputTokens `json:"output_tokens_details"`
	ServerTools   *struct{}    `json:"server_tool_use"`
	Tier          *string      `json:"service_tier"`
	Speed         *string      `json:"speed"`
}

type outputTokens struct {
	Thinking int `json:"thinking_tokens"`
}

func newUsage(u dialect.Usage) usage {
	return usage{Input: u.Prompt, Output: u.Answer + u.Thoughts, Details: outputTokens{u.Thoughts}}
}

func newMessageBody(call *dialect.Call) answerMessage {
	return answerMessage{ID: call.ID, Type: "message", Role: "assistant", Model: call.Model, Content: []any{}}
}

// textContent is a block of text. Citations is never null, which some readers do not
// take.
type textContent struct {
	Type      string     `json:"type"`
	Text      string     `json:"text"`
	Citations []citation `json:"citations"`
}

type thinkingContent struct {
	Type      string `json:"type"`
	Thinking  string `json:"thinking"`
	Signature string `json:"signature"`
}

type toolUseContent struct {
	Type   string          `json:"type"`
	ID     string          `json:"id"`
	Name   string          `json:"name"`
	Input  json.RawMessage `json:"input"`
	Caller caller          `json:"caller"`
}

type caller struct {
	Type string `json:"type"`
}

// citation is a page that the text rests on. What was read there the upstream does not
// state.
type citation struct {
	Type  string `json:"type"`
	URL   string `json:"url"`
	Title string `json:"title"`
	Index string `json:"encrypted_index"`
	Cited string `json:"cited_text"`
}

func newCitations(sources []chat.Source) []citation {
	out := make([]citation, 0, len(sources))
	for i, s := range sources {
		out = append(out, citation{Type: "web_search_result_location", URL: s.URL, Title: s.Name(), Index: strconv.Itoa(i)})
	}
	return out
}

func newToolUse(made *chat.ToolCall, input string) toolUseContent {
	return toolUseContent{Type: toolUseBlock, ID: made.ID, Name: made.Name, Input: json.RawMessage(input), Caller: caller{"direct"}}
}

// signThinking returns the signature of the thoughts of an answer, which clients send
// back with them.
func signThinking(call *dialect.Call) string {
	return base64.StdEncoding.EncodeToString([]byte("geminid " + call.ID))
}

func encodeAnswer(call *dialect.Call, answer chat.Answer) dialect.Body {
	answer, count := dialect.VisibleAnswer(call, answer)
	whole := newMessageBody(call)
	if answer.Thoughts != "" {
		whole.Content = append(whole.Content, thinkingContent{thinkingBlock, answer.Thoughts, signThinking(call)})
	}
	text := answer.Text
	if len(answer.Media) > 0 {
		text = dialect.Unfilled()
	}
	if text != "" || len(answer.Calls) == 0 {
		whole.Content = append(whole.Content, textContent{textBlock, text, newCitations(answer.Sources)})
	}
	for _, made := range answer.Calls {
		whole.Content = append(whole.Content, newToolUse(&made, made.Arguments))
	}
	whole.StopReason, whole.StopSequence = stopReason(answer.Reason, answer.StopText)
	whole.Usage = newUsage(count.EstimateUsage(call))
	if len(answer.Media) == 0 {
		return dialect.NewBody(whole)
	}
	return dialect.NewFilledBody(whole, dialect.MarkdownContent(call, answer))
}

// stopReason returns stop_reason and stop_sequence.
func stopReason(reason chat.FinishReason, stopText string) (why, text *string) {
	word := "end_turn"
	switch {
	case reason == chat.Length:
		word = "max_tokens"
	case reason == chat.Filtered:
		word = "refusal"
	case reason == chat.CallTools:
		word = "tool_use"
	case stopText != "":
		word, text = "stop_sequence", &stopText
	}
	return &word, text
}
