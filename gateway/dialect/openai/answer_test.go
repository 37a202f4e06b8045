package openai_test

import (
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/openai"
)

// TestAnswerShapes: whole answers of more than plain text.
func TestAnswerShapes(t *testing.T) {
	picture := &chat.Blob{MIME: "image/png", Data: []byte{1, 2, 3}}
	link := func(*chat.Blob) string { return "https://host/files/abc.png" }
	tests := []struct {
		name     string
		answer   chat.Answer
		link     func(*chat.Blob) string
		thoughts bool // asked for
		want     string
	}{
		{"picture alone", chat.Answer{Media: []*chat.Blob{picture}, Reason: chat.Stop}, nil, false,
			`"content":"![image](data:image/png;base64,AQID)"`},
		{"text and linked picture", chat.Answer{Text: "Here:", Media: []*chat.Blob{picture}, Reason: chat.Stop}, link, false,
			`"content":"Here:\n\n![image](https://host/files/abc.png)"`},
		{"a file that is no picture", chat.Answer{Media: []*chat.Blob{{MIME: "video/mp4", Data: []byte{1}}}}, link, false,
			`"content":"[file](https://host/files/abc.png)"`},
		{"nothing said", chat.Answer{Reason: chat.Stop}, nil, false,
			`"choices":[{"index":0,"message":{"role":"assistant","content":""},"logprobs":null,"finish_reason":"stop"}]`},
		{"blocked", chat.Answer{Reason: chat.Filtered}, nil, false,
			`"finish_reason":"content_filter"`},
		{"cut short", chat.Answer{Text: "a", Reason: chat.Length}, nil, false,
			`"finish_reason":"length"`},
		{"thoughts", chat.Answer{Thoughts: "hm", Text: "a", Reason: chat.Stop}, nil, true,
			`"message":{"role":"assistant","content":"a","reasoning_content":"hm"}`},
		{"thoughts nobody asked for", chat.Answer{Thoughts: "hm", Text: "a", Reason: chat.Stop}, nil, false,
			`"message":{"role":"assistant","content":"a"}`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			call := dialecttest.NewStreamCall(func(c *dialect.Call) { c.FileURL, c.Chat.Thoughts = test.link, test.thoughts })
			if got := dialecttest.BodyText(t, openai.Dialect.EncodeAnswer(call, test.answer)); !strings.Contains(got, test.want) {
				t.Errorf("got %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestUsageDetails: reasoning tokens are counted if thoughts were sent, and only
// then.
func TestUsageDetails(t *testing.T) {
	for _, test := range []struct{ thoughts, want string }{
		{"", `"usage":{"prompt_tokens":2,"completion_tokens":1,"total_tokens":3}`},
		{"hmmmm", `"usage":{"prompt_tokens":2,"completion_tokens":3,"total_tokens":5,"completion_tokens_details":{"reasoning_tokens":2}}`},
	} {
		answer := chat.Answer{Text: "a", Thoughts: test.thoughts, Reason: chat.Stop}
		if got := dialecttest.BodyText(t, openai.Dialect.EncodeAnswer(dialecttest.NewStreamCall(nil), answer)); !strings.Contains(got, test.want) {
			t.Errorf("got %s\nwant %s", got, test.want)
		}
	}
}
