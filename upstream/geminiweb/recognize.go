package geminiweb

import (
	"bytes"
	"html"
	"strings"
)

// match is what recognize found: length bytes stand for text. open says that
// more input may change that.
type match struct {
	length int
	text   string
	open   bool
}

func recognize(text []byte) match {
	switch text[0] {
	case '&':
		return entity(text)
	case '<':
		if m := leaked(text); m.open || m.length > 0 {
			return m
		}
		return followUp(text)
	}
	return artifact(text)
}

const leakLimit = 16 << 10

// leaked recognizes thoughts that slipped into the text between two control
// marks.
func leaked(text []byte) match {
	n, state := literally(text, 0, "<ctrl94>")
	if state != whole {
		return match{open: state == part}
	}
	rest := text[n:min(len(text), n+leakLimit)]
	if i := bytes.Index(rest, []byte("<ctrl95>")); i >= 0 {
		return match{length: n + i + len("<ctrl95>")}
	}
	return match{open: len(rest) < leakLimit}
}

const entityLimit = 32

// entity recognizes &name;, &#9; and &#x9;. The forms without a semicolon are
// left alone: they are how query strings look.
func entity(text []byte) match {
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
	artifactHost = "://googleusercontent.com/"
	artifactPath = 200
)

// artifact recognizes a placeholder address with the newlines behind it, such as
// http://googleusercontent.com/image_generation_content/0_635.
func artifact(text []byte) match {
	n, state := literally(text, 0, "http")
	if state == whole && n < len(text) && text[n] == 's' {
		n++
	}
	if state == whole {
		n, state = literally(text, n, artifactHost)
	}
	if state != whole {
		return match{open: state == part}
	}
	for from := n; ; n++ {
		switch {
		case n-from > artifactPath:
			return match{}
		case n == len(text) || text[n] == '/' && n+1 == len(text):
			return match{open: true}
		case text[n] == '/' && isDigit(text[n+1]):
			return artifactEnd(text, digits(text, n+1))
		case text[n] != '/' && text[n] != '-' && !isWord(text[n]):
			return match{}
		}
	}
}

// artifactEnd takes the optional second number and the newlines.
func artifactEnd(text []byte, n int) match {
	if n < len(text) && text[n] == '_' {
		if n+1 == len(text) {
			return match{length: n, open: true}
		}
		if isDigit(text[n+1]) {
			n = digits(text, n+1)
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

// followUp recognizes the element <FollowUp label="…" query="…"/>.
func followUp(text []byte) match {
	n, state := literally(text, 0, "<FollowUp")
	if state != whole {
		return match{open: state == part}
	}
	for range followUpAttributes + 1 {
		spaced := n
		for n < len(text) && n-spaced < followUpBlanks && isBlank(text[n]) {
			n++
		}
		switch end, state := literally(text, n, "/>"); {
		case state == whole:
			return match{length: end}
		case state == part:
			return match{open: true}
		case n == spaced:
			return match{}
		}
		if n, state = attribute(text, n); state != whole {
			return match{open: state == part}
		}
	}
	return match{}
}

// attribute recognizes name="value".
func attribute(text []byte, n int) (int, progress) {
	from := n
	for n < len(text) && n-from < entityLimit && isAlnum(text[n]) {
		n++
	}
	if n == from && n < len(text) {
		return n, none
	}
	n, state := literally(text, n, `="`)
	if state != whole {
		return n, state
	}
	quote := bytes.IndexByte(text[n:min(len(text), n+followUpValue+1)], '"')
	switch {
	case quote >= 0:
		return n + quote + 1, whole
	case len(text)-n > followUpValue:
		return n, none
	}
	return n, part
}

// progress says how much of something expected is there.
type progress uint8

const (
	none progress = iota
	part          // the text ends inside it
	whole
)

// literally compares text from n on with want.
func literally(text []byte, n int, want string) (int, progress) {
	have := text[n:min(len(text), n+len(want))]
	switch {
	case string(have) != want[:len(have)]:
		return n, none
	case len(have) < len(want):
		return n, part
	}
	return n + len(want), whole
}
