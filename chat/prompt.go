package chat

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// FormatPrompt writes a conversation as the one prompt that a web chat takes: the
// system text first, then a "User:" or "Assistant:" block for each turn, oldest
// first. A single user turn without system text is sent as it is. Files travel
// beside the prompt, in the order of Files; inside a conversation each is marked
// where it was shown. Equal requests give equal prompts.
func FormatPrompt(req *Request) string {
	if len(req.System) == 0 && len(req.Turns) == 1 {
		return strings.Join(textParts(req.Turns[0].Parts), "\n")
	}
	return strings.Join(promptBlocks(req), "\n\n")
}

// promptBlocks are the pieces of a conversation's prompt: one for each system text,
// one for each turn.
func promptBlocks(req *Request) []string {
	blocks := make([]string, 0, len(req.System)+len(req.Turns))
	blocks = append(blocks, req.System...)
	var files fileRegister
	for _, turn := range req.Turns {
		lines := []string{roleLabel(turn.Role)}
		for _, part := range turn.Parts {
			if part.Blob != nil {
				lines = append(lines, fileMark(files.assignNumber(part.Blob), part.Blob))
				continue
			}
			lines = append(lines, part.Text)
		}
		blocks = append(blocks, strings.Join(lines, "\n"))
	}
	return blocks
}

// UniqueFiles returns the files of a conversation in the order in which Prompt counts
// them. A file that is shown several times, its Data shared, is there once. The
// blobs are shared with the request.
func UniqueFiles(req *Request) []*Blob {
	var files fileRegister
	for _, turn := range req.Turns {
		for _, part := range turn.Parts {
			if part.Blob != nil {
				files.assignNumber(part.Blob)
			}
		}
	}
	return files.blobs
}

// fileRegister numbers files from 1 on. The zero register is empty.
type fileRegister struct {
	blobs   []*Blob
	numbers map[*byte]int // by the first byte of Data
}

// assignNumber returns the number of a file and gives it the next one when it has none.
func (r *fileRegister) assignNumber(blob *Blob) int {
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

func textParts(parts []Part) []string {
	var out []string
	for _, part := range parts {
		if part.Blob == nil {
			out = append(out, part.Text)
		}
	}
	return out
}

func roleLabel(role Role) string {
	if role == Agent {
		return "Assistant:"
	}
	return "User:"
}

// fileMark stands in a conversation where a file was shown.
func fileMark(number int, blob *Blob) string {
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

// AddText adds a piece of text.
func (t *Tally) AddText(s string) { t.runes += utf8.RuneCountInString(s) }

// AddFile adds a picture or another file.
func (t *Tally) AddFile() { t.files++ }

// Tokens is the estimate so far: a quarter of the runes, rounded up, and a flat
// price a file; at least 1, because clients divide by it.
func (t *Tally) Tokens() int {
	return max(1, (t.runes+runesPerToken-1)/runesPerToken+t.files*tokensPerFile)
}

// IsEmpty reports whether nothing was added.
func (t *Tally) IsEmpty() bool { return t.runes == 0 && t.files == 0 }

// EstimateTokens estimates the tokens of a whole conversation, as Tally does. Files count
// as Files returns them.
func EstimateTokens(req *Request) int {
	tally := Tally{files: len(UniqueFiles(req))}
	for _, text := range req.System {
		tally.AddText(text)
	}
	for _, turn := range req.Turns {
		for _, part := range turn.Parts {
			if part.Blob == nil {
				tally.AddText(part.Text)
			}
		}
	}
	return tally.Tokens()
}
