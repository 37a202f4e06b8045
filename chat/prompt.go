package chat

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Prompt writes a conversation as the one prompt that a web chat takes: the
// system text first, then a "User:" or "Assistant:" block for each turn, oldest
// first. A single user turn without system text is sent as it is. Files travel
// beside the prompt, in the order of Files; inside a conversation each is marked
// where it was shown. Equal requests give equal prompts.
func Prompt(req *Request) string {
	if len(req.System) == 0 && len(req.Turns) == 1 {
		return strings.Join(texts(req.Turns[0].Parts), "\n")
	}
	return strings.Join(blocks(req), "\n\n")
}

// blocks are the pieces of a conversation's prompt: one for each system text,
// one for each turn.
func blocks(req *Request) []string {
	blocks := make([]string, 0, len(req.System)+len(req.Turns))
	blocks = append(blocks, req.System...)
	var files register
	for _, turn := range req.Turns {
		lines := []string{label(turn.Role)}
		for _, part := range turn.Parts {
			if part.Blob != nil {
				lines = append(lines, mark(files.number(part.Blob), part.Blob))
				continue
			}
			lines = append(lines, part.Text)
		}
		blocks = append(blocks, strings.Join(lines, "\n"))
	}
	return blocks
}

// Files returns the files of a conversation in the order in which Prompt counts
// them. A file that is shown several times, its Data shared, is there once. The
// blobs are shared with the request.
func Files(req *Request) []*Blob {
	var files register
	for _, turn := range req.Turns {
		for _, part := range turn.Parts {
			if part.Blob != nil {
				files.number(part.Blob)
			}
		}
	}
	return files.blobs
}

// register numbers files from 1 on. The zero register is empty.
type register struct {
	blobs   []*Blob
	numbers map[*byte]int // by the first byte of Data
}

// number returns the number of a file and gives it the next one when it has none.
func (r *register) number(blob *Blob) int {
	if len(blob.Data) == 0 {
		r.blobs = append(r.blobs, blob)
		return len(r.blobs)
	}
	first := &blob.Data[0]
	if known := r.numbers[first]; known > 0 {
		return known
	}
	if r.numbers == nil {
		r.numbers = make(map[*byte]int)
	}
	r.blobs = append(r.blobs, blob)
	r.numbers[first] = len(r.blobs)
	return len(r.blobs)
}

func texts(parts []Part) []string {
	var out []string
	for _, part := range parts {
		if part.Blob == nil {
			out = append(out, part.Text)
		}
	}
	return out
}

func label(role Role) string {
	if role == Agent {
		return "Assistant:"
	}
	return "User:"
}

// mark stands in a conversation where a file was shown.
func mark(number int, blob *Blob) string {
	name := blob.Name
	if name == "" {
		name = blob.MIME
	}
	return "[attached file " + strconv.Itoa(number) + ": " + name + "]"
}

// Tokens per rune and per file are estimates: the upstream counts nothing for
// us, and clients only show and add up what they are told.
const (
	runesPerToken = 4
	tokensPerFile = 258
)

// Tally estimates the tokens of something that comes piece by piece. The zero
// Tally is empty.
type Tally struct{ runes, files int }

// Text adds a piece of text.
func (t *Tally) Text(s string) { t.runes += utf8.RuneCountInString(s) }

// File adds a picture or another file.
func (t *Tally) File() { t.files++ }

// Tokens is the estimate so far: a quarter of the runes, rounded up, and a flat
// price a file; at least 1, because clients divide by it.
func (t *Tally) Tokens() int {
	return max(1, (t.runes+runesPerToken-1)/runesPerToken+t.files*tokensPerFile)
}

// Empty reports whether nothing was added.
func (t *Tally) Empty() bool { return t.runes == 0 && t.files == 0 }

// Tokens estimates the tokens of a whole conversation, as Tally does. Files count
// as Files returns them.
func Tokens(req *Request) int {
	tally := Tally{files: len(Files(req))}
	for _, text := range req.System {
		tally.Text(text)
	}
	for _, turn := range req.Turns {
		for _, part := range turn.Parts {
			if part.Blob == nil {
				tally.Text(part.Text)
			}
		}
	}
	return tally.Tokens()
}
