package dialect

import (
	"cmp"

	"github.com/geminid/geminid/chat"
)

// What one model can do, for clients that show only such models.
var geminiMethods = []string{"generateContent", "streamGenerateContent", "countTokens"}

// Limits told of a model that has none of its own.
const (
	defaultInput  = 1_048_576
	defaultOutput = 65_536
)

type geminiModel struct {
	Name        string   `json:"name"`
	BaseModelID string   `json:"baseModelId"`
	Version     string   `json:"version"`
	DisplayName string   `json:"displayName"`
	Description string   `json:"description"`
	Input       int      `json:"inputTokenLimit"`
	Output      int      `json:"outputTokenLimit"`
	Methods     []string `json:"supportedGenerationMethods"`
	Temperature float64  `json:"temperature"`
	TopP        float64  `json:"topP"`
	TopK        int      `json:"topK"`
}

func geminiOne(_ *Call, m chat.Model) any {
	return geminiModel{
		Name: "models/" + m.ID, BaseModelID: m.ID, Version: "001",
		DisplayName: cmp.Or(m.Name, m.ID), Description: m.Description,
		Input: cmp.Or(m.InputLimit, defaultInput), Output: cmp.Or(m.OutputLimit, defaultOutput),
		Methods: geminiMethods, Temperature: 1, TopP: 0.95, TopK: 64,
	}
}

// geminiList answers the whole list as one page. There is no nextPageToken: an
// SDK that sees one asks again, for ever.
func geminiList(call *Call, models []chat.Model) any {
	page := struct {
		Models []any `json:"models"`
	}{make([]any, 0, len(models))}
	for _, m := range models {
		page.Models = append(page.Models, geminiOne(call, m))
	}
	return page
}

func geminiTokens(call *Call) any {
	return struct {
		Total int `json:"totalTokens"`
	}{chat.EstimateTokens(call.Chat)}
}

type geminiAnswer struct {
	Candidates []geminiCandidate `json:"candidates,omitempty"`
	Feedback   *geminiFeedback   `json:"promptFeedback,omitempty"`
	Usage      geminiUsage       `json:"usageMetadata"`
	Version    string            `json:"modelVersion"`
	ResponseID string            `json:"responseId"`
}

type geminiCandidate struct {
	Content struct {
		Parts []geminiPartOut `json:"parts"`
		Role  string          `json:"role"`
	} `json:"content"`
	FinishReason string `json:"finishReason"`
	Index        int    `json:"index"`
}

// geminiPartOut is a text part, or a file when Inline is set.
type geminiPartOut struct {
	Text    *string       `json:"text,omitempty"`
	Thought bool          `json:"thought,omitempty"`
	Inline  *geminiInline `json:"inlineData,omitempty"`
}

type geminiInline struct {
	MIME string `json:"mimeType"`
	Data string `json:"data"` // base64
}

type geminiFeedback struct {
	BlockReason string `json:"blockReason"`
}

type geminiUsage struct {
	Prompt     int `json:"promptTokenCount"`
	Candidates int `json:"candidatesTokenCount"`
	Thoughts   int `json:"thoughtsTokenCount,omitempty"`
	Total      int `json:"totalTokenCount"`
}

func (u usage) gemini() geminiUsage {
	return geminiUsage{Prompt: u.prompt, Candidates: u.answer, Thoughts: u.thoughts,
		Total: u.prompt + u.answer + u.thoughts}
}

func geminiWhole(call *Call, answer chat.Answer) any {
	return newDocument(func(file func([]byte) string) any {
		if call.Op == Images {
			return geminiPredictions(answer, file)
		}
		return geminiAnswered(call, answer, file)
	})
}

func geminiAnswered(call *Call, answer chat.Answer, file func([]byte) string) any {
	answer, c := shown(call, answer)
	whole := geminiAnswer{
		Usage:      c.usage(call).gemini(),
		Version:    cmp.Or(Served(answer.Served), call.Model),
		ResponseID: call.ID,
	}
	if answer.Reason == chat.Filtered && c.answer.IsEmpty() && c.thoughts.IsEmpty() {
		whole.Feedback = &geminiFeedback{BlockReason: geminiReason(chat.Filtered)}
		return whole
	}
	var candidate geminiCandidate
	candidate.Content.Role = "model"
	candidate.Content.Parts = geminiPartsOut(answer, file)
	candidate.FinishReason = geminiReason(answer.Reason)
	whole.Candidates = []geminiCandidate{candidate}
	return whole
}

func geminiPartsOut(answer chat.Answer, file func([]byte) string) []geminiPartOut {
	var parts []geminiPartOut
	if answer.Thoughts != "" {
		parts = append(parts, geminiPartOut{Text: &answer.Thoughts, Thought: true})
	}
	if answer.Text != "" || len(answer.Media) == 0 {
		parts = append(parts, geminiPartOut{Text: &answer.Text})
	}
	for _, blob := range answer.Media {
		parts = append(parts, geminiPartOut{Inline: &geminiInline{MIME: blob.MIME, Data: file(blob.Data)}})
	}
	return parts
}

func geminiReason(reason chat.FinishReason) string {
	switch reason {
	case chat.Length:
		return "MAX_TOKENS"
	case chat.Filtered:
		return "SAFETY"
	default:
		return "STOP"
	}
}
