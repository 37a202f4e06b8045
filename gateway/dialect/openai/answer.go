package openai

import (
	"cmp"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// modelsCreated is the creation date of every model, which the upstream does not
// state: the start of 2025, UTC. It is fixed, so that lists compare equal.
const modelsCreated = 1_735_689_600

// modelEntry has, beside the fields of the format, those by which ChatBox finds
// out that a model can read pictures.
type modelEntry struct {
	ID            string       `json:"id"`
	Object        string       `json:"object"`
	Created       int64        `json:"created"`
	OwnedBy       string       `json:"owned_by"`
	Name          string       `json:"name"`
	Description   string       `json:"description,omitempty"`
	ContextLength int          `json:"context_length"`
	Architecture  architecture `json:"architecture"`
}

type architecture struct {
	Input  []string `json:"input_modalities"`
	Output []string `json:"output_modalities"`
}

func newModelEntry(m chat.Model) modelEntry {
	output := []string{"text"}
	if m.Image {
		output = []string{"text", "image"}
	}
	return modelEntry{
		ID: m.ID, Object: "model", Created: modelsCreated, OwnedBy: "google",
		Name: cmp.Or(m.Name, m.ID), Description: m.Description,
		ContextLength: cmp.Or(m.InputLimit, dialect.DefaultInputTokens),
		Architecture:  architecture{Input: []string{"text", "image"}, Output: output},
	}
}

func encodeModel(_ *dialect.Call, m chat.Model) dialect.Body {
	return dialect.NewBody(newModelEntry(m))
}

func encodeModels(_ *dialect.Call, models []chat.Model) dialect.Body {
	list := struct {
		Object string       `json:"object"`
		Data   []modelEntry `json:"data"`
	}{"list", make([]modelEntry, 0, len(models))}
	for _, m := range models {
		list.Data = append(list.Data, newModelEntry(m))
	}
	return dialect.NewBody(list)
}

// encodeTokens answers a count with the usage object; no route of the format
// asks for it.
func encodeTokens(call *dialect.Call) dialect.Body {
	return dialect.NewBody(newUsage(dialect.Usage{Prompt: chat.EstimateTokens(call.Chat)}))
}

type completion struct {
	ID      string   `json:"id"`
	Object  string   `json:"object"`
	Created int64    `json:"created"`
	Model   string   `json:"model"`
	Choices []choice `json:"choices"`
	Usage   usage    `json:"usage"`
}

type choice struct {
	Index   int `json:"index"`
	Message struct {
		Role         string        `json:"role"`
		Content      *string       `json:"content"` // null beside calls without text
		Reasoning    string        `json:"reasoning_content,omitempty"`
		Annotations  []annotation  `json:"annotations,omitempty"`
		Calls        []toolCall    `json:"tool_calls,omitempty"`
		FunctionCall *functionCall `json:"function_call,omitempty"`
	} `json:"message"`
	Logprobs     *struct{} `json:"logprobs"`
	FinishReason string    `json:"finish_reason"`
}

type usage struct {
	Prompt     int           `json:"prompt_tokens"`
	Completion int           `json:"completion_tokens"`
	Total      int           `json:"total_tokens"`
	Details    *usageDetails `json:"completion_tokens_details,omitempty"`
}

type usageDetails struct {
	Reasoning int `json:"reasoning_tokens"`
}

func newUsage(u dialect.Usage) usage {
	out := usage{Prompt: u.Prompt, Completion: u.Answer + u.Thoughts}
	out.Total = out.Prompt + out.Completion
	if u.Thoughts > 0 {
		out.Details = &usageDetails{Reasoning: u.Thoughts}
	}
	return out
}

func encodeAnswer(call *dialect.Call, answer chat.Answer) dialect.Body {
	if call.Pictures != nil {
		return encodeGallery(call, answer)
	}
	answer, count := dialect.VisibleAnswer(call, answer)
	var only choice
	only.Message.Role = "assistant"
	only.Message.Reasoning = answer.Thoughts
	only.Message.Annotations = newAnnotations(answer.Sources)
	only.FinishReason = finishReason(call, answer.Reason)
	whole := completion{
		ID: call.ID, Object: "chat.completion", Created: call.Created.Unix(), Model: call.Model,
		Usage: newUsage(count.EstimateUsage(call)),
	}
	for _, made := range answer.Calls {
		if call.LegacyCalls {
			only.Message.FunctionCall = newToolCall(made).Function
			break
		}
		only.Message.Calls = append(only.Message.Calls, newToolCall(made))
	}
	if len(answer.Media) == 0 {
		if answer.Text != "" || len(answer.Calls) == 0 {
			only.Message.Content = &answer.Text
		}
		whole.Choices = []choice{only}
		return dialect.NewBody(whole)
	}
	filled := dialect.Unfilled()
	only.Message.Content = &filled
	whole.Choices = []choice{only}
	return dialect.NewFilledBody(whole, dialect.MarkdownContent(call, answer))
}

func finishReason(call *dialect.Call, reason chat.FinishReason) string {
	switch reason {
	case chat.Length, chat.Filtered:
		return string(reason)
	case chat.CallTools:
		if call.LegacyCalls {
			return "function_call"
		}
		return "tool_calls"
	default:
		return string(chat.Stop)
	}
}
