package chat

import (
	"fmt"
	"slices"
	"strings"
)

// The sentences that replace the part of a conversation that is in a file. Each is
// complete, because a model may read only the prompt.
const (
	overflowHead  = "This conversation began earlier. Its beginning is in the attached file conversation.txt; read all of it, then answer the last turn, which follows.\n\n"
	overflowWhole = "The whole conversation is in the attached file conversation.txt. Read all of it and answer its last turn."
	overflowAlone = "The question is in the attached file question.txt. Read all of it and answer it as if it were written here."
)

// SplitPrompt writes a conversation like [FormatPrompt] if that takes at most
// limit bytes; file is nil then. Of a longer one the last turn stays in the
// prompt, if it is short enough, and the rest becomes a text file, to be sent
// after the files of the conversation; the prompt says so. Nothing is cut: prompt
// and file together have every byte of the conversation. With pinned text the last
// question of the user stays in the prompt too; the error says how large the parts
// are if they do not fit, and is nil without pinned text.
func SplitPrompt(req *Request, limit int) (prompt string, file *Blob, err error) {
	prompt = FormatPrompt(req)
	if len(prompt) <= limit {
		return prompt, nil, nil
	}
	if len(req.Pinned) > 0 {
		return splitPinned(req, prompt, limit)
	}
	if len(req.System) == 0 && len(req.Turns) == 1 {
		return overflowAlone, textFile("question.txt", prompt), nil
	}
	all := promptBlocks(req)
	last := len(all) - 1
	if short := overflowHead + all[last]; len(short) <= limit {
		return short, textFile("conversation.txt", strings.Join(all[:last], "\n\n")), nil
	}
	return overflowWhole, textFile("conversation.txt", prompt), nil
}

// splitPinned splits a conversation with pinned text. The prompt has the pinned text
// and, behind it, the turns since the last question of the user; if these are too
// long, the question and the last turn.
func splitPinned(req *Request, whole string, limit int) (string, *Blob, error) {
	all := promptBlocks(req)
	question := len(req.System) + lastQuestion(req.Turns)
	pinned := strings.Join(req.Pinned, "\n\n")
	last := len(all) - 1
	since := overflowHead + pinned + "\n\n" + strings.Join(all[question:], "\n\n")
	if len(since) <= limit && question > 0 {
		return since, textFile("conversation.txt", strings.Join(all[:question], "\n\n")), nil
	}
	ends := all[last]
	if question < last {
		ends = all[question] + "\n\n" + ends
	}
	if short := overflowHead + pinned + "\n\n" + ends; len(short) <= limit && last > 0 {
		return short, textFile("conversation.txt", whole), nil
	}
	return "", nil, NewError(ContextLength, fmt.Sprintf("the tools take %d bytes of the prompt and the last messages %d, and both must fit in %d; offer fewer tools, or send a shorter message",
		len(pinned), len(ends), limit))
}

// lastQuestion is the index of the user's last turn, or of the last turn if the user
// has none.
func lastQuestion(turns []Turn) int {
	for i, turn := range slices.Backward(turns) {
		if turn.Role == User {
			return i
		}
	}
	return len(turns) - 1
}

func textFile(name, text string) *Blob {
	return &Blob{MIME: "text/plain", Name: name, Data: []byte(text)}
}
