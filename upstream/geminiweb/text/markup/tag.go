package markup

import "bytes"

const (
	tagLimit  = 4 << 10 // bytes of a tag
	attrLimit = 16      // attributes of a tag
	nameLimit = 40      // bytes of a name
)

// tag is a tag as the app's components have it: a capitalised name, attributes in
// lower case whose values are quoted. JSX and XML of other kinds are no such tag.
type tag struct {
	name   []byte
	attrs  [attrLimit]attr
	count  int // attributes
	end    int // the index after the tag
	close  bool
	closed bool // it closes itself
	named  bool // the name is whole
}

// attr is an attribute. Its value is as it stands between the quotes.
type attr struct{ name, value []byte }

// value returns the value of an attribute as plain text, "" if there is none.
func (t *tag) value(name string) string {
	if a := t.find(name); a != nil {
		return plainValue(a.value)
	}
	return ""
}

func (t *tag) find(name string) *attr {
	for i := range t.count {
		if string(t.attrs[i].name) == name {
			return &t.attrs[i]
		}
	}
	return nil
}

func (t *tag) has(names ...string) bool {
	for _, name := range names {
		if t.find(name) == nil {
			return false
		}
	}
	return true
}

// parseTag parses the tag at the beginning of text. A backslash in front of a
// quote escapes it, unless the tag makes sense only if it does not.
func parseTag(text []byte) (tag, progress) {
	t, state := scanTag(text, true)
	if state == absent && bytes.Contains(text[:min(len(text), tagLimit)], []byte(`\"`)) {
		return scanTag(text, false)
	}
	return t, state
}

func scanTag(text []byte, escapes bool) (t tag, state progress) {
	if len(text) > tagLimit {
		text = text[:tagLimit]
		defer func() {
			if state == partial {
				state = absent
			}
		}()
	}
	n := 1
	if n < len(text) && text[n] == '/' {
		t.close = true
		n++
	}
	from := n
	for n < len(text) && n-from < nameLimit && isAlnum(text[n]) && (n > from || isUpper(text[n])) {
		n++
	}
	t.name = text[from:n]
	switch {
	case n == len(text):
		return t, partial
	case n == from:
		return t, absent
	}
	t.named = true
	return t, t.scanAttributes(text, n, escapes)
}

// scanAttributes scans the rest of a tag behind its name.
func (t *tag) scanAttributes(text []byte, n int, escapes bool) progress {
	for {
		spaced := n
		n = skipBlanks(text, n)
		switch {
		case n == len(text):
			return partial
		case text[n] == '>':
			t.end = n + 1
			return complete
		case text[n] == '/' && n+1 == len(text):
			return partial
		case text[n] == '/' && text[n+1] == '>':
			t.end, t.closed = n+2, true
			return complete
		case n == spaced || t.close || t.count == attrLimit:
			return absent
		}
		var state progress
		if n, state = t.scanAttribute(text, n, escapes); state != complete {
			return state
		}
	}
}

// scanAttribute scans name="value" at text[n:] and returns the index after it.
func (t *tag) scanAttribute(text []byte, n int, escapes bool) (int, progress) {
	from := n
	for n < len(text) && n-from < nameLimit && (isLower(text[n]) || n > from && (isDigit(text[n]) || text[n] == '_')) {
		n++
	}
	name := text[from:n]
	switch {
	case n == len(text):
		return n, partial
	case n == from || text[n] != '=':
		return n, absent
	case n+1 == len(text):
		return n, partial
	}
	quote := text[n+1]
	if quote != '"' && quote != '\'' {
		return n, absent
	}
	n += 2
	for from = n; n < len(text) && text[n] != quote; n++ {
		if escapes && text[n] == '\\' {
			n++
		}
	}
	if n >= len(text) {
		t.attrs[t.count] = attr{name: name, value: text[from:]}
		t.count++
		return len(text), partial
	}
	t.attrs[t.count] = attr{name: name, value: text[from:n]}
	t.count++
	return n + 1, complete
}

// matchAngle matches an element or a mark that begins with an angle bracket.
func (c *Cleaner) matchAngle(text []byte, final bool) (n int, wait bool) {
	if n, state := scanLiteral(text, 0, "<ctrl94>"); state != absent {
		return matchLeak(text, n, state)
	}
	if n, state := scanLiteral(text, 0, "<!-- end list -->"); state != absent {
		if state == complete {
			c.vanish()
		}
		return n, state == partial
	}
	if len(text) > 1 && text[1] != '/' && !isUpper(text[1]) {
		return 0, false
	}
	var state progress
	c.tag, state = parseTag(text)
	t := &c.tag
	switch {
	case state == absent:
		return 0, false
	case state == partial:
		return c.dropPartial(t, text, final)
	case t.close:
		return c.closeTag(t), false
	}
	if k, ok := kindOf(t.name); ok {
		return c.openComponent(k, t, text, final)
	}
	return c.openForeign(t, text, final)
}

// dropPartial drops a tag that the end of the text cut off, if it was going to be
// a component.
func (c *Cleaner) dropPartial(t *tag, text []byte, final bool) (n int, wait bool) {
	if !final {
		return 0, true
	}
	k, known := kindOf(t.name)
	ours := t.named && known && t.count > 0 && (k != image || c.seen)
	if ours || t.close && c.depth > 0 || c.depth > 0 && len(t.name) > 0 {
		return len(text), false
	}
	return 0, false
}
