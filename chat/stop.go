package chat

import (
	"iter"
	"strings"
)

// StopAt ends an answer in front of the first of the texts in stop, wherever the
// pieces of the answer are cut: a piece that may be the beginning of such a text is
// held back until the next one decides. Reading ends there, which ends the
// provider's call, and Event.StopText of its end is that text. Without texts it returns
// events as they are.
func StopAt(events iter.Seq2[Event, error], stop []string) iter.Seq2[Event, error] {
	if len(stop) == 0 {
		return events
	}
	return func(yield func(Event, error) bool) {
		held := ""
		for event, err := range events {
			text, found := "", ""
			switch {
			case err == nil && event.Kind == Text:
				text, held, found = cutAtStop(held+event.Text, stop)
			case err == nil && (event.Kind == Meta || event.Kind == Thought):
			default:
				text, held = held, "" // nothing follows that could complete it
			}
			if text != "" && !yield(Event{Kind: Text, Text: text}, nil) {
				return
			}
			if found != "" {
				yield(Event{Kind: Finish, Reason: Stop, StopText: found}, nil)
				return
			}
			if (err != nil || event.Kind != Text) && !yield(event, err) {
				return
			}
		}
		if held != "" {
			yield(Event{Kind: Text, Text: held}, nil)
		}
	}
}

// cutAtStop returns the text in front of the first of the texts in stop, and which one
// it is. If none is found it returns what can be sent, and the end that may be the
// beginning of one.
func cutAtStop(text string, stop []string) (sent, held, found string) {
	first, longest := -1, 0
	for _, s := range stop {
		if s == "" {
			continue
		}
		if i := strings.Index(text, s); i >= 0 && (first < 0 || i < first) {
			first, found = i, s
		}
		for n := min(len(s)-1, len(text)); n > longest; n-- {
			if strings.HasSuffix(text, s[:n]) {
				longest = n
			}
		}
	}
	if first >= 0 {
		return text[:first], "", found
	}
	cut := len(text) - longest
	return text[:cut], text[cut:], ""
}
