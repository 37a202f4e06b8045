package simulator

import (
	"fmt"
	"slices"
	"strings"
)

// step is a call that the question asks for.
type step struct {
	name   string
	object string // the arguments as JSON; empty if the model is to make them
	joined bool   // in the same answer as the one before
}

// addStep reads [call NAME {JSON}] and [also NAME {JSON}].
func addStep(joined bool) func(*plan, string) {
	return func(p *plan, arg string) {
		name, object, _ := strings.Cut(arg, " ")
		if quoted := stringLength(arg); strings.HasPrefix(arg, `"`) { // a name with blanks
			name, object = unquoteJSON(arg[:quoted]), arg[quoted:]
		}
		p.steps = append(p.steps, step{name, strings.TrimSpace(object), joined && len(p.steps) > 0})
	}
}

// nextSteps returns the calls of the next answer, after so many were made.
func nextSteps(steps []step, made int) []step {
	if made >= len(steps) {
		return nil
	}
	end := made + 1
	for end < len(steps) && steps[end].joined {
		end++
	}
	return steps[made:end]
}

// act answers as a model that was shown tools, has results, or is to write a document.
// It reports whether that applies. In a run of several rounds the question's calls are
// made one after the other, each when the result of the former is there; then the
// model answers.
func (p *plan) act(d *dialogue) bool {
	w := writer{taught: d.taught, words: p.how, all: slices.Contains(p.how, "all")}
	if d.again && slices.Contains(p.how, "once") {
		w.words = nil
	}
	steps := nextSteps(p.steps, d.made)
	switch {
	case p.refuse == "always" || p.refuse == "once" && !d.again:
		p.say = "I'm not able to help with that."
	case p.quote:
		p.say = d.last
	case len(steps) > 0 && d.taught == nil:
		p.say = "I was not shown how to call " + steps[0].name + "."
	case len(steps) > 0:
		p.say = p.lead + w.writeCalls(steps)
		p.calls = len(steps)
	case p.exact || p.long > 0:
		return false
	case d.taught != nil && d.taught.must && d.made == 0:
		p.say = p.lead + w.writeCalls(d.taught.demanded())
		p.calls = 1
	case d.document != nil:
		p.say = w.writeDocument(sampler{all: w.all}.makeValue(d.document, 0))
	case len(d.results) > 0:
		p.say = answerResults(d.results)
		return true
	default:
		return false
	}
	p.exact = true
	return true
}

// demanded is the call that the prompt demands.
func (t *taught) demanded() []step {
	if t.only == "" && len(t.tools) > 0 {
		return []step{{name: t.tools[0].name}}
	}
	return []step{{name: t.only}}
}

// answerResults says what the tools said.
func answerResults(results []string) string {
	var out strings.Builder
	for _, result := range results {
		title, text, ok := strings.Cut(result, "\n")
		if !ok {
			title, text = "", result
		}
		verb := "says"
		if strings.Contains(title, "failed") {
			verb = "failed and says"
		}
		fmt.Fprintf(&out, "The tool %s: %s\n\n", verb, abridgeText(text, 4096))
	}
	return strings.TrimSpace(out.String())
}
