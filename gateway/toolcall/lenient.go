package toolcall

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// errNotJSON is the error of text that is not JSON, its known damage undone.
var errNotJSON = errors.New("not valid JSON")

// repairJSON undoes the damage that models and chats are known to do to JSON, and
// nothing else: escapes of Markdown, typographic and single quotes, line breaks inside
// of strings, trailing commas, and the literals of Python. It is written by hand
// because libraries that repair JSON also complete text that was cut off, and a call
// that was cut off must not be made. What can be read in two ways is an error.
func repairJSON(text string) (string, error) {
	text = strings.TrimSpace(text)
	r := repairer{text: text, escaped: isEscapedMarkdown(text)}
	if !r.value(0) {
		return "", errNotJSON
	}
	r.skipSpace()
	if r.at != len(r.text) {
		return "", errNotJSON
	}
	return r.out.String(), nil
}

// repairer reads one value and writes it as strict JSON. Its methods report whether
// the text could be read.
type repairer struct {
	text    string
	at      int
	out     strings.Builder
	escaped bool // the marks of Markdown have backslashes in front of them
}

// maxRepairDepth bounds the nesting of a value that is repaired.
const maxRepairDepth = 64

func (r *repairer) skipSpace() {
	for r.at < len(r.text) {
		if c := r.text[r.at]; c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			// The escape of a bracket outside of a string, as Markdown writes it.
			if !r.escaped || c != '\\' || r.at+1 == len(r.text) || strings.IndexByte("[]", r.text[r.at+1]) < 0 {
				return
			}
		}
		r.at++
	}
}

func (r *repairer) peek() byte {
	r.skipSpace()
	if r.at == len(r.text) {
		return 0
	}
	return r.text[r.at]
}

func (r *repairer) value(depth int) bool {
	if depth > maxRepairDepth {
		return false
	}
	switch r.peek() {
	case '{':
		return r.members('}', depth, true)
	case '[':
		return r.members(']', depth, false)
	}
	if closing := r.openQuote(); closing != nil {
		return r.quoted(closing)
	}
	return r.literal()
}

// members reads an object, with keys, or an array up to its closing bracket.
func (r *repairer) members(closing byte, depth int, keys bool) bool {
	r.out.WriteByte(r.text[r.at])
	r.at++
	for first := true; ; first = false {
		if r.peek() == closing {
			r.at++
			r.out.WriteByte(closing)
			return true
		}
		if !first {
			r.out.WriteByte(',')
		}
		if keys && !r.key() {
			return false
		}
		if !r.value(depth + 1) {
			return false
		}
		switch r.peek() {
		case ',':
			r.at++
		case closing:
		default:
			return false
		}
	}
}

func (r *repairer) key() bool {
	closing := r.openQuote()
	if closing == nil || !r.quoted(closing) || r.peek() != ':' {
		return false
	}
	r.at++
	r.out.WriteByte(':')
	return true
}

// openQuote skips an opening quote and returns the quotes that may close it; nil if
// there is none.
func (r *repairer) openQuote() []string {
	r.skipSpace()
	for _, pair := range []struct {
		open  string
		close []string
	}{
		{`"`, []string{`"`}}, {`'`, []string{`'`}}, {"“", []string{"”"}}, {"”", []string{"”"}}, {"‘", []string{"’"}}, {"’", []string{"’"}},
	} {
		if strings.HasPrefix(r.text[r.at:], pair.open) {
			r.at += len(pair.open)
			return pair.close
		}
	}
	return nil
}

// quoted reads the rest of a string up to one of its closing quotes.
func (r *repairer) quoted(closing []string) bool {
	r.out.WriteByte('"')
	for r.at < len(r.text) {
		for _, quote := range closing {
			if strings.HasPrefix(r.text[r.at:], quote) {
				r.at += len(quote)
				r.out.WriteByte('"')
				return true
			}
		}
		if !r.character(closing) {
			return false
		}
	}
	return false
}

// character reads one character of a string that ends with closing, or one escape. A
// typographic quote that opens within typographic quotes leaves open where which one
// ends.
func (r *repairer) character(closing []string) bool {
	switch c := r.text[r.at]; {
	case strings.HasPrefix(r.text[r.at:], "“") && len(closing[0]) > 1:
		return false
	case c == '\\':
		return r.escape()
	case c == '"':
		r.out.WriteString(`\"`)
	case c == '\n':
		r.out.WriteString(`\n`)
	case c == '\r':
		r.out.WriteString(`\r`)
	case c == '\t':
		r.out.WriteString(`\t`)
	case c < ' ':
		return false
	default:
		_, size := utf8.DecodeRuneInString(r.text[r.at:])
		r.out.WriteString(r.text[r.at : r.at+size])
		r.at += size
		return true
	}
	r.at++
	return true
}

// escape reads an escape: one of JSON, one of a quote, or one of Markdown if the text
// has those. Any other may stand for itself, as in a pattern, or for nothing.
func (r *repairer) escape() bool {
	rest := r.text[r.at+1:]
	for _, quote := range []struct{ typed, meant string }{{"'", "'"}, {"“", `\"`}, {"”", `\"`}, {"‘", "'"}, {"’", "'"}} {
		if strings.HasPrefix(rest, quote.typed) {
			r.out.WriteString(quote.meant)
			r.at += 1 + len(quote.typed)
			return true
		}
	}
	switch {
	case rest == "":
		return false
	case strings.IndexByte(`"\/bfnrtu`, rest[0]) >= 0:
		r.out.WriteString(r.text[r.at : r.at+2])
	case r.escaped && strings.IndexByte(markdownMarks, rest[0]) >= 0:
		r.out.WriteByte(rest[0])
	default:
		return false
	}
	r.at += 2
	return true
}

// markdownMarks are the characters in front of which chats write a backslash.
const markdownMarks = "_*[]<>#~`"

// isEscapedMarkdown reports whether a chat has escaped the marks of Markdown in a text.
// Backslashes come from elsewhere too, such as from a pattern that was not escaped for
// JSON. So there must be one where no pattern has any, in front of an underscore or of a
// bracket outside of strings, and no underscore without one.
func isEscapedMarkdown(text string) bool {
	found, inside := false, false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '_':
			return false
		case '"':
			inside = !inside
		case '\\':
			if i++; i < len(text) && (text[i] == '_' || !inside && (text[i] == '[' || text[i] == ']')) {
				found = true
			}
		}
	}
	return found
}

// literals are the words that stand for values, in JSON and in Python.
var literals = map[string]string{
	"true": "true", "false": "false", "null": "null", "True": "true", "False": "false", "None": "null",
}

// literal reads a number or a word.
func (r *repairer) literal() bool {
	begin := r.at
	for r.at < len(r.text) && strings.IndexByte(",]}) \t\r\n:", r.text[r.at]) < 0 {
		r.at++
	}
	word := r.text[begin:r.at]
	if known, ok := literals[word]; ok {
		word = known
	} else if word == "" || strings.Trim(word, "0123456789+-.eE") != "" {
		return false
	}
	r.out.WriteString(word)
	return true
}
