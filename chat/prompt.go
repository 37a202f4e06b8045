package chat

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// FormatPrompt writes a conversation as the one prompt that a web chat takes: the
// system text, then a block "User:" or "Assistant:" for each turn, oldest first. A
// single turn without system and pinned text is sent as it is. Files are sent beside the
// prompt in the order of [UniqueFiles], and a mark in the conversation shows the
// place of each. Pinned text stands in front of the last turn. Tools, calls and their
// results are not written: they are text already if the prompt is to have them. Equal
// requests give equal prompts.
func FormatPrompt(req *Request) string {
	if len(req.System) == 0 && len(req.Turns) == 1 && len(req.Pinned) == 0 {
		return strings.Join(textParts(req.Turns[0].Parts), "\n")
	}
	blocks := promptBlocks(req)
	return strings.Join(slices.Insert(blocks, len(blocks)-1, req.Pinned...), "\n\n")
}

// promptBlocks returns the blocks of a conversation: one for each system text, one
// for each turn.
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

// UniqueFiles returns the files of a conversation in the order in which
// [FormatPrompt] numbers them. A file that is shown several times, with shared
// Data, is returned once. The blobs are shared with the request.
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

// fileRegister numbers files from 1. The zero value is empty.
type fileRegister struct {
	blobs   []*Blob
	numbers map[*byte]int // by the first byte of Data
}

// assignNumber returns the number of a file, the next free one if it has none yet.
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
	switch role {
	case Agent:
		return "Assistant:"
	case ToolRole:
		return "Tool:"
	default:
		return "User:"
	}
}

// fileMark marks the place of a file in a conversation.
func fileMark(number int, blob *Blob) string {
	name := blob.Name
	if name == "" {
		name = blob.MIME
	}
	return "[attached file " + strconv.Itoa(number) + ": " + name + "]"
}

// The estimates of tokens. The upstream reports no counts, and clients only show
// and add them.
const (
	runesPerToken = 4
	tokensPerFile = 258
)

// Tally estimates the tokens of text and files that arrive piece by piece. The
// zero value is empty.
type Tally struct{ runes, files int }

// AddText adds a piece of text.
func (t *Tally) AddText(s string) {
	for len(s) >= 8 && isASCII(s[:8]) { // most text, and counted faster
		t.runes += 8
		s = s[8:]
	}
	t.runes += utf8.RuneCountInString(s)
}

// isASCII reports whether eight bytes are all ASCII.
func isASCII(s string) bool {
	_ = s[7]
	return (s[0]|s[1]|s[2]|s[3]|s[4]|s[5]|s[6]|s[7])&0x80 == 0
}

// AddFile adds a picture or another file.
func (t *Tally) AddFile() { t.files++ }

// Tokens returns the estimate so far: a quarter of the runes, rounded up, and a
// fixed number for each file. It is at least 1, because clients divide by it.
func (t *Tally) Tokens() int {
	return max(1, (t.runes+runesPerToken-1)/runesPerToken+t.files*tokensPerFile)
}

// IsEmpty reports whether nothing was added.
func (t *Tally) IsEmpty() bool { return t.runes == 0 && t.files == 0 }

// EstimateTokens estimates the tokens of a whole conversation, its tools included,
// like [Tally]. Files
// are counted as [UniqueFiles] returns them.
func EstimateTokens(req *Request) int {
	tally := Tally{files: len(UniqueFiles(req))}
	for _, text := range req.System {
		tally.AddText(text)
	}
	for _, tool := range req.Tools {
		tally.AddText(tool.Name)
		tally.AddText(tool.Description)
		tally.AddText(tool.Schema)
	}
	for _, turn := range req.Turns {
		for _, part := range turn.Parts {
			if part.Blob == nil {
				tally.AddText(part.Text)
			}
		}
		for _, call := range turn.Calls {
			tally.AddText(call.Name)
			tally.AddText(call.Arguments)
		}
	}
	return tally.Tokens()
}
