package responses

import (
	"strconv"
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// itemKind is the type of an item that the model makes; its text begins the ID of the item.
type itemKind string

const (
	messageKind  itemKind = "msg_"
	thoughtKind  itemKind = "rs_"
	functionKind itemKind = "fc_"
	customKind   itemKind = "ctc_"
	pictureKind  itemKind = "ig_"
)

// itemID returns the ID of the item with that index.
func itemID(call *dialect.Call, kind itemKind, index int) string {
	return string(kind) + strings.TrimPrefix(call.ID, responsePrefix) + strconv.Itoa(index)
}

// messageItem is the text of an answer.
type messageItem struct {
	ID      string     `json:"id"`
	Type    string     `json:"type"`
	Status  status     `json:"status"`
	Role    string     `json:"role"`
	Content []textPart `json:"content"`
}

type textPart struct {
	Type        string       `json:"type"`
	Text        string       `json:"text"`
	Annotations []annotation `json:"annotations"`
	Logprobs    []struct{}   `json:"logprobs"`
}

// annotation is a page that the text rests on. Its indexes are characters.
type annotation struct {
	Type  string `json:"type"`
	Start int    `json:"start_index"`
	End   int    `json:"end_index"`
	URL   string `json:"url"`
	Title string `json:"title"`
}

func newMessage(id string, state status, content ...textPart) *messageItem {
	if content == nil {
		content = []textPart{}
	}
	return &messageItem{ID: id, Type: "message", Status: state, Role: "assistant", Content: content}
}

func newTextPart(text string, annotations []annotation) textPart {
	if annotations == nil {
		annotations = []annotation{}
	}
	return textPart{Type: "output_text", Text: text, Annotations: annotations, Logprobs: []struct{}{}}
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
			out = append(out, annotation{Type: "url_citation", Start: p.FirstRune, End: p.EndRune, URL: s.URL, Title: s.Name()})
		}
	}
	return out
}

// thoughtItem holds thoughts.
type thoughtItem struct {
	ID      string        `json:"id"`
	Type    string        `json:"type"`
	Summary []summaryPart `json:"summary"`
	// Sealed is what this server can read again.
	Sealed string `json:"encrypted_content,omitempty"`
	Status status `json:"status"`
}

type summaryPart struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

func newThought(call *dialect.Call, id string, state status, summary ...summaryPart) *thoughtItem {
	item := &thoughtItem{ID: id, Type: "reasoning", Summary: []summaryPart{}, Status: state}
	if summary != nil {
		item.Summary = summary
		if detailsOf(call).sealed {
			item.Sealed = sealThoughts(summary[0].Text)
		}
	}
	return item
}

// callItem is a call of a function, or of a tool that takes text.
type callItem struct {
	ID        string  `json:"id"`
	Type      string  `json:"type"`
	Status    status  `json:"status"`
	CallID    string  `json:"call_id"`
	Namespace string  `json:"namespace,omitempty"`
	Name      string  `json:"name"`
	Arguments *string `json:"arguments,omitempty"` // of a function
	Input     *string `json:"input,omitempty"`     // of a custom tool
}

func newCallItem(call *dialect.Call, index int, made chat.ToolCall, state status) *callItem {
	item := &callItem{ID: itemID(call, functionKind, index), Type: "function_call", Status: state, CallID: made.ID, Name: made.Name, Arguments: &made.Arguments}
	if made.Freeform {
		item.ID, item.Type = itemID(call, customKind, index), "custom_tool_call"
		item.Arguments, item.Input = nil, &made.Arguments
	}
	if name, ok := detailsOf(call).spaced[made.Name]; ok {
		item.Namespace, item.Name = name.namespace, name.name
	}
	return item
}

// pictureItem is a picture that the model made.
type pictureItem struct {
	ID     string `json:"id"`
	Type   string `json:"type"`
	Status status `json:"status"`
	Format string `json:"output_format,omitempty"`
	Result string `json:"result"`

	blob *chat.Blob // nil before it is made
}

func newPictureItem(id string, state status, blob *chat.Blob) *pictureItem {
	item := &pictureItem{ID: id, Type: "image_generation_call", Status: state, blob: blob}
	if blob != nil {
		item.Result = dialect.Unfilled()
		item.Format = strings.TrimPrefix(blob.MIME, "image/")
	}
	return item
}

func isPicture(blob *chat.Blob) bool { return strings.HasPrefix(blob.MIME, "image/") }
