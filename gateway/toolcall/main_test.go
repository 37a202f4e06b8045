package toolcall_test

import (
	"context"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/toolcall"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// model is a provider whose answers are scripts. "TAG" in a script becomes the tag
// that the prompt teaches.
type model struct {
	scripts []string // one an answer, the last one for ever
	frame   int      // bytes of a frame; zero sends each answer in one
	altered bool
	reason  chat.FinishReason
	asked   []*chat.Request
	read    int // frames that were taken, of all answers
}

var taughtTag = regexp.MustCompile("``````call-([a-z2-7]{8}) NAME")

func (m *model) tag(req *chat.Request) string {
	if found := taughtTag.FindStringSubmatch(chat.FormatPrompt(req)); found != nil {
		return found[1]
	}
	return "TAG"
}

func (m *model) ask(_ context.Context, req *chat.Request) iter.Seq2[chat.Event, error] {
	script := m.scripts[min(len(m.asked), len(m.scripts)-1)]
	m.asked = append(m.asked, req)
	text := strings.ReplaceAll(script, "TAG", m.tag(req))
	return func(yield func(chat.Event, error) bool) {
		for text != "" {
			size := len(text)
			if m.frame > 0 {
				size = min(size, m.frame)
			}
			m.read++
			if !yield(chat.Event{Kind: chat.Text, Text: text[:size], Altered: m.altered}, nil) {
				return
			}
			text = text[size:]
		}
		reason := m.reason
		if reason == "" {
			reason = chat.Stop
		}
		yield(chat.Event{Kind: chat.Finish, Reason: reason}, nil)
	}
}

// counts are the outcomes that an engine counted.
type counts map[toolcall.Outcome]int

// String lists the outcomes in the order of their names.
func (c counts) String() string {
	var words []string
	for _, outcome := range slices.Sorted(maps.Keys(c)) {
		words = append(words, string(outcome))
	}
	return strings.Join(words, " ")
}

func newEngine(c counts) *toolcall.Engine {
	return toolcall.New(toolcall.Config{Key: []byte("key"), Count: func(o toolcall.Outcome) { c[o]++ }})
}

// question is a request of one turn that offers tools.
func question(tools ...chat.OfferedTool) *chat.Request {
	return &chat.Request{
		System: []string{"Be brief."},
		Turns:  []chat.Turn{{Role: chat.User, Parts: []chat.Part{{Text: "Do it."}}}},
		Tools:  tools,
	}
}

// answer asks and gathers the answer.
func answer(t *testing.T, c counts, req *chat.Request, m *model) (chat.Answer, error) {
	t.Helper()
	q, err := newEngine(c).Prepare(req)
	if err != nil {
		t.Fatal(err)
	}
	return chat.CollectAnswer(q.Answer(t.Context(), m.ask))
}

var (
	readFile = chat.OfferedTool{Name: "read_file", Description: "Reads a file.", Field: "tools[0].function.parameters",
		Schema: `{"type":"object","properties":{"path":{"type":"string","description":"absolute"},"limit":{"type":"integer"}},"required":["path"]}`}
	writeFile = chat.OfferedTool{Name: "write_file",
		Schema: `{"type":"object","properties":{"path":{"type":"string"},"content":{"type":"string"}},"required":["path","content"],"additionalProperties":false}`}
	applyPatch = chat.OfferedTool{Name: "apply_patch", Freeform: true}
)

// echoModel repeats the last block before mark in its prompt, as it stands there, up
// to the next blank line.
type echoModel struct{ mark string }

func (m *echoModel) ask(_ context.Context, req *chat.Request) iter.Seq2[chat.Event, error] {
	prompt := chat.FormatPrompt(req)
	at := strings.Index(prompt, m.mark)
	begin := max(strings.LastIndex(prompt[:at], "```call-"), strings.LastIndex(prompt[:at], "~~~call-"))
	for begin > 0 && (prompt[begin-1] == '`' || prompt[begin-1] == '~') {
		begin--
	}
	text, _, _ := strings.Cut(prompt[begin:], "\n\n")
	return func(yield func(chat.Event, error) bool) {
		_ = yield(chat.Event{Kind: chat.Text, Text: text}, nil) && yield(chat.Event{Kind: chat.Finish, Reason: chat.Stop}, nil)
	}
}
