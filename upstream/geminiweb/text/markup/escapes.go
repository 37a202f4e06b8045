package markup

import (
	"bytes"
	"html"
	"strings"
)

const entityLimit = 32

// matchEntity decodes &name;, &#9; and &#x9;. Forms without a semicolon are left
// alone, because query strings look like them.
func (c *Cleaner) matchEntity(text []byte) (n int, wait bool) {
	n = 1
	if n < len(text) && text[n] == '#' {
		n++
	}
	for n < len(text) && n < entityLimit && isAlnum(text[n]) {
		n++
	}
	switch {
	case n == len(text):
		return 0, true
	case text[n] != ';':
		return 0, false
	}
	n++
	var decoded string
	switch string(text[:n]) { // those that every answer has, without an allocation
	case "&lt;":
		decoded = "<"
	case "&gt;":
		decoded = ">"
	case "&amp;":
		decoded = "&"
	case "&quot;":
		decoded = `"`
	case "&#39;":
		decoded = "'"
	default:
		decoded = html.UnescapeString(string(text[:n]))
		if len(decoded) > 1 && strings.HasSuffix(decoded, ";") {
			return 0, false // unknown, or known only by its beginning
		}
	}
	c.line = lineFilled
	c.emit([]byte(decoded))
	return n, false
}

// lookLimit is how far, in bytes, a line is read ahead to tell an escape of the
// app from the subject.
const lookLimit = 512

// matchEscape undoes an escape that only the app's renderer would undo: \< and \>
// and \_ between word characters. Inside of formulas and paths they stay, and so
// do all other backslashes.
func (c *Cleaner) matchEscape(text []byte, final bool) (n int, wait bool) {
	if len(text) == 1 {
		return 0, true
	}
	switch b := text[1]; {
	case b == '<' || b == '>' || b == '_':
		return c.undoEscape(text, final)
	case b == '(' || b == '[':
		c.openMath(map[byte]string{'(': `\)`, '[': `\]`}[b])
	case b == ')' || b == ']':
		if c.math != "" && c.math[1] == b {
			c.math = ""
		}
	case b == 'b' || b == 'e':
		return c.matchEnvironment(text)
	case isAlnum(b):
		c.path = true
		return 0, false
	case isBlank(b):
		return 0, false
	}
	c.pass(text[:2])
	return 2, false
}

func (c *Cleaner) openMath(end string) {
	if c.math == "" {
		c.math = end
	}
}

// matchEnvironment passes \begin{ and \end{, between which a formula stands.
func (c *Cleaner) matchEnvironment(text []byte) (n int, wait bool) {
	begin, state := scanLiteral(text, 0, `\begin{`)
	end, ending := scanLiteral(text, 0, `\end{`)
	switch {
	case state == partial || ending == partial:
		return 0, true
	case state == complete:
		c.openMath(`\end{`)
		c.pass(text[:begin])
		return begin, false
	case ending == complete:
		if c.math == `\end{` {
			c.math = ""
		}
		c.pass(text[:end])
		return end, false
	}
	c.path = true
	return 0, false
}

// undoEscape undoes the escape at the beginning of text, if it is one of the app.
func (c *Cleaner) undoEscape(text []byte, final bool) (n int, wait bool) {
	in, wait := c.inMath(text[2:], final)
	switch {
	case wait:
		return 0, true
	case in:
		c.pass(text[:2])
		return 2, false
	}
	undo, n := false, len(`\_`)
	switch text[1] {
	case '_':
		undo, n, wait = c.isInnerUnderscore(text, final)
	case '<':
		undo, wait = c.isOpeningAngle(text, final)
	case '>':
		undo = c.isClosingAngle()
	}
	switch {
	case wait:
		return 0, true
	case !undo:
		c.pass(text[:n])
		return n, false
	case text[1] == '<':
		c.angles++
	case text[1] == '>':
		c.angles = max(0, c.angles-1)
	}
	for i := 1; i < n; i += 2 {
		c.pass(text[i : i+1])
	}
	return n, false
}

// isInnerUnderscore reports whether the escaped underscores at the beginning of
// text, which take n bytes, are between word characters, as in my\_key.
func (c *Cleaner) isInnerUnderscore(text []byte, final bool) (undo bool, n int, wait bool) {
	for n+1 < len(text) && text[n] == '\\' && text[n+1] == '_' {
		n += 2
	}
	if n == len(text) || n+1 == len(text) && text[n] == '\\' {
		return false, n, !final // the run may go on
	}
	return !c.path && isWord(c.prev) && isWord(text[n]), n, false
}

// isOpeningAngle reports whether \< is an escape of the app. In a path or a regular
// expression such as C:\Users\<name> a plain bracket closes it.
func (c *Cleaner) isOpeningAngle(text []byte, final bool) (undo, wait bool) {
	if !c.path && !isWord(c.prev) && c.prev != ':' {
		return true, false
	}
	ahead := text[2:min(len(text), 2+lookLimit)]
	switch i := bytes.IndexAny(ahead, "<>\n"); {
	case i > 0 && ahead[i] == '>':
		return ahead[i-1] == '\\', false
	case i >= 0:
		return !c.path, false
	case len(ahead) < lookLimit && !final:
		return false, true
	}
	return !c.path, false
}

// isClosingAngle reports whether \> is an escape of the app: it closes one, or
// stands as a comparison or an arrow. C:\> is a prompt, and at the beginning of a
// line it escapes a quote.
func (c *Cleaner) isClosingAngle() bool {
	return c.angles > 0 || c.line == lineFilled && (c.prev == ' ' || c.prev == '=' || c.prev == '-' || c.prev == '/')
}

// inMath reports whether the text is inside a formula. A $ of the line begins one
// if another ends it; rest is the text behind it.
func (c *Cleaner) inMath(rest []byte, final bool) (in, wait bool) {
	if c.math != "" || !c.dollar {
		return c.math != "", false
	}
	ahead := rest[:min(len(rest), lookLimit)]
	for i, b := range ahead {
		switch {
		case b == '\n':
			return false, false
		case b != '$' || i > 0 && (ahead[i-1] == ' ' || ahead[i-1] == '\\'):
		case i+1 == len(rest):
			return final, !final
		case !isDigit(rest[i+1]):
			return true, false
		}
	}
	return false, len(ahead) < lookLimit && !final
}

// matchDollar passes a dollar sign and notes whether it begins or ends a formula.
func (c *Cleaner) matchDollar(text []byte, final bool) (n int, wait bool) {
	if len(text) == 1 {
		return 0, !final
	}
	switch next := text[1]; {
	case next == '$':
		if c.math == "$$" {
			c.math = ""
		} else {
			c.openMath("$$")
		}
		c.pass(text[:2])
		return 2, false
	case c.dollar && c.prev != ' ' && !isDigit(next):
		c.dollar = false
	case !isBlank(next):
		c.dollar = true
	}
	return 0, false
}
