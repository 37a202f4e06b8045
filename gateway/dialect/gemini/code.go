package gemini

import (
	"strings"

	"github.com/geminid/geminid/chat"
)

// ranCode is code that the model ran. The API knows no other language than Python.
type ranCode struct {
	Language string `json:"language"`
	Code     string `json:"code"`
}

// codeOutput is what such code wrote. What the web app shows of a failure is in its
// text.
type codeOutput struct {
	Outcome string `json:"outcome"`
	Output  string `json:"output"`
}

// newCodePart returns the part of a code block with its fences, of which an answer
// that broke off lacks the last.
func newCodePart(block chat.Block, markdown string) part {
	first, code, _ := strings.Cut(markdown, "\n")
	info := strings.TrimLeft(first, "`~")
	fence := first[:len(first)-len(info)]
	if i := strings.LastIndexByte(code, '\n') + 1; strings.HasPrefix(strings.TrimLeft(code[i:], " \t"), fence) {
		code = code[:i]
	}
	if block == chat.CodeOutput {
		return part{Output: &codeOutput{Outcome: "OUTCOME_OK", Output: code}}
	}
	language := "LANGUAGE_UNSPECIFIED"
	if strings.EqualFold(strings.TrimSpace(info), "python") {
		language = "PYTHON"
	}
	return part{Code: &ranCode{Language: language, Code: code}}
}

// appendTextAndCode appends the text of an answer, cut at its blocks, and returns the
// places of the text. The white space behind a block goes.
func appendTextAndCode(parts []part, answer chat.Answer) ([]part, places) {
	var places places
	addText := func(from, to int) {
		text := answer.Text[from:to]
		if from > 0 {
			text = strings.TrimLeft(text, blanks)
			from = to - len(text)
		}
		if text != "" {
			places.add(len(parts), from, from)
			parts = append(parts, part{Text: &text})
		}
	}
	end := 0
	for _, b := range answer.Blocks {
		addText(end, b.Start)
		end = b.End
		parts = append(parts, newCodePart(b.Block, answer.Text[b.Start:b.End]))
	}
	addText(end, len(answer.Text))
	return parts, places
}

const blanks = " \t\r\n"

// codeGatherer gathers blocks of code in a stream, for the whole of which a part is. It
// holds a block until its end, which the provider holds as well. The zero value is
// ready.
type codeGatherer struct {
	block  chat.Block
	held   strings.Builder
	taken  bool // a block was taken out, and nothing but white space came since
	read   int  // bytes of text that came
	moved  int  // bytes of them that are no text of the client
	places places
}

// add takes text and returns the part of the block that ended with it, if one did, and
// the text that is none of a block.
func (g *codeGatherer) add(text string, block chat.Block) (ended *part, rest string) {
	if block != g.block {
		ended = g.end()
		g.block = block
	}
	g.read += len(text)
	if block != chat.Prose {
		g.held.WriteString(text)
		g.moved += len(text)
		return ended, ""
	}
	if !g.taken {
		return ended, text
	}
	rest = strings.TrimLeft(text, blanks)
	g.moved += len(text) - len(rest)
	if rest != "" {
		g.taken = false
		g.places.add(0, g.read-len(rest), g.moved)
	}
	return ended, rest
}

// end returns the part of the block that is open, nil if none is.
func (g *codeGatherer) end() *part {
	if g.block == chat.Prose {
		return nil
	}
	made := newCodePart(g.block, g.held.String())
	g.held.Reset()
	g.block, g.taken = chat.Prose, true
	return &made
}
