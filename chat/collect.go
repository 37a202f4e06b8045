package chat

import (
	"iter"
	"strings"
)

// Answer is a whole answer.
type Answer struct {
	Text, Thoughts string
	Blocks         []BlockSpan // in the order of the text; what lies between them is prose
	Media          []*Blob
	Sources        []Source
	Calls          []ToolCall
	Served         Served
	Reason         FinishReason
	StopText       string // see [Event]
}

// BlockSpan is a block of an answer's text and its place there, in bytes.
type BlockSpan struct {
	Block      Block
	Start, End int
}

// addBlock notes that the next size bytes of the text are part of a block.
func (a *Answer) addBlock(block Block, start, size int) {
	if last := len(a.Blocks) - 1; last >= 0 && a.Blocks[last].Block == block && a.Blocks[last].End == start {
		a.Blocks[last].End += size
		return
	}
	a.Blocks = append(a.Blocks, BlockSpan{Block: block, Start: start, End: start + size})
}

// CollectAnswer reads events to their end and joins them. It blocks as long as the
// provider does. If an event is an error, reading ends, and the error is returned
// with the part of the answer before it.
func CollectAnswer(events iter.Seq2[Event, error]) (Answer, error) {
	var answer Answer
	var text, thoughts joiner
	var failure error
	for event, err := range events {
		if err != nil {
			failure = err
			break
		}
		switch event.Kind {
		case Meta:
			answer.Served = event.Served
		case Thought:
			thoughts.add(event.Text)
		case Text:
			if event.Block != Prose {
				answer.addBlock(event.Block, text.size(), len(event.Text))
			}
			text.add(event.Text)
		case Media:
			answer.Media = append(answer.Media, event.Blob)
		case Cited:
			answer.Sources = event.Sources
		case Called:
			answer.Calls = append(answer.Calls, *event.Call)
		case Finish:
			answer.Reason, answer.StopText = event.Reason, event.StopText
		}
	}
	answer.Text, answer.Thoughts = text.joined(), thoughts.joined()
	return answer, failure
}

// typicalAnswerBytes is the length of most answers, in bytes.
const typicalAnswerBytes = 2 << 10

// joiner joins texts. A single one is not copied, since most answers that are not
// streamed come as one.
type joiner struct {
	only string
	many strings.Builder // unless there is only one
}

func (j *joiner) add(text string) {
	if j.size() == 0 {
		j.only = text
		return
	}
	if j.many.Len() == 0 {
		j.many.Grow(max(typicalAnswerBytes, 2*len(j.only)))
		j.many.WriteString(j.only)
	}
	j.many.WriteString(text)
}

func (j *joiner) size() int { return max(len(j.only), j.many.Len()) }

func (j *joiner) joined() string {
	if j.many.Len() > 0 {
		return j.many.String()
	}
	return j.only
}
