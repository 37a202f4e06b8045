package gemini_test

import (
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/dialecttest"
	"github.com/geminid/geminid/gateway/dialect/gemini"
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
			`"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"AQID"}}],"role":"model"},"finishReason":"STOP","index":0}]`},
		{"text and linked picture", chat.Answer{Text: "Here:", Media: []*chat.Blob{picture}, Reason: chat.Stop}, link, false,
			`"parts":[{"text":"Here:"},{"inlineData":{"mimeType":"image/png","data":"AQID"}}]`},
		{"a file that is no picture", chat.Answer{Media: []*chat.Blob{{MIME: "video/mp4", Data: []byte{1}}}}, link, false,
			`"mimeType":"video/mp4"`},
		{"nothing said", chat.Answer{Reason: chat.Stop}, nil, false,
			`"candidates":[{"content":{"parts":[{"text":""}],"role":"model"},"finishReason":"STOP","index":0}]`},
		{"blocked", chat.Answer{Reason: chat.Filtered}, nil, false,
			`{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":`},
		{"cut short", chat.Answer{Text: "a", Reason: chat.Length}, nil, false,
			`"finishReason":"MAX_TOKENS"`},
		{"thoughts", chat.Answer{Thoughts: "hm", Text: "a", Reason: chat.Stop}, nil, true,
			`"parts":[{"text":"hm","thought":true},{"text":"a"}]`},
		{"thoughts nobody asked for", chat.Answer{Thoughts: "hm", Text: "a", Reason: chat.Stop}, nil, false,
			`"parts":[{"text":"a"}]`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			call := dialecttest.NewStreamCall(func(c *dialect.Call) { c.FileURL, c.Chat.Thoughts = test.link, test.thoughts })
			if got := dialecttest.BodyText(t, gemini.Dialect.EncodeAnswer(call, test.answer)); !strings.Contains(got, test.want) {
				t.Errorf("got %s\nwant %s", got, test.want)
			}
		})
	}
}
