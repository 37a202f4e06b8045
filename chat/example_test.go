package chat_test

import (
	"fmt"
	"iter"

	"github.com/geminid/geminid/chat"
)

// A conversation becomes one prompt, and the events of its answer one answer.
func Example() {
	fmt.Println(chat.FormatPrompt(&chat.Request{
		System: []string{"Be brief."},
		Turns:  []chat.Turn{{Role: chat.User, Parts: []chat.Part{{Text: "Hello"}}}},
	}))
	var events iter.Seq2[chat.Event, error] = func(yield func(chat.Event, error) bool) {
		_ = yield(chat.Event{Kind: chat.Text, Text: "Hi"}, nil) &&
			yield(chat.Event{Kind: chat.Text, Text: "."}, nil) &&
			yield(chat.Event{Kind: chat.Finish, Reason: chat.Stop}, nil)
	}
	answer, err := chat.CollectAnswer(events)
	fmt.Println(answer.Text, answer.Reason, err)
	// Output:
	// Be brief.
	//
	// User:
	// Hello
	// Hi. stop <nil>
}
