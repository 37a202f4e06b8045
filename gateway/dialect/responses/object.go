package responses

import (
	"encoding/json"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// responsePrefix begins the ID of a response.
const responsePrefix = "resp_"

// status is how far a response, or an item of one, is.
type status string

const (
	inProgress status = "in_progress"
	completed  status = "completed"
	incomplete status = "incomplete"
	failed     status = "failed"
	cancelled  status = "cancelled"
)

// response is the response object. It has the fields that the official SDKs require,
// with those values that are in force here.
type response struct {
	ID                 string             `json:"id"`
	Object             string             `json:"object"`
	CreatedAt          int64              `json:"created_at"`
	Status             status             `json:"status"`
	Background         bool               `json:"background"`
	Error              *failure           `json:"error"`
	IncompleteDetails  *incompleteDetails `json:"incomplete_details"`
	Instructions       *string            `json:"instructions"`
	MaxOutputTokens    *int64             `json:"max_output_tokens"`
	MaxToolCalls       *int64             `json:"max_tool_calls"`
	Model              string             `json:"model"`
	Output             []any              `json:"output"`
	ParallelToolCalls  bool               `json:"parallel_tool_calls"`
	PreviousResponseID *string            `json:"previous_response_id"`
	Conversation       *conversationRef   `json:"conversation,omitempty"`
	Reasoning          reasoningConfig    `json:"reasoning"`
	ServiceTier        string             `json:"service_tier"`
	Store              bool               `json:"store"`
	Temperature        float64            `json:"temperature"`
	Text               textConfig         `json:"text"`
	ToolChoice         json.RawMessage    `json:"tool_choice"`
	Tools              json.RawMessage    `json:"tools"`
	TopP               float64            `json:"top_p"`
	Truncation         string             `json:"truncation"`
	Usage              *usage             `json:"usage"`
	User               *string            `json:"user"`
	Metadata           json.RawMessage    `json:"metadata"`
	AccessPrograms     accessPrograms     `json:"access_programs"`
}

// failure is why a response failed. Its codes are those of the API, which are fewer
// than those of errors with a status of their own.
type failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type conversationRef struct {
	ID string `json:"id"`
}

type incompleteDetails struct {
	Reason string `json:"reason"`
}

type reasoningConfig struct {
	Effort  *string `json:"effort"`
	Summary *string `json:"summary"`
}

type textConfig struct {
	Format json.RawMessage `json:"format"`
}

type accessPrograms struct {
	Cyber string `json:"cyber"`
}

type usage struct {
	Input        int          `json:"input_tokens"`
	InputDetails inputDetails `json:"input_tokens_details"`
	Output       int          `json:"output_tokens"`
	Details      usageDetails `json:"output_tokens_details"`
	Total        int          `json:"total_tokens"`
}

type inputDetails struct {
	Cached  int `json:"cached_tokens"`
	Written int `json:"cache_write_tokens"`
}

type usageDetails struct {
	Reasoning int `json:"reasoning_tokens"`
}

func newUsage(u dialect.Usage) *usage {
	out := &usage{Input: u.Prompt, Output: u.Answer + u.Thoughts, Details: usageDetails{Reasoning: u.Thoughts}}
	out.Total = out.Input + out.Output
	return out
}

// newResponse returns the response that a call begins with.
func newResponse(call *dialect.Call) response {
	told := detailsOf(call)
	r := response{
		ID: call.ID, Object: "response", CreatedAt: call.Created.Unix(), Status: inProgress, Model: call.Model,
		Instructions: told.instructions, Output: []any{}, ParallelToolCalls: !told.serial, Store: told.store && call.Records != nil, Background: told.background,
		Reasoning: reasoningConfig{Effort: told.effort, Summary: told.summary}, ServiceTier: "default",
		Temperature: 1, TopP: 1, Truncation: "disabled",
		Text:       textConfig{Format: rawOr(told.format, `{"type":"text"}`)},
		ToolChoice: rawOr(told.toolChoice, `"auto"`), Tools: rawOr(told.tools, `[]`), Metadata: rawOr(told.metadata, `{}`),
		AccessPrograms: accessPrograms{Cyber: "standard"},
	}
	if told.previous != "" {
		r.PreviousResponseID = &told.previous
	}
	if told.conversation != "" {
		r.Conversation = &conversationRef{told.conversation}
	}
	return r
}

// rawOr returns a value as it was sent, or another one if none was.
func rawOr(sent json.RawMessage, other string) json.RawMessage {
	if !json.Valid(sent) {
		return json.RawMessage(other)
	}
	return sent
}

// finish ends the response.
func (r *response) finish(call *dialect.Call, items []any, reason chat.FinishReason, count *dialect.UsageCounter) {
	r.Output = items
	r.Usage = newUsage(count.EstimateUsage(call))
	switch reason {
	case chat.Length:
		r.Status, r.IncompleteDetails = incomplete, &incompleteDetails{"max_output_tokens"}
	case chat.Filtered:
		r.Status, r.IncompleteDetails = incomplete, &incompleteDetails{"content_filter"}
	default:
		r.Status = completed
	}
}

// newFailure returns why a response failed.
func newFailure(err *chat.Error) *failure {
	code := "server_error"
	switch dialect.LookupKind(err.Kind).Status {
	case 429:
		code = "rate_limit_exceeded"
	case 400:
		code = "invalid_prompt"
	}
	return &failure{Code: code, Message: err.Message}
}

// pictures returns the contents of the unfilled places in items.
func pictures(items []any) (contents []dialect.Content) {
	for _, item := range items {
		if picture, ok := item.(*pictureItem); ok && picture.blob != nil {
			contents = append(contents, dialect.Content{{File: picture.blob.Data}})
		}
	}
	return contents
}

// encodeWith encodes a value that holds items.
func encodeWith(v any, items []any) dialect.Body {
	contents := pictures(items)
	if len(contents) == 0 {
		return dialect.NewBody(v)
	}
	return dialect.NewFilledBody(v, contents...)
}
