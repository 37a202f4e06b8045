package geminiweb

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

const (
	// searchReach is how far a rewritten text is searched for what was passed on, and
	// how much longer it may grow without it before it goes out as another text.
	searchReach = 4 << 10
	// ampleBlock is the length at which a shared block is no coincidence, wherever
	// it stands; of several the one is taken that has this much before it, too.
	ampleBlock = 64
	// tinyBlock is the length below which a block says nothing.
	tinyBlock = 4
	// rewritePatience is how much longer than what it stands for a rewritten passage
	// must be in an unfinished text: until then the old words may come again.
	rewritePatience = 64
)

// findContinuation returns where in text the part begins that was not passed on yet; -1
// when text holds nothing new, or when that can not be told before it is longer
// or final. When the upstream rewrote what was passed on, the new part begins
// behind the last block that both texts share, at the next word when the block
// ends inside one. With no such block all of text is new: it begins at 0.
func findContinuation(passed, text []byte, final bool) int {
	switch {
	case bytes.HasPrefix(text, passed):
		return len(passed)
	case bytes.HasPrefix(passed, text):
		return -1
	}
	old, from := alignTexts(passed, text)
	gone, fresh := len(passed)-old, len(text)-from
	switch {
	case from == 0 && (final || len(text) > len(passed)+searchReach):
		return 0
	case from == 0, gone > 0 && fresh <= gone+rewritePatience && !final:
		return -1
	case gone == 0:
		return from
	}
	return wordBoundary(passed, text, old, from)
}

// alignTexts returns where what both texts share ends in each, 0 and 0 when they share
// nothing. What passed has behind their last block may be too short for a block
// and still come soon: then something was put in before it.
func alignTexts(passed, text []byte) (old, from int) {
	old, from = lastSharedBlock(passed, text)
	rest := passed[old:]
	soon := text[from:min(len(text), from+len(rest)+ampleBlock)]
	if i := bytes.Index(soon, rest); from > 0 && len(rest) >= tinyBlock && i > 0 {
		return len(passed), from + i + len(rest)
	}
	return old, from
}

// lastSharedBlock returns where the last block ends that both texts share, 0 and 0 when
// there is none. It looks back from the end of passed in growing steps, until
// the beginning that both share. The further back, the longer a block must be to
// count.
func lastSharedBlock(passed, text []byte) (old, from int) {
	same := commonPrefix(passed, text)
	for cut := 0; cut <= searchReach && cut < len(passed)-same; cut += 1 + cut/8 {
		end, size := len(passed)-cut, minBlockSize(passed, cut)
		if end < size {
			break
		}
		if from = bestOccurrence(text, passed[:end], size, same); from >= 0 {
			more := commonPrefix(passed[end:], text[from:])
			return end + more, from + more
		}
	}
	if same >= minBlockSize(passed, len(passed)-same) {
		return same, same
	}
	return 0, 0
}

// minBlockSize is the size at which a block counts that ends cut bytes before the end.
func minBlockSize(passed []byte, cut int) int {
	return min(max(tinyBlock, min(len(passed)/2, 8))+cut/8, ampleBlock)
}

// bestOccurrence returns the end of the occurrence in text of the last size bytes of
// passed: of several the one with the most in common before it, and of these the
// nearest to where they stood. It looks a few thousand bytes around, and not
// before the end of the beginning that is the same; -1 is none.
func bestOccurrence(text, passed []byte, size, same int) int {
	at := len(passed)
	low := min(max(0, at-searchReach, same-size), len(text))
	window := text[low:min(len(text), at+searchReach)]
	best, most := -1, 0
	for from := 0; ; {
		i := bytes.Index(window[from:], passed[at-size:])
		if i < 0 {
			return best
		}
		end, n := low+from+i+size, size
		for n < ampleBlock && n < min(end, at) && text[end-n-1] == passed[at-n-1] {
			n++
		}
		if n > most || n == most && distance(end, at) < distance(best, at) {
			best, most = end, n
		}
		from += i + 1
	}
}

// wordBoundary returns where a reader of passed can go on with text, when what both share
// ends at old and from: not inside a word, and with what stands before it when
// passed ends with a word. A last word of which little changed is not sent again.
func wordBoundary(passed, text []byte, old, from int) int {
	for from > 0 && from < len(text) && !utf8.RuneStart(text[from]) {
		old, from = old-1, from-1
	}
	start, end := wordStart(text, from), wordEnd(text, from)
	if from-start > end-from && wordEnd(passed, old) == len(passed) {
		return end
	}
	if joinsWord(passed, text[start:]) {
		_, size := utf8.DecodeLastRune(text[:start])
		start -= size
	}
	return start
}

// wordStart returns where the word begins that i stands in, which is i when it
// stands in none.
func wordStart(text []byte, i int) int {
	for low := i - ampleBlock; i > low && joinsWord(text[:i], text[i:]); {
		_, size := utf8.DecodeLastRune(text[:i])
		i -= size
	}
	return i
}

// wordEnd is wordStart for the end.
func wordEnd(text []byte, i int) int {
	for high := i + ampleBlock; i < high && joinsWord(text[:i], text[i:]); {
		_, size := utf8.DecodeRune(text[i:])
		i += size
	}
	return i
}

// joinsWord reports whether the end of one text and the beginning of the other
// make up one word.
func joinsWord(before, after []byte) bool {
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

// commonPrefix counts the bytes with which both texts begin.
func commonPrefix(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func distance(a, b int) int { return max(a-b, b-a) }
