package text

import "bytes"

const (
	markLimit = 64
	// brokenLimit is how much text, in bytes, is held back behind a character that
	// was cut in half. The next frame has it whole.
	brokenLimit = 256
)

// unstableSuffix returns the length of the end of an unfinished text that the
// next frame may change: a closing code fence, escaped Markdown marks, what
// follows a broken character. before is the byte in front of text.
func unstableSuffix(text []byte, before byte) int {
	hold := 0
	end := text[max(0, len(text)-brokenLimit):]
	if i := bytes.Index(end, []byte("\uFFFD")); i >= 0 {
		hold = len(end) - i
	}
	fence := len(text)
	for fence > 0 && text[fence-1] == '`' && len(text)-fence < 3 {
		fence--
	}
	switch {
	case fence == len(text):
	case fence > 0 && text[fence-1] == '\n':
		hold = len(text) - fence + 1
	case fence == 0 && (before == '\n' || before == 0):
		hold = len(text)
	}
	marks := len(text)
	for i := len(text) - 1; i >= 0 && len(text)-i <= markLimit && isMark(text[i]); i-- {
		if text[i] == '\\' {
			marks = i
		}
	}
	return max(hold, len(text)-marks)
}

func isMark(c byte) bool { return c == '\\' || c == '`' || c == '*' || c == '_' || c == '~' }
