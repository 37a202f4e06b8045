package toolcall_test

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/toolcall"
)

// manyTools are 40 tools of 100 KB, as a program with several MCP servers sends them.
func manyTools() []chat.OfferedTool {
	var tools []chat.OfferedTool
	for i := range 40 {
		properties := ""
		for j := range 8 {
			properties += fmt.Sprintf(`,"argument_%d":{"type":"string","description":"%s"}`, j, strings.Repeat("What it is for. ", 10))
		}
		tools = append(tools, chat.OfferedTool{Name: fmt.Sprintf("server_tool_%d", i), Description: strings.Repeat("It does a thing. ", 40),
			Schema: `{"type":"object","required":["argument_1"],"properties":{` + properties[1:] + `}}`})
	}
	return tools
}

// BenchmarkQuestion measures what tools add to a question, and to each frame of an
// answer without a call.
func BenchmarkQuestion(b *testing.B) {
	engine := toolcall.New(toolcall.Config{Key: []byte("key")})
	for name, frames := range map[string]int{"prompt": 1, "answer of 1000 frames": 1000} {
		b.Run(name, func(b *testing.B) {
			req := question(manyTools()...)
			b.ReportAllocs()
			for b.Loop() {
				q, err := engine.Prepare(req)
				if err != nil {
					b.Fatal(err)
				}
				ask := func(_ context.Context, asked *chat.Request) iter.Seq2[chat.Event, error] {
					return func(yield func(chat.Event, error) bool) {
						for range frames {
							if !yield(chat.Event{Kind: chat.Text, Text: "A frame of an ordinary answer,\nwith `code` and a line break.\n"}, nil) {
								return
							}
						}
						yield(chat.Event{Kind: chat.Finish, Reason: chat.Stop}, nil)
					}
				}
				for _, err := range q.Answer(b.Context(), ask) {
					if err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
