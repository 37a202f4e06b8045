package text

import "bytes"

// cleanText appends text to dst as a reader should see it: HTML entities are
// decoded; placeholders of pictures and videos, leaked thoughts and the trailing
// follow-up element are removed. It stops before the part that the next frame may
// still change and returns how many bytes of text it used, which are all if final
// is set. before is the byte in front of text, 0 if there is none. Cleaning two
// stable pieces one after the other gives the same as cleaning both at once.
func cleanText(dst, text []byte, before byte, final bool) (out []byte, used int) {
	end := len(text)
	if !final {
		end -= unstableSuffix(text, before)
	}
	for i := 0; i < end; {
		n := i + cleanPrefix(text[i:end])
		dst = append(dst, text[i:n]...)
		if i = n; i == end {
			break
		}
		m := matchAny(text[i:end])
		switch {
		case m.open && !final:
			return dst, i
		case m.length > 0:
			dst = append(dst, m.text...)
			i += m.length
		default:
			dst = append(dst, text[i])
			i++
		}
	}
	return dst, end
}

// mayBegin marks the first bytes of everything that is cleaned.
var mayBegin = [256]bool{'&': true, '<': true, 'h': true}

// cleanPrefix returns the length of the prefix in which matchAny would find
// nothing. Of the many h in a text only those of "ht" end it.
func cleanPrefix(text []byte) int {
	for i, c := range text {
		if mayBegin[c] && (c != 'h' || i+1 == len(text) || text[i+1] == 't') {
			return i
		}
	}
	return len(text)
}

const markLimit = 64

// unstableSuffix returns the length of the end of an unfinished text that the
// next frame may change: a closing code fence, escaped Markdown marks, half of a
// surrogate pair. before is the byte in front of text.
func unstableSuffix(text []byte, before byte) int {
	hold := 0
	if bytes.HasSuffix(text, []byte("\uFFFD")) {
		hold = len("\uFFFD")
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

// skipDigits returns the index after the digits at text[n:].
func skipDigits(text []byte, n int) int {
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	return n
}

func isMark(c byte) bool { return c == '\\' || c == '`' || c == '*' || c == '_' || c == '~' }

func isAlnum(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

func isWord(c byte) bool { return c == '_' || isAlnum(c) }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isBlank(c byte) bool { return c == '\n' || c == '\r' || c == ' ' || c == '\t' }
