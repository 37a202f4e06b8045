package chat

import "strings"

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
// and file together have every byte of the conversation.
func SplitPrompt(req *Request, limit int) (prompt string, file *Blob) {
	prompt = FormatPrompt(req)
	if len(prompt) <= limit {
		return prompt, nil
	}
	if len(req.System) == 0 && len(req.Turns) == 1 {
		return overflowAlone, textFile("question.txt", prompt)
	}
	all := promptBlocks(req)
	last := len(all) - 1
	if short := overflowHead + all[last]; len(short) <= limit {
		return short, textFile("conversation.txt", strings.Join(all[:last], "\n\n"))
	}
	return overflowWhole, textFile("conversation.txt", prompt)
}

func textFile(name, text string) *Blob {
	return &Blob{MIME: "text/plain", Name: name, Data: []byte(text)}
}
