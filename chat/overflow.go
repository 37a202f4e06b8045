package chat

import "strings"

// What a prompt says of the file that holds the rest of the conversation. Each
// sentence stands alone, so that a model that reads only the prompt knows where
// to look.
const (
	overflowHead  = "This conversation began earlier. Its beginning is in the attached file conversation.txt; read all of it, then answer the last turn, which follows.\n\n"
	overflowWhole = "The whole conversation is in the attached file conversation.txt. Read all of it and answer its last turn."
	overflowAlone = "The question is in the attached file question.txt. Read all of it and answer it as if it were written here."
)

// SplitPrompt writes a conversation as Prompt does when that takes at most limit
// bytes. Of a longer one the last turn stays the prompt, if it is short enough,
// and what came before it becomes a text file, to be sent behind the
// conversation's own files; the prompt says so. Nothing is cut: prompt and file
// together hold every byte of the conversation. file is nil when none is needed.
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
