package toolcall

import (
	"slices"
	"strings"

	"github.com/geminid/geminid/chat"
)

// maxCalls bounds the calls of one answer.
const maxCalls = 128

// scanner finds the calls in the text of an answer, piece by piece. Each byte is
// looked at once; only what may be the beginning of a block is held back.
type scanner struct {
	q       *Question
	midLine bool   // the text so far ends within a line that opens no block
	held    string // the beginning of a line that may open a block
	open    *block // the block that is being read
	again   bool   // the model was asked once more
	lead    string // the beginning of the answer, while it may be a foreign form
	begun   bool   // the answer is in no foreign form
	altered bool   // the provider changed something of the text

	text    func(string) bool        // takes text of the answer; false ends the scan
	call    func(chat.ToolCall) bool // takes a call; likewise
	calls   int
	done    bool // nothing that follows is a part of the answer
	mistake mistake

	unfinished bool // the mistake is a block without its end
}

// write scans text. It reports whether more is wanted.
func (s *scanner) write(text string) bool {
	if !s.begun {
		if text = s.readLead(text); text == "" {
			return true
		}
	}
	for text != "" && !s.done {
		if s.open != nil {
			text = s.readBlock(text)
			continue
		}
		text = s.readText(text)
	}
	return !s.done
}

// readLead holds the beginning of an answer back while it may be in a foreign form,
// and an answer that is in one up to its end. It returns the text to go on with.
func (s *scanner) readLead(text string) string {
	if s.lead != "" {
		text = s.lead + text
	}
	if found := matchForeign(text[:min(len(text), maxOpeningBytes)]); found != noMatch && len(text) <= maxForeignBytes {
		s.lead = text
		return ""
	}
	s.begun, s.lead = true, ""
	return text
}

// maxForeignBytes bounds an answer in a foreign form. A longer one is text.
const maxForeignBytes = 1 << 20

// endLead makes the calls of an answer in a foreign form, at its end. Any other answer
// is read as text. Outside of the taught form a provider cleans text, and what it
// changed in arguments is lost.
func (s *scanner) endLead() {
	lead := s.lead
	s.begun, s.lead = true, ""
	calls := s.q.readForeign(lead)
	if len(calls) == 0 {
		s.write(lead)
		return
	}
	if s.altered || slices.ContainsFunc(calls, func(c foreignCall) bool { return c.unclear }) {
		s.fail("the call does not have the form that was described")
		return
	}
	for _, foreign := range calls {
		call, _, wrong := s.q.buildArguments(s.q.tools[foreign.name], strings.TrimSpace(foreign.object), foreign.texts)
		if wrong != "" {
			s.fail(wrong)
			return
		}
		if s.makeCall(*call, Repaired); s.done {
			return
		}
	}
}

// readText passes text on up to the opening of a block, and returns what follows that.
func (s *scanner) readText(text string) (rest string) {
	if s.held == "" { // the usual case: nothing is copied
		at := s.findCandidate(text)
		if at > 0 {
			s.pass(text[:at])
		}
		text = text[at:]
		if text == "" || s.done {
			return ""
		}
	}
	line, rest, whole := strings.Cut(text, "\n")
	line = s.held + line
	open, found := matchOpening(line, s.q.tag, whole)
	switch found {
	case fullMatch:
		if open.name == exampleName && s.q.tools[exampleName] == nil {
			break // the model quotes what it was shown
		}
		s.held = ""
		s.open = &block{opening: open, tag: s.q.tag}
		return rest
	case openMatch:
		s.held = line
		return ""
	case forgedMatch:
		s.q.engine.count(Forged)
	case noMatch:
	}
	s.held, s.midLine = "", !whole
	if whole {
		line += "\n"
	}
	s.pass(line)
	return rest
}

// findCandidate returns where the first line begins that may open a block, the length
// of text if none does. It notes whether the text ends within a line.
func (s *scanner) findCandidate(text string) int {
	at := 0
	for at < len(text) {
		if !s.midLine {
			if _, found := s.matchFirst(text[at:]); found != noMatch {
				return at
			}
		}
		end := strings.IndexByte(text[at:], '\n')
		s.midLine = end < 0
		if end < 0 {
			return len(text)
		}
		at += end + 1
	}
	return at
}

// matchFirst matches the first line of text.
func (s *scanner) matchFirst(text string) (opening, match) {
	line, _, whole := strings.Cut(text[:min(len(text), maxOpeningBytes+1)], "\n")
	return matchOpening(line, s.q.tag, whole)
}

// pass hands text of the answer on. Text behind a call is not a part of the answer:
// mostly it is a result that the model made up.
func (s *scanner) pass(text string) {
	if s.calls == 0 {
		s.done = !s.text(text)
		return
	}
	if strings.TrimSpace(text) != "" {
		s.q.engine.count(Invented)
		s.done = true
	}
}

// readBlock reads on in the open block, makes its call if it ends, and returns what
// follows it.
func (s *scanner) readBlock(text string) (rest string) {
	rest = s.open.write(text)
	switch {
	case s.open.ended:
		s.endBlock()
	case s.open.size > maxCallBytes:
		s.fail("a call must not be longer than 1 MiB")
	}
	return rest
}

func (s *scanner) endBlock() {
	call, outcome, wrong := s.q.buildCall(s.open)
	if wrong != "" {
		s.fail(wrong)
		return
	}
	s.open, s.midLine = nil, false
	s.makeCall(*call, outcome)
}

// makeCall hands a call on, and ends the answer if no other may follow.
func (s *scanner) makeCall(call chat.ToolCall, outcome Outcome) {
	if s.again {
		outcome = Retried
	}
	s.q.engine.count(outcome)
	s.calls++
	s.done = !s.call(call) || s.q.choice.Single || s.calls == maxCalls
}

func (s *scanner) fail(wrong mistake) { s.mistake, s.done = wrong, true }

func (s *scanner) failUnfinished() {
	s.unfinished = true
	s.fail("the block of the call has no end")
}

// finish ends the scan at the end of the answer. A block without its end is a mistake:
// what was cut off is never made up.
func (s *scanner) finish() {
	if s.lead != "" {
		s.endLead()
	}
	if s.done {
		return
	}
	if s.open != nil {
		s.open.finish()
		if s.open.ended {
			s.endBlock()
		} else {
			s.failUnfinished()
		}
		return
	}
	held := s.held
	s.held = ""
	if _, found := matchOpening(held, s.q.tag, true); found == fullMatch {
		s.failUnfinished()
	} else if held != "" {
		s.pass(held)
	}
}
