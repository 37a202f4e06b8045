package markup

import (
	"bytes"

	"github.com/geminid/geminid/chat"
)

// blocksLimit bounds the blocks of a text that are remembered.
const blocksLimit = 1000

// notes are how the note behind the language of a block begins that the upstream
// made of code that the model ran.
var notes = []struct {
	begin string
	block chat.Block
}{
	{"?code_reference", chat.RunCode},
	{"?code_stdout", chat.CodeOutput},
}

// noteBlock remembers the block whose fence of size marks was just sent, if its note
// is a known one. Inside of lists, quotes and components blocks are what they are for
// any reader of Markdown.
func (c *Cleaner) noteBlock(note []byte, size int, begins bool) {
	if !begins || c.depth > 0 || len(c.blocks) == blocksLimit {
		return
	}
	for _, known := range notes {
		if bytes.HasPrefix(note, []byte(known.begin)) {
			c.blocks = append(c.blocks, chat.BlockSpan{Block: known.block, Start: c.sent - size, End: -1})
			return
		}
	}
}

// endCode ends the block that is open, if one is.
func (c *Cleaner) endCode() {
	if last := len(c.blocks) - 1; last >= 0 && c.blocks[last].End < 0 {
		c.blocks[last].End = c.sent
	}
}

// CutBlock returns the beginning of out that is part of one block, and the block. out
// is the whole of the last output, or an end of it.
func (c *Cleaner) CutBlock(out []byte) (piece []byte, block chat.Block) {
	at, next := c.sent-len(out), c.sent
	for i := len(c.blocks) - 1; i >= 0; i-- {
		b := c.blocks[i]
		switch {
		case b.Start > at:
			next = b.Start
		case b.End < 0:
			return out, b.Block
		case b.End > at:
			return out[:b.End-at], b.Block
		default:
			return out[:next-at], chat.Prose
		}
	}
	return out[:next-at], chat.Prose
}
