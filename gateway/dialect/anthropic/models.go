package anthropic

import (
	"cmp"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// modelsCreated is the creation date of every model, which the upstream does not
// state. It is fixed, so that lists compare equal.
const modelsCreated = "2025-01-01T00:00:00Z"

// modelEntry is a model of the list. Fields that are always null stand for things that
// only Anthropic's models have.
type modelEntry struct {
	Type         string       `json:"type"`
	ID           string       `json:"id"`
	DisplayName  string       `json:"display_name"`
	CreatedAt    string       `json:"created_at"`
	MaxInput     int          `json:"max_input_tokens"`
	MaxTokens    int          `json:"max_tokens"`
	Lifecycle    string       `json:"lifecycle"`
	Line         *string      `json:"line"`
	DeprecatedAt *string      `json:"deprecated_at"`
	RetiresAt    *string      `json:"retires_at"`
	Capabilities capabilities `json:"capabilities"`
}

// capabilities is what clients may ask of a model.
type capabilities struct {
	Batch             support           `json:"batch"`
	Citations         support           `json:"citations"`
	CodeExecution     support           `json:"code_execution"`
	ContextManagement contextManagement `json:"context_management"`
	Effort            effort            `json:"effort"`
	ImageInput        support           `json:"image_input"`
	PDFInput          support           `json:"pdf_input"`
	ServerTools       serverTools       `json:"server_tools"`
	StructuredOutputs support           `json:"structured_outputs"`
	Thinking          thinkingSupport   `json:"thinking"`
}

type support struct {
	Supported bool `json:"supported"`
}

type contextManagement struct {
	support
	ClearThinking support `json:"clear_thinking_20251015"`
	ClearToolUses support `json:"clear_tool_uses_20250919"`
	Compact       support `json:"compact_20260112"`
}

type effort struct {
	support
	Low    support `json:"low"`
	Medium support `json:"medium"`
	High   support `json:"high"`
	XHigh  support `json:"xhigh"`
	Max    support `json:"max"`
}

type serverTools struct {
	support
	CodeExecution support `json:"code_execution"`
	WebSearch     support `json:"web_search"`
}

type thinkingSupport struct {
	support
	Types struct {
		Adaptive     support `json:"adaptive"`
		BetweenTools support `json:"between_tools"`
		Disabled     support `json:"disabled"`
		Enabled      support `json:"enabled"`
	} `json:"types"`
}

// newCapabilities returns what all models have: the web session makes no difference.
func newCapabilities() capabilities {
	yes := support{true}
	c := capabilities{ImageInput: yes, PDFInput: yes, StructuredOutputs: yes, Effort: effort{yes, yes, yes, yes, yes, yes}}
	c.Thinking.support = yes
	c.Thinking.Types.Adaptive, c.Thinking.Types.Disabled, c.Thinking.Types.Enabled = yes, yes, yes
	return c
}

func newModelEntry(m chat.Model) modelEntry {
	return modelEntry{
		Type: "model", ID: m.ID, DisplayName: cmp.Or(m.Name, m.ID), CreatedAt: modelsCreated, Lifecycle: "active",
		MaxInput:  cmp.Or(m.InputLimit, dialect.DefaultInputTokens),
		MaxTokens: cmp.Or(m.OutputLimit, dialect.DefaultOutputTokens), Capabilities: newCapabilities(),
	}
}

func encodeModel(_ *dialect.Call, m chat.Model) dialect.Body {
	return dialect.NewBody(newModelEntry(m))
}

// encodeModels answers with all models on one page.
func encodeModels(_ *dialect.Call, models []chat.Model) dialect.Body {
	list := struct {
		Data    []modelEntry `json:"data"`
		HasMore bool         `json:"has_more"`
		FirstID *string      `json:"first_id"`
		LastID  *string      `json:"last_id"`
	}{Data: make([]modelEntry, 0, len(models))}
	for _, m := range models {
		list.Data = append(list.Data, newModelEntry(m))
	}
	if len(models) > 0 {
		list.FirstID, list.LastID = &models[0].ID, &models[len(models)-1].ID
	}
	return dialect.NewBody(list)
}

// encodeTokens answers a count.
func encodeTokens(call *dialect.Call) dialect.Body {
	return dialect.NewBody(struct {
		Input int `json:"input_tokens"`
	}{chat.EstimateTokens(call.Chat)})
}
