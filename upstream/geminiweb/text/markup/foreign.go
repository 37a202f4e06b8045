package markup

import "bytes"

// foreignLimit is how many unknown elements are followed in one text.
const foreignLimit = 16

// foreign is an unknown element by its name.
type foreign struct {
	name string
	open int
}

// Unknown returns the names of capitalised elements that began a line outside of
// code and are not known, whether they were stripped or not: each once, 16 at
// most. The slice belongs to the caller.
func (c *Cleaner) Unknown() []string {
	names := make([]string, 0, len(c.foreign))
	for _, f := range c.foreign {
		names = append(names, f.name)
	}
	return names
}

// openForeign strips an unknown tag that is one of the app's: see isForeign.
// Its content is kept.
func (c *Cleaner) openForeign(t *tag, text []byte, final bool) (n int, wait bool) {
	ours, wait := c.isForeign(t, text[t.end:], final)
	if wait {
		return 0, true
	}
	f := c.followForeign(t.name, ours || c.line != lineFilled)
	if !ours || f == nil {
		return 0, false
	}
	if !t.closed {
		f.open++
	} else if !t.has("label", "query") {
		c.emitText(t.value("title"))
	}
	c.vanish()
	return t.end, false
}

// isForeign reports whether an unknown element is a component of the app and not
// the subject of the answer. Its attributes must be plain. In an answer that has
// components of the app that is enough. Else the element must begin a line, have
// a name of two words as FollowUp has, content that is neither JSX nor HTML, and
// none of the attributes that markup of other kinds is full of.
func (c *Cleaner) isForeign(t *tag, rest []byte, final bool) (ours, wait bool) {
	switch {
	case t.count == 0:
		return false, false
	case c.seen:
		return true, false
	case t.closed || c.line != lineBlank || !hasTwoWords(t.name) || t.hasCommonAttribute():
		return false, false
	}
	n := skipBlanks(rest, 0)
	switch {
	case n == len(rest):
		return final, !final
	case rest[n] == '<' && n+1 == len(rest):
		return false, !final
	case rest[n] == '<' && !isUpper(rest[n+1]):
		return rest[n+1] == '/', false
	}
	return rest[n] != '{', false
}

// hasTwoWords reports whether a name is made of two words and more.
func hasTwoWords(name []byte) bool {
	words := 0
	for i, b := range name {
		if isUpper(b) && i+1 < len(name) && isLower(name[i+1]) {
			words++
		}
	}
	return words > 1
}

// hasCommonAttribute reports whether a tag has an attribute of HTML, React or
// everyday XML that no component of the app has.
func (t *tag) hasCommonAttribute() bool {
	for i := range t.count {
		switch string(t.attrs[i].name) {
		case "id", "name", "type", "key", "ref", "value", "href", "style", "class", "xmlns", "version", "encoding", "path", "to", "variant", "color":
			return true
		}
	}
	return false
}

// followForeign returns the entry of an unknown element, and makes one if it may.
// It returns nil if there is none.
func (c *Cleaner) followForeign(name []byte, add bool) *foreign {
	for i := range c.foreign {
		if string(name) == c.foreign[i].name {
			return &c.foreign[i]
		}
	}
	if !add || len(c.foreign) == foreignLimit {
		return nil
	}
	c.foreign = append(c.foreign, foreign{name: string(bytes.Clone(name))})
	return &c.foreign[len(c.foreign)-1]
}

// closeForeign strips the end of an unknown element that was stripped.
func (c *Cleaner) closeForeign(t *tag) int {
	f := c.followForeign(t.name, false)
	if f == nil || f.open == 0 {
		return 0
	}
	f.open--
	c.vanish()
	return t.end
}
