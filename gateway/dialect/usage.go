package dialect

import "github.com/geminid/geminid/chat"

// Usage estimates the tokens of an answer. The sums are right, the parts are
// guesses; see [chat.Tally].
type Usage struct{ Prompt, Answer, Thoughts int }

// UsageCounter counts the text that was really sent to the client. The zero value is
// empty.
type UsageCounter struct{ Answer, Thoughts chat.Tally }

// EstimateUsage returns the usage of call so far. Thoughts is 0 if none were
// sent.
func (c *UsageCounter) EstimateUsage(call *Call) Usage {
	u := Usage{Prompt: chat.EstimateTokens(call.Chat), Answer: c.Answer.Tokens()}
	if !c.Thoughts.IsEmpty() {
		u.Thoughts = c.Thoughts.Tokens()
	}
	return u
}

// IsEmpty reports whether nothing was sent.
func (c *UsageCounter) IsEmpty() bool { return c.Answer.IsEmpty() && c.Thoughts.IsEmpty() }

// VisibleAnswer returns the answer without thoughts that were not asked for, and
// its count.
func VisibleAnswer(call *Call, answer chat.Answer) (chat.Answer, UsageCounter) {
	if !call.Chat.Thoughts {
		answer.Thoughts = ""
	}
	var c UsageCounter
	c.Answer.AddText(answer.Text)
	c.Thoughts.AddText(answer.Thoughts)
	for _, made := range answer.Calls {
		c.Answer.AddText(made.Name)
		c.Answer.AddText(made.Arguments)
	}
	for range answer.Media {
		c.Answer.AddFile()
	}
	return answer, c
}
