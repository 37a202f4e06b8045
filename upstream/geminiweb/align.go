package geminiweb

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

const (
	// reach is how far a rewritten text is searched for what was passed on, and
	// how much longer it may grow without it before it goes out as another text.
	reach = 4 << 10
	// ample is the length at which a shared block is no coincidence, wherever
	// it stands; of several the one is taken that has this much before it, too.
	ample = 64
	// tiny is the length below which a block says nothing.
	tiny = 4
	// patience is how much longer than what it stands for a rewritten passage
	// must be in an unfinished text: until then the old words may come again.
	patience = 64
)

// follow returns where in text the part begins that was not passed on yet; -1
// when text holds nothing new, or when that can not be told before it is longer
// or final. When the upstream rewrote what was passed on, the new part begins
// behind the last block that both texts share, at the next word when the block
// ends inside one. With no such block all of text is new: it begins at 0.
func follow(passed, text []byte, final bool) int {
	switch {
	case bytes.HasPrefix(text, passed):
		return len(passed)
	case bytes.HasPrefix(passed, text):
		return -1
	}
	old, from := align(passed, text)
	gone, fresh := len(passed)-old, len(text)-from
	switch {
	case from == 0 && (final || len(text) > len(passed)+reach):
		return 0
	case from == 0, gone > 0 && fresh <= gone+patience && !final:
		return -1
	case gone == 0:
		return from
	}
	return word(passed, text, old, from)
}

// align returns where what both texts share ends in each, 0 and 0 when they share
// nothing. What passed has behind their last block may be too short for a block
// and still come soon: then something was put in before it.
func align(passed, text []byte) (old, from int) {
	old, from = lastBlock(passed, text)
	rest := passed[old:]
	soon := text[from:min(len(text), from+len(rest)+ample)]
	if i := bytes.Index(soon, rest); from > 0 && len(rest) >= tiny && i > 0 {
		return len(passed), from + i + len(rest)
	}
	return old, from
}

// lastBlock returns where the last block ends that both texts share, 0 and 0 when
// there is none. It looks back from the end of passed in growing steps, until
// the beginning that both share. The further back, the longer a block must be to
// count.
func lastBlock(passed, text []byte) (old, from int) {
	same := shared(passed, text)
	for cut := 0; cut <= reach && cut < len(passed)-same; cut += 1 + cut/8 {
		end, size := len(passed)-cut, enough(passed, cut)
		if end < size {
			break
		}
		if from = occurrence(text, passed[:end], size, same); from >= 0 {
			more := shared(passed[end:], text[from:])
			return end + more, from + more
		}
	}
	if same >= enough(passed, len(passed)-same) {
		return same, same
	}
	return 0, 0
}

// enough is the size at which a block counts that ends cut bytes before the end.
func enough(passed []byte, cut int) int {
	return min(max(tiny, min(len(passed)/2, 8))+cut/8, ample)
}

// occurrence returns the end of the occurrence in text of the last size bytes of
// passed: of several the one with the most in common before it, and of these the
// nearest to where they stood. It looks a few thousand bytes around, and not
// before the end of the beginning that is the same; -1 is none.
func occurrence(text, passed []byte, size, same int) int {
	at := len(passed)
	low := min(max(0, at-reach, same-size), len(text))
	window := text[low:min(len(text), at+reach)]
	best, most := -1, 0
	for from := 0; ; {
		i := bytes.Index(window[from:], passed[at-size:])
		if i < 0 {
			return best
		}
		end, n := low+from+i+size, size
		for n < ample && n < min(end, at) && text[end-n-1] == passed[at-n-1] {
			n++
		}
		if n > most || n == most && distance(end, at) < distance(best, at) {
			best, most = end, n
		}
		from += i + 1
	}
}

// word returns where a reader of passed can go on with text, when what both share
// ends at old and from: not inside a word, and with what stands before it when
// passed ends with a word. A last word of which little changed is not sent again.
func word(passed, text []byte, old, from int) int {
	for from > 0 && from < len(text) && !utf8.RuneStart(text[from]) {
		old, from = old-1, from-1
	}
	start, end := wordStart(text, from), wordEnd(text, from)
	if from-start > end-from && wordEnd(passed, old) == len(passed) {
		return end
	}
	if joined(passed, text[start:]) {
		_, size := utf8.DecodeLastRune(text[:start])
		start -= size
	}
	return start
}

// wordStart returns where the word begins that i stands in, which is i when it
// stands in none.
func wordStart(text []byte, i int) int {
	for low := i - ample; i > low && joined(text[:i], text[i:]); {
		_, size := utf8.DecodeLastRune(text[:i])
		i -= size
	}
	return i
}

// wordEnd is wordStart for the end.
func wordEnd(text []byte, i int) int {
	for high := i + ample; i < high && joined(text[:i], text[i:]); {
		_, size := utf8.DecodeRune(text[i:])
		i += size
	}
	return i
}

// joined reports whether the end of one text and the beginning of the other
// make up one word.
func joined(before, after []byte) bool {
	last, _ := utf8.DecodeLastRune(before)
	first, _ := utf8.DecodeRune(after)
	return inWord(last) && inWord(first)
}

// unspaced are the scripts that set no blanks between words.
var unspaced = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

// inWord reports whether a word is cut beside r.
func inWord(r rune) bool {
	return r == '_' || (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)) && !unicode.In(r, unspaced...)
}

// shared counts the bytes with which both texts begin.
func shared(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func distance(a, b int) int { return max(a-b, b-a) }
