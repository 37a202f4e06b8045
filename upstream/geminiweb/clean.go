package geminiweb

import "bytes"

// cleanText appends text to dst as a reader should see it: HTML entities decoded,
// placeholders of pictures and videos, leaked thoughts and the trailing follow-up
// element removed. It stops in front of what the next frame may still change and
// returns how many bytes it used; with final set it uses all. before is the byte
// in front of text. Cleaning two stable pieces one after the other gives the
// same as cleaning both at once.
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

// mayBegin marks the bytes that something to clean may begin with.
var mayBegin = [256]bool{'&': true, '<': true, 'h': true}

// cleanPrefix counts the bytes in front of the next one that recognize must see.
// Of the many h in a text only those of "ht" count.
func cleanPrefix(text []byte) int {
	for i, c := range text {
		if mayBegin[c] && (c != 'h' || i+1 == len(text) || text[i+1] == 't') {
			return i
		}
	}
	return len(text)
}

const markLimit = 64

// unstableSuffix counts the bytes at the end of an unfinished text that come and go: a
// closing code fence, escaped Markdown marks, half of a surrogate pair.
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
