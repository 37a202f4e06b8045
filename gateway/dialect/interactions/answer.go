package interactions

import (
	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// encodeTokens answers a count, for which the API has no route.
func encodeTokens(call *dialect.Call) dialect.Body {
	return dialect.NewBody(usage{Input: chat.EstimateTokens(call.Chat), Total: chat.EstimateTokens(call.Chat)})
}

func encodeAnswer(call *dialect.Call, answer chat.Answer) dialect.Body {
	answer, count := dialect.VisibleAnswer(call, answer)
	whole := newInteraction(call)
	whole.finish(call, newSteps(answer), answer.Reason, &count)
	save(call, whole, false)
	return encodeWith(whole, whole.Steps)
}

// newSteps returns the steps of a whole answer, in the order in which a stream has them.
func newSteps(answer chat.Answer) []*step {
	var steps []*step
	if answer.Thoughts != "" {
		steps = append(steps, &step{Type: thought, Summary: []content{newText(answer.Thoughts)}})
	}
	said := &step{Type: modelOutput}
	if answer.Text != "" || len(answer.Media)+len(answer.Calls) == 0 {
		text := newText(answer.Text)
		text.Annotations = newAnnotations(answer.Sources)
		said.Content = append(said.Content, text)
	}
	for _, blob := range answer.Media {
		said.Content = append(said.Content, newFile(blob))
	}
	if said.Content != nil {
		steps = append(steps, said)
	}
	for _, made := range answer.Calls {
		steps = append(steps, newCallStep(made))
	}
	return steps
}
