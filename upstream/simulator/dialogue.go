package simulator

import "strings"

// speaker says whose words a block of a prompt holds.
type speaker string

const (
	user      speaker = "User:"
	assistant speaker = "Assistant:"
	toolBlock speaker = "Tool:" // the result of a tool
)

// utterance is a block of a prompt that holds a conversation.
type utterance struct {
	by   speaker
	text string
}

// splitDialogue cuts a prompt into the blocks of its conversation. A block begins with a
// line that begins with its speaker; what stands before the first is no block. A prompt
// without blocks is one message of the user.
func splitDialogue(prompt string) []utterance {
	var all []utterance
	for line := range strings.Lines(prompt) {
		begins := false
		for _, by := range []speaker{user, assistant, toolBlock} {
			if rest, ok := strings.CutPrefix(line, string(by)); ok {
				all, begins = append(all, utterance{by, rest}), true
			}
		}
		if !begins && len(all) > 0 {
			all[len(all)-1].text += line
		}
	}
	for i := range all {
		all[i].text = strings.TrimSpace(all[i].text)
	}
	if n := len(all); n > 0 && all[n-1].by == assistant && all[n-1].text == "" {
		all = all[:n-1] // the place of the answer
	}
	if len(all) == 0 {
		return []utterance{{user, strings.TrimSpace(prompt)}}
	}
	return all
}

// dialogue is a prompt as the model understands it.
type dialogue struct {
	taught   *taught  // how to call tools, nil if the prompt does not say
	document *shape   // of the document that the answer must be, nil for any text
	question string   // the message that is answered
	results  []string // of tools, since the model spoke last
	made     int      // calls made since the question
	again    bool     // the answer to it could not be used
	last     string   // the last block, as it stands
}

// readDialogue reads a prompt.
func readDialogue(prompt string) *dialogue {
	d := &dialogue{}
	prompt, d.taught = readTaught(prompt)
	prompt, d.document = readDocumentForm(prompt)
	run := splitDialogue(prompt)
	if last := run[len(run)-1]; last.by == user && strings.Contains(last.text, "could not be used") && len(run) > 1 {
		d.again = true
		if run = run[:len(run)-1]; run[len(run)-1].by == assistant && len(run) > 1 {
			run = run[:len(run)-1]
		}
	}
	d.last = run[len(run)-1].text
	run = d.currentRun(run)
	for _, u := range run {
		switch u.by {
		case user:
			d.question += "\n" + u.text
		case assistant:
			d.made += d.taught.countCalls(u.text)
			d.results = nil
		case toolBlock:
			d.results = append(d.results, u.text)
		}
	}
	d.question = strings.TrimSpace(d.question)
	return d
}

// currentRun returns the blocks since the question that is still being worked on: up to
// the last answer without a call, or from a message of the user that has keywords of its
// own.
func (d *dialogue) currentRun(all []utterance) []utterance {
	begin, fresh := len(all)-1, true // fresh: the model has not spoken since
	for i := len(all) - 1; i >= 0; i-- {
		switch all[i].by {
		case assistant:
			if d.taught.countCalls(all[i].text) == 0 {
				return all[begin:]
			}
			fresh = false
		case user:
			begin = i
			if fresh && i == len(all)-1 && len(findKeywords(all[i].text)) > 0 {
				return all[i:]
			}
		case toolBlock:
		}
	}
	return all[begin:]
}
