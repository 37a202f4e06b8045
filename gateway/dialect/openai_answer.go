package dialect

import (
	"cmp"
	"strings"

	"github.com/geminid/geminid/chat"
)

// openaiSince stands for every model's creation date, which the upstream does
// not tell: the start of 2025, UTC. It is fixed, so that lists compare equal.
const openaiSince = 1_735_689_600

// openaiModel carries, beside the format's own fields, those by which ChatBox
// finds out that a model can see.
type openaiModel struct {
	ID            string             `json:"id"`
	Object        string             `json:"object"`
	Created       int64              `json:"created"`
	OwnedBy       string             `json:"owned_by"`
	Name          string             `json:"name"`
	Description   string             `json:"description,omitempty"`
	ContextLength int                `json:"context_length"`
	Architecture  openaiArchitecture `json:"architecture"`
}

type openaiArchitecture struct {
	Input  []string `json:"input_modalities"`
	Output []string `json:"output_modalities"`
}

func openaiOne(_ *Call, m chat.Model) any {
	output := []string{"text"}
	if m.Image {
		output = []string{"text", "image"}
	}
	return openaiModel{
		ID: m.ID, Object: "model", Created: openaiSince, OwnedBy: "google",
		Name: cmp.Or(m.Name, m.ID), Description: m.Description,
		ContextLength: cmp.Or(m.InputLimit, defaultInput),
		Architecture:  openaiArchitecture{Input: []string{"text", "image"}, Output: output},
	}
}

func openaiList(call *Call, models []chat.Model) any {
	list := struct {
		Object string `json:"object"`
		Data   []any  `json:"data"`
	}{"list", make([]any, 0, len(models))}
	for _, m := range models {
		list.Data = append(list.Data, openaiOne(call, m))
	}
	return list
}

// openaiTokens answers a count in the format's usage object; no route of the
// format asks for it.
func openaiTokens(call *Call) any {
	return usage{prompt: chat.EstimateTokens(call.Chat)}.openai()
}

type openaiCompletion struct {
	ID      string         `json:"id"`
	Object  string         `json:"object"`
	Created int64          `json:"created"`
	Model   string         `json:"model"`
	Choices []openaiChoice `json:"choices"`
	Usage   openaiUsage    `json:"usage"`
}

type openaiChoice struct {
	Index   int `json:"index"`
	Message struct {
		Role      string `json:"role"`
		Content   string `json:"content"`
		Reasoning string `json:"reasoning_content,omitempty"`
	} `json:"message"`
	Logprobs     *struct{} `json:"logprobs"`
	FinishReason string    `json:"finish_reason"`
}

type openaiUsage struct {
	Prompt     int            `json:"prompt_tokens"`
	Completion int            `json:"completion_tokens"`
	Total      int            `json:"total_tokens"`
	Details    *openaiDetails `json:"completion_tokens_details,omitempty"`
}

type openaiDetails struct {
	Reasoning int `json:"reasoning_tokens"`
}

func (u usage) openai() openaiUsage {
	out := openaiUsage{Prompt: u.prompt, Completion: u.answer + u.thoughts}
	out.Total = out.Prompt + out.Completion
	if u.thoughts > 0 {
		out.Details = &openaiDetails{Reasoning: u.thoughts}
	}
	return out
}

func openaiWhole(call *Call, answer chat.Answer) any {
	return newDocument(func(file func([]byte) string) any {
		if call.Pictures != nil {
			return openaiPictures(call, answer, file)
		}
		return openaiCompleted(call, answer, file)
	})
}

func openaiCompleted(call *Call, answer chat.Answer, file func([]byte) string) any {
	answer, c := shown(call, answer)
	var choice openaiChoice
	choice.Message.Role = "assistant"
	choice.Message.Content = openaiText(call, answer, file)
	choice.Message.Reasoning = answer.Thoughts
	choice.FinishReason = openaiReason(answer.Reason)
	return openaiCompletion{
		ID: call.ID, Object: "chat.completion", Created: call.Created.Unix(), Model: call.Model,
		Choices: []openaiChoice{choice}, Usage: c.usage(call).openai(),
	}
}

// openaiText is the text with the pictures behind it as Markdown, the only way
// in which chat clients of this format show any.
func openaiText(call *Call, answer chat.Answer, file func([]byte) string) string {
	if len(answer.Media) == 0 {
		return answer.Text
	}
	var b strings.Builder
	b.WriteString(answer.Text)
	for _, blob := range answer.Media {
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString(markdownOpen(blob))
		if link := call.link(blob); link != "" {
			b.WriteString(link)
		} else {
			b.WriteString(dataHead(blob) + file(blob.Data))
		}
		b.WriteByte(')')
	}
	return b.String()
}

// markdownOpen is an image, or a link to a file that is none.
func markdownOpen(blob *chat.Blob) string {
	if strings.HasPrefix(blob.MIME, "image/") {
		return "![image]("
	}
	return "[file]("
}

func dataHead(blob *chat.Blob) string { return "data:" + blob.MIME + ";base64," }

func openaiReason(reason chat.FinishReason) string {
	switch reason {
	case chat.Length, chat.Filtered:
		return string(reason)
	default:
		return string(chat.Stop)
	}
}
