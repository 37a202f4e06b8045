package interactions

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// idPrefix begins the ID of an interaction.
const idPrefix = "int_"

// status is how far an interaction is.
type status string

const (
	inProgress     status = "in_progress"
	requiresAction status = "requires_action" // results of calls
	completed      status = "completed"
	incomplete     status = "incomplete"
	failed         status = "failed"
	cancelled      status = "cancelled"
)

// interaction is the interaction object. In the events of a stream it has no steps.
type interaction struct {
	ID       string    `json:"id"`
	Object   string    `json:"object"`
	Model    string    `json:"model"`
	Status   status    `json:"status"`
	Created  string    `json:"created"`
	Updated  string    `json:"updated"`
	Previous string    `json:"previous_interaction_id,omitempty"`
	Steps    []*step   `json:"steps,omitempty"`
	Usage    *usage    `json:"usage,omitempty"`
	Errors   []failure `json:"errors,omitempty"`
}

// failure is why an interaction failed.
type failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// step is a step of an answer: thoughts with a summary, an output of the model with
// content, or a call with ID, name and arguments.
type step struct {
	Type      string          `json:"type"`
	Summary   []content       `json:"summary,omitempty"`
	Content   []content       `json:"content,omitempty"`
	ID        string          `json:"id,omitempty"`
	Name      string          `json:"name,omitempty"`
	Arguments json.RawMessage `json:"arguments,omitempty"`
}

// content is text, or a file.
type content struct {
	Type        string       `json:"type"`
	Text        *string      `json:"text,omitempty"`
	Annotations []annotation `json:"annotations,omitempty"`
	MIME        string       `json:"mime_type,omitempty"`
	Data        string       `json:"data,omitempty"`

	blob *chat.Blob // whose base64 is Data
}

// annotation is a page that the text rests on. Its indexes are bytes.
type annotation struct {
	Type  string `json:"type"`
	Start int    `json:"start_index"`
	End   int    `json:"end_index"`
	URL   string `json:"url"`
	Title string `json:"title"`
}

type usage struct {
	Input    int `json:"total_input_tokens"`
	Output   int `json:"total_output_tokens"`
	Thoughts int `json:"total_thought_tokens"`
	Cached   int `json:"total_cached_tokens"`
	ToolUse  int `json:"total_tool_use_tokens"`
	Total    int `json:"total_tokens"`
}

func newUsage(u dialect.Usage) *usage {
	return &usage{Input: u.Prompt, Output: u.Answer, Thoughts: u.Thoughts, Total: u.Prompt + u.Answer + u.Thoughts}
}

// newInteraction returns the interaction that a call begins with.
func newInteraction(call *dialect.Call) interaction {
	made := call.Created.UTC().Format(time.RFC3339)
	return interaction{
		ID: call.ID, Object: "interaction", Model: call.Model, Status: inProgress, Created: made, Updated: made,
		Previous: detailsOf(call).previous,
	}
}

// finish ends an interaction with the steps of its answer.
func (i *interaction) finish(call *dialect.Call, steps []*step, reason chat.FinishReason, count *dialect.UsageCounter) {
	i.Steps, i.Usage, i.Status = steps, newUsage(count.EstimateUsage(call)), completed
	if reason == chat.Length || reason == chat.Filtered {
		i.Status = incomplete
		return
	}
	if len(steps) > 0 && steps[len(steps)-1].Type == functionCall {
		i.Status = requiresAction
	}
}

func newText(text string) content { return content{Type: "text", Text: &text} }

// newFile returns a file as content. Its bytes are filled in when it is encoded.
func newFile(blob *chat.Blob) content {
	kind, _, _ := strings.Cut(blob.MIME, "/")
	switch kind {
	case "image", "audio", "video":
	default:
		kind = "document"
	}
	return content{Type: kind, MIME: blob.MIME, Data: dialect.Unfilled(), blob: blob}
}

// newAnnotations returns one annotation for each passage of each source, and one at the
// beginning for a source without.
func newAnnotations(sources []chat.Source) []annotation {
	var out []annotation
	for _, s := range sources {
		passages := s.Passages
		if len(passages) == 0 {
			passages = []chat.Passage{{}}
		}
		for _, p := range passages {
			out = append(out, annotation{Type: "url_citation", Start: p.Start, End: p.End, URL: s.URL, Title: s.Name()})
		}
	}
	return out
}

// newCallStep returns a call. Arguments that are no JSON are none.
func newCallStep(made chat.ToolCall) *step {
	if !json.Valid([]byte(made.Arguments)) {
		made.Arguments = "{}"
	}
	return &step{Type: functionCall, ID: made.ID, Name: made.Name, Arguments: json.RawMessage(made.Arguments)}
}

// encodeWith encodes a value that holds steps, and fills in their files.
func encodeWith(v any, steps []*step) dialect.Body {
	var files []dialect.Content
	for _, s := range steps {
		for _, c := range s.Content {
			if c.blob != nil {
				files = append(files, dialect.Content{{File: c.blob.Data}})
			}
		}
	}
	if len(files) == 0 {
		return dialect.NewBody(v)
	}
	return dialect.NewFilledBody(v, files...)
}
