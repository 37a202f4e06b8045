package text

import (
	"bytes"
	"html"
	"strings"
)

// match is a part of the text to be cleaned: length bytes to be replaced by text.
// It is zero if there is nothing to clean. If open is set, more input may change
// the match.
type match struct {
	length int
	text   string
	open   bool
}

// matchAny matches at text[0].
func matchAny(text []byte) match {
	switch text[0] {
	case '&':
		return matchEntity(text)
	case '<':
		if m := matchLeakedThoughts(text); m.open || m.length > 0 {
			return m
		}
		return matchFollowUp(text)
	}
	return matchPlaceholder(text)
}

const leakLimit = 16 << 10

// matchLeakedThoughts matches thoughts that slipped into the text, between two
// control marks.
func matchLeakedThoughts(text []byte) match {
	n, state := scanLiteral(text, 0, "<ctrl94>")
	if state != complete {
		return match{open: state == partial}
	}
	rest := text[n:min(len(text), n+leakLimit)]
	if i := bytes.Index(rest, []byte("<ctrl95>")); i >= 0 {
		return match{length: n + i + len("<ctrl95>")}
	}
	return match{open: len(rest) < leakLimit}
}

const entityLimit = 32

// matchEntity matches &name;, &#9; and &#x9;. Forms without a semicolon are left
// alone, because query strings look like them.
func matchEntity(text []byte) match {
	n := 1
	if n < len(text) && text[n] == '#' {
		n++
	}
	for n < len(text) && n < entityLimit && isAlnum(text[n]) {
		n++
	}
	switch {
	case n == len(text):
		return match{open: true}
	case text[n] != ';':
		return match{}
	}
	n++
	switch string(text[:n]) { // those that every answer has, without an allocation
	case "&lt;":
		return match{length: n, text: "<"}
	case "&gt;":
		return match{length: n, text: ">"}
	case "&amp;":
		return match{length: n, text: "&"}
	case "&quot;":
		return match{length: n, text: `"`}
	case "&#39;":
		return match{length: n, text: "'"}
	}
	decoded := html.UnescapeString(string(text[:n]))
	if len(decoded) > 1 && strings.HasSuffix(decoded, ";") {
		return match{} // unknown, or known only by its beginning
	}
	return match{length: n, text: decoded}
}

const (
	placeholderHost = "://googleusercontent.com/"
	placeholderPath = 200
)

// matchPlaceholder matches a placeholder address with the newlines after it, such
// as http://googleusercontent.com/image_generation_content/0_635.
func matchPlaceholder(text []byte) match {
	n, state := scanLiteral(text, 0, "http")
	if state == complete && n < len(text) && text[n] == 's' {
		n++
	}
	if state == complete {
		n, state = scanLiteral(text, n, placeholderHost)
	}
	if state != complete {
		return match{open: state == partial}
	}
	for from := n; ; n++ {
		switch {
		case n-from > placeholderPath:
			return match{}
		case n == len(text) || text[n] == '/' && n+1 == len(text):
			return match{open: true}
		case text[n] == '/' && isDigit(text[n+1]):
			return matchPlaceholderEnd(text, skipDigits(text, n+1))
		case text[n] != '/' && text[n] != '-' && !isWord(text[n]):
			return match{}
		}
	}
}

// matchPlaceholderEnd matches the optional second number and the newlines.
func matchPlaceholderEnd(text []byte, n int) match {
	if n < len(text) && text[n] == '_' {
		if n+1 == len(text) {
			return match{length: n, open: true}
		}
		if isDigit(text[n+1]) {
			n = skipDigits(text, n+1)
		}
	}
	for n < len(text) && text[n] == '\n' {
		n++
	}
	return match{length: n, open: n == len(text)}
}

const (
	followUpAttributes = 8
	followUpValue      = 1000
	followUpBlanks     = 8
)

// matchFollowUp matches the element <FollowUp label="…" query="…"/>.
func matchFollowUp(text []byte) match {
	n, state := scanLiteral(text, 0, "<FollowUp")
	if state != complete {
		return match{open: state == partial}
	}
	for range followUpAttributes + 1 {
		spaced := n
		for n < len(text) && n-spaced < followUpBlanks && isBlank(text[n]) {
			n++
		}
		switch end, state := scanLiteral(text, n, "/>"); {
		case state == complete:
			return match{length: end}
		case state == partial:
			return match{open: true}
		case n == spaced:
			return match{}
		}
		if n, state = scanAttribute(text, n); state != complete {
			return match{open: state == partial}
		}
	}
	return match{}
}

// scanAttribute scans name="value" at text[n:] and returns the index after it.
func scanAttribute(text []byte, n int) (int, progress) {
	from := n
	for n < len(text) && n-from < entityLimit && isAlnum(text[n]) {
		n++
	}
	if n == from && n < len(text) {
		return n, absent
	}
	n, state := scanLiteral(text, n, `="`)
	if state != complete {
		return n, state
	}
	quote := bytes.IndexByte(text[n:min(len(text), n+followUpValue+1)], '"')
	switch {
	case quote >= 0:
		return n + quote + 1, complete
	case len(text)-n > followUpValue:
		return n, absent
	}
	return n, partial
}

// progress is how much of an expected text is there.
type progress uint8

const (
	absent  progress = iota
	partial          // the text ends inside it
	complete
)

// scanLiteral compares text[n:] with want and returns the index after it, or n.
func scanLiteral(text []byte, n int, want string) (int, progress) {
	have := text[n:min(len(text), n+len(want))]
	switch {
	case string(have) != want[:len(have)]:
		return n, absent
	case len(have) < len(want):
		return n, partial
	}
	return n + len(want), complete
}
