package chat_test

import (
	"errors"
	"iter"
	"reflect"
	"testing"

	"github.com/geminid/geminid/chat"
)

// yielded makes a sequence of events that ends with err when it is not nil. It
// fails the test when it is read on after that.
func yielded(t *testing.T, err error, events ...chat.Event) iter.Seq2[chat.Event, error] {
	return func(yield func(chat.Event, error) bool) {
		for _, event := range events {
			if !yield(event, nil) {
				return
			}
		}
		if err != nil && yield(chat.Event{Kind: chat.Text, Text: "not to be read"}, err) {
			t.Error("Collect asked for more after an error")
		}
	}
}

func TestCollect(t *testing.T) {
	served := chat.Served{ID: "abc", Name: "3.6 Flash"}
	broken := chat.NewError(chat.Upstream, "the upstream broke")
	all := []chat.Event{
		{Kind: chat.Meta, Served: served},
		{Kind: chat.Thought, Text: "Let me "}, {Kind: chat.Thought, Text: "see."},
		{Kind: chat.Text, Text: "Hello, "}, {Kind: chat.Media, Blob: picture}, {Kind: chat.Text, Text: "世界"},
		{Kind: chat.Finish, Reason: chat.Length},
	}
	tests := []struct {
		name   string
		events []chat.Event
		err    error
		want   chat.Answer
	}{
		{"nothing", nil, nil, chat.Answer{}},
		{"all kinds", all, nil, chat.Answer{
			Text: "Hello, 世界", Thoughts: "Let me see.", Media: []*chat.Blob{picture}, Served: served, Reason: chat.Length,
		}},
		{"broken in the middle", all[:4], broken, chat.Answer{Text: "Hello, ", Thoughts: "Let me see.", Served: served}},
		{"broken at once", nil, broken, chat.Answer{}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := chat.CollectAnswer(yielded(t, test.err, test.events...))
			if !errors.Is(err, test.err) || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, %v\nwant %+v, %v", got, err, test.want, test.err)
			}
		})
	}
}
