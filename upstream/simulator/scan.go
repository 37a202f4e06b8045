package simulator

import (
	"encoding/json"
	"regexp"
	"strings"
)

// bracketed is a keyword with its argument, bracketedCall the beginning of one whose
// argument ends with JSON.
var (
	bracketed     = regexp.MustCompile(`^\[([a-z]+)(?: ([^\[\]]*))?\]`)
	bracketedCall = regexp.MustCompile(`^\[(call|also) +("(?:[^"\\]|\\.)*"|[^\s\[\]{"]+)\s*`)
)

// foundKeyword is a keyword in a text, with its place.
type foundKeyword struct {
	keyword    keyword
	arg        string
	begin, end int
}

// findKeywords finds the keywords in a text, in their order.
func findKeywords(text string) []foundKeyword {
	var all []foundKeyword
	for at := 0; ; {
		next := strings.IndexByte(text[at:], '[')
		if next < 0 {
			return all
		}
		at += next
		found, ok := matchKeyword(text[at:])
		if !ok {
			at++
			continue
		}
		found.begin, found.end = at, at+found.end
		all = append(all, found)
		at = found.end
	}
}

// matchKeyword matches the keyword that text begins with.
func matchKeyword(text string) (found foundKeyword, ok bool) {
	if m := bracketedCall.FindStringSubmatchIndex(text); m != nil {
		rest := text[m[1]:]
		var object json.RawMessage
		if strings.HasPrefix(rest, "{") || strings.HasPrefix(rest, `"`) {
			if json.NewDecoder(strings.NewReader(rest)).Decode(&object) != nil {
				return found, false
			}
		}
		end := m[1] + len(object)
		if strings.HasPrefix(strings.TrimLeft(text[end:], " \n"), "]") {
			end += strings.IndexByte(text[end:], ']') + 1
			return foundKeyword{keywords[keywordIndex(text[m[2]:m[3]])], text[m[4]:m[5]] + " " + string(object), 0, end}, true
		}
		return found, false
	}
	m := bracketed.FindStringSubmatchIndex(text)
	if m == nil {
		return found, false
	}
	i := keywordIndex(text[m[2]:m[3]])
	if i < 0 {
		return found, false
	}
	arg := ""
	if m[4] >= 0 {
		arg = text[m[4]:m[5]]
	}
	return foundKeyword{keywords[i], arg, 0, m[1]}, true
}

// obeyKeywords applies the keywords in a text and reports whether there are any.
func (p *plan) obeyKeywords(text string) (found bool) {
	for _, f := range findKeywords(text) {
		f.keyword.set(p, f.arg)
		found = true
	}
	return found
}

// stripKeywords returns a text without its keywords.
func stripKeywords(text string) string {
	var out strings.Builder
	at := 0
	for _, f := range findKeywords(text) {
		out.WriteString(text[at:f.begin])
		at = f.end
	}
	return strings.TrimSpace(out.String() + text[at:])
}
