package text

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

const (
	// searchReach is how far from its old place, in bytes, a block is searched
	// in a rewritten text, and how much longer than the sent text it may grow
	// without a match before it is sent as another text.
	searchReach = 4 << 10
	// ampleBlock is the length from which a common block is no coincidence,
	// wherever it is. Of several, the one with this much in common before it is
	// chosen.
	ampleBlock = 64
	// tinyBlock is the length below which a common block means nothing.
	tinyBlock = 4
	// rewritePatience is how much longer than the passage that it replaces a new
	// passage must be in an unfinished text: until then the old words may return.
	rewritePatience = 64
)

// findContinuation returns the index in text at which the part begins that was
// not sent yet, or -1 if there is none, or if that is not certain before text
// is longer or final. If the upstream rewrote sent text, the new part begins
// after the last block that both texts share, at the next word if the block ends
// inside one. If they share none, all of text is new.
func findContinuation(sent, text []byte, final bool) int {
	switch {
	case bytes.HasPrefix(text, sent):
		return len(sent)
	case bytes.HasPrefix(sent, text):
		return -1
	}
	old, from := alignTexts(sent, text)
	gone, fresh := len(sent)-old, len(text)-from
	switch {
	case from == 0 && (final || len(text) > len(sent)+searchReach):
		return 0
	case from == 0, gone > 0 && fresh <= gone+rewritePatience && !final:
		return -1
	case gone == 0:
		return from
	}
	return wordBoundary(sent, text, old, from)
}

// alignTexts returns the ends of the common part in each text, 0 and 0 if they
// have nothing in common. The rest of sent after their last common block may be
// too short for a block and still follow soon in text: then text was inserted
// before it, and the common part ends after it.
func alignTexts(sent, text []byte) (old, from int) {
	old, from = lastSharedBlock(sent, text)
	rest := sent[old:]
	soon := text[from:min(len(text), from+len(rest)+ampleBlock)]
	if i := bytes.Index(soon, rest); from > 0 && len(rest) >= tinyBlock && i > 0 {
		return len(sent), from + i + len(rest)
	}
	return old, from
}

// lastSharedBlock returns the ends of the last block that both texts share, 0
// and 0 if there is none. It steps back from the end of sent, in growing steps,
// to the common prefix. The further back a block ends, the longer it must be.
func lastSharedBlock(sent, text []byte) (old, from int) {
	same := commonPrefix(sent, text)
	for cut := 0; cut <= searchReach && cut < len(sent)-same; cut += 1 + cut/8 {
		end, size := len(sent)-cut, minBlockSize(sent, cut)
		if end < size {
			break
		}
		if from = bestOccurrence(text, sent[:end], size, same); from >= 0 {
			more := commonPrefix(sent[end:], text[from:])
			return end + more, from + more
		}
	}
	if same >= minBlockSize(sent, len(sent)-same) {
		return same, same
	}
	return 0, 0
}

// minBlockSize is the length from which a block counts that ends cut bytes
// before the end of sent.
func minBlockSize(sent []byte, cut int) int {
	return min(max(tinyBlock, min(len(sent)/2, 8))+cut/8, ampleBlock)
}

// bestOccurrence returns the end of an occurrence in text of the last size bytes
// of sent, or -1 if there is none. Of several it chooses the one with the most
// in common before it, and of these the nearest to the old place. It searches up
// to searchReach bytes around the old place, but not inside the common prefix,
// which has same bytes.
func bestOccurrence(text, sent []byte, size, same int) int {
	at := len(sent)
	low := min(max(0, at-searchReach, same-size), len(text))
	window := text[low:min(len(text), at+searchReach)]
	best, most := -1, 0
	for from := 0; ; {
		i := bytes.Index(window[from:], sent[at-size:])
		if i < 0 {
			return best
		}
		end, n := low+from+i+size, size
		for n < ampleBlock && n < min(end, at) && text[end-n-1] == sent[at-n-1] {
			n++
		}
		if n > most || n == most && distance(end, at) < distance(best, at) {
			best, most = end, n
		}
		from += i + 1
	}
}

// wordBoundary returns the index at which text can go on after sent, if their
// common part ends at old and from. It is not inside a word. If sent ends with a
// word it includes the character before the next word. A last word of which
// little changed is not sent again.
func wordBoundary(sent, text []byte, old, from int) int {
	for from > 0 && from < len(text) && !utf8.RuneStart(text[from]) {
		old, from = old-1, from-1
	}
	start, end := wordStart(text, from), wordEnd(text, from)
	if from-start > end-from && wordEnd(sent, old) == len(sent) {
		return end
	}
	if joinsWord(sent, text[start:]) {
		_, size := utf8.DecodeLastRune(text[:start])
		start -= size
	}
	return start
}

// wordStart returns the start of the word around i, which is i if there is none.
func wordStart(text []byte, i int) int {
	for low := i - ampleBlock; i > low && joinsWord(text[:i], text[i:]); {
		_, size := utf8.DecodeLastRune(text[:i])
		i -= size
	}
	return i
}

// wordEnd returns the end of the word around i, which is i if there is none.
func wordEnd(text []byte, i int) int {
	for high := i + ampleBlock; i < high && joinsWord(text[:i], text[i:]); {
		_, size := utf8.DecodeRune(text[i:])
		i += size
	}
	return i
}

// joinsWord reports whether a word would go across the boundary of the two texts.
func joinsWord(before, after []byte) bool {
	last, _ := utf8.DecodeLastRune(before)
	first, _ := utf8.DecodeRune(after)
	return inWord(last) && inWord(first)
}

// unspaced are the scripts that put no blanks between words.
var unspaced = []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar}

// inWord reports whether r is part of a word that must not be cut.
func inWord(r rune) bool {
	return r == '_' || (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)) && !unicode.In(r, unspaced...)
}

// commonPrefix returns the length of the common prefix in bytes.
func commonPrefix(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func distance(a, b int) int { return max(a-b, b-a) }
