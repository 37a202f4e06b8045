package gemini

import (
	"cmp"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// modelMethods are the methods of every model, for clients that show only models
// with the one they need.
var modelMethods = []string{"generateContent", "streamGenerateContent", "countTokens"}

type modelEntry struct {
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

func newModelEntry(m chat.Model) modelEntry {
	return modelEntry{
		Name: "models/" + m.ID, BaseModelID: m.ID, Version: "001",
		DisplayName: cmp.Or(m.Name, m.ID), Description: m.Description,
		Input:   cmp.Or(m.InputLimit, dialect.DefaultInputTokens),
		Output:  cmp.Or(m.OutputLimit, dialect.DefaultOutputTokens),
		Methods: modelMethods, Temperature: 1, TopP: 0.95, TopK: 64,
	}
}

func encodeModel(_ *dialect.Call, m chat.Model) dialect.Body {
	return dialect.NewBody(newModelEntry(m))
}

// encodeModels answers the whole list as one page. There is no nextPageToken: an
// SDK that sees one asks again without end.
func encodeModels(_ *dialect.Call, models []chat.Model) dialect.Body {
	page := struct {
		Models []modelEntry `json:"models"`
	}{make([]modelEntry, 0, len(models))}
	for _, m := range models {
		page.Models = append(page.Models, newModelEntry(m))
	}
	return dialect.NewBody(page)
}

func encodeTokens(call *dialect.Call) dialect.Body {
	return dialect.NewBody(struct {
		Total int `json:"totalTokens"`
	}{chat.EstimateTokens(call.Chat)})
}

// response is a whole answer, or one chunk of a stream.
type response struct {
	Candidates []candidate     `json:"candidates,omitempty"`
	Feedback   *promptFeedback `json:"promptFeedback,omitempty"`
	Usage      *usageMetadata  `json:"usageMetadata,omitempty"` // not in the middle of a stream
	Version    string          `json:"modelVersion"`
	ResponseID string          `json:"responseId"`
}

type candidate struct {
	Content      content `json:"content"`
	FinishReason string  `json:"finishReason,omitempty"`
	Finish       string  `json:"finishMessage,omitempty"`
	Index        int     `json:"index"`
	*citations
}

type content struct {
	Parts []part `json:"parts"`
	Role  string `json:"role"`
}

// part is text, a file if Inline is set, a call if Call is, or code or its output.
type part struct {
	Text    *string       `json:"text,omitempty"`
	Thought bool          `json:"thought,omitempty"`
	Inline  *inlineData   `json:"inlineData,omitempty"`
	Call    *functionCall `json:"functionCall,omitempty"`
	Code    *ranCode      `json:"executableCode,omitempty"`
	Output  *codeOutput   `json:"codeExecutionResult,omitempty"`
	// Signature is opaque to clients, which send it back with the call.
	Signature string `json:"thoughtSignature,omitempty"`
}

type inlineData struct {
	MIME string `json:"mimeType"`
	Data string `json:"data"`
}

type promptFeedback struct {
	BlockReason string `json:"blockReason"`
}

type usageMetadata struct {
	Prompt     int `json:"promptTokenCount"`
	Candidates int `json:"candidatesTokenCount"`
	Thoughts   int `json:"thoughtsTokenCount,omitempty"`
	Total      int `json:"totalTokenCount"`
}

func newUsage(u dialect.Usage) *usageMetadata {
	return &usageMetadata{Prompt: u.Prompt, Candidates: u.Answer, Thoughts: u.Thoughts,
		Total: u.Prompt + u.Answer + u.Thoughts}
}

func encodeAnswer(call *dialect.Call, answer chat.Answer) dialect.Body {
	if call.Op == dialect.Images {
		return encodePredictions(answer)
	}
	answer, count := dialect.VisibleAnswer(call, answer)
	whole := response{
		Usage:      newUsage(count.EstimateUsage(call)),
		Version:    dialect.ServedID(answer.Served, call.Model),
		ResponseID: call.ID,
	}
	if answer.Reason == chat.Filtered && count.IsEmpty() {
		whole.Feedback = &promptFeedback{BlockReason: finishReason(chat.Filtered)}
		return dialect.NewBody(whole)
	}
	parts, places := newParts(answer, call.CodeParts)
	whole.Candidates = []candidate{{
		Content:      content{Parts: parts, Role: "model"},
		FinishReason: finishReason(answer.Reason),
		Finish:       finishMessage(answer.Reason),
		citations:    newCitations(answer.Sources, places),
	}}
	return dialect.NewFilledBody(whole, fileContents(answer)...)
}

// newParts returns the parts of an answer, at least one: clients read the first
// without a check. It returns the places of its text in them too. If codeParts is set,
// code that was run has parts of its own.
func newParts(answer chat.Answer, codeParts bool) ([]part, places) {
	var parts []part
	if answer.Thoughts != "" {
		parts = append(parts, part{Text: &answer.Thoughts, Thought: true})
	}
	var places places
	switch {
	case codeParts && len(answer.Blocks) > 0:
		parts, places = appendTextAndCode(parts, answer)
	case answer.Text != "" || len(answer.Media)+len(answer.Calls) == 0:
		places.add(len(parts), 0, 0)
		parts = append(parts, part{Text: &answer.Text})
	}
	for _, blob := range answer.Media {
		parts = append(parts, part{Inline: &inlineData{MIME: blob.MIME, Data: dialect.Unfilled()}})
	}
	for i, made := range answer.Calls {
		parts = append(parts, newCallPart(&made, i == 0))
	}
	return parts, places
}

// fileContents are the contents of the data fields of an answer.
func fileContents(answer chat.Answer) []dialect.Content {
	var contents []dialect.Content
	for _, blob := range answer.Media {
		contents = append(contents, dialect.Content{{File: blob.Data}})
	}
	return contents
}

type prediction struct {
	MIME string `json:"mimeType"`
	Data string `json:"bytesBase64Encoded"`
}

// encodePredictions answers :predict.
func encodePredictions(answer chat.Answer) dialect.Body {
	list := struct {
		Predictions []prediction `json:"predictions"`
	}{make([]prediction, 0, len(answer.Media))}
	for _, blob := range answer.Media {
		list.Predictions = append(list.Predictions, prediction{MIME: blob.MIME, Data: dialect.Unfilled()})
	}
	return dialect.NewFilledBody(list, fileContents(answer)...)
}

func finishReason(reason chat.FinishReason) string {
	switch reason {
	case chat.Length:
		return "MAX_TOKENS"
	case chat.Filtered:
		return "SAFETY"
	case chat.MalformedCall:
		return "MALFORMED_FUNCTION_CALL"
	default:
		return "STOP"
	}
}

// finishMessage explains a reason that a program cannot mend by itself; empty for all
// others.
func finishMessage(reason chat.FinishReason) string {
	if reason == chat.MalformedCall {
		return "Gemini wrote no valid call, when asked once more too; ask again, or ask for something simpler"
	}
	return ""
}
