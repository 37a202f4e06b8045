package dialect

import "github.com/geminid/geminid/chat"

// usage is an estimate of what an answer cost. The sums are right, the parts
// are guesses: see chat.Tally.
type usage struct{ prompt, answer, thoughts int }

// count gathers what was really sent to the client.
type count struct{ answer, thoughts chat.Tally }

func (c *count) usage(call *Call) usage {
	u := usage{prompt: chat.EstimateTokens(call.Chat), answer: c.answer.Tokens()}
	if !c.thoughts.IsEmpty() {
		u.thoughts = c.thoughts.Tokens()
	}
	return u
}

// shown is the answer without thoughts that nobody asked for, and its count.
func shown(call *Call, answer chat.Answer) (chat.Answer, count) {
	if !call.Chat.Thoughts {
		answer.Thoughts = ""
	}
	var c count
	c.answer.AddText(answer.Text)
	c.thoughts.AddText(answer.Thoughts)
	for range answer.Media {
		c.answer.AddFile()
	}
	return answer, c
}
