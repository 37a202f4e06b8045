package markup

import (
	"bytes"
	"strings"
)

// kind is a component of the app that is known.
type kind int

const (
	elicitations kind = iota
	elicitation
	followUp
	widget
	sequence
	step
	timeline
	timelineEvent
	carousel
	image
	table
	card
	kinds int = iota
)

// component says when an element is a component of the app, and how it is
// passed on. An element with the attributes is one. Without them it is one if the text that must
// follow does. All attributes have names in lower case and quoted values, or the
// element is no tag for [parseTag].
type component struct {
	name    string
	needs   []string // attributes
	follows string   // the other sign of it: the beginning of its content, "<" for a component
	inside  kind     // the component that it must be in, none if inItself
	leaf    bool     // a suggestion: it vanishes with its content
	open    func(*Cleaner, *tag)
	end     func(*Cleaner)
}

// components is the table of them: content becomes Markdown, suggestions of a next
// question vanish.
var components = [kinds]component{
	elicitations:  {name: "ElicitationsGroup", needs: []string{"message"}, follows: "<", inside: elicitations, open: dropGroup, end: (*Cleaner).vanish},
	elicitation:   {name: "Elicitation", needs: []string{"label", "query"}, inside: elicitation, leaf: true, open: dropTag, end: (*Cleaner).vanish},
	followUp:      {name: "FollowUp", needs: []string{"label", "query"}, inside: followUp, leaf: true, open: dropTag, end: (*Cleaner).vanish},
	widget:        {name: "GenerateWidget", needs: []string{"height"}, follows: "```", inside: widget, open: dropWidget, end: (*Cleaner).vanish},
	sequence:      {name: "Sequence", follows: "<", inside: sequence, open: openSequence, end: endSequence},
	step:          {name: "Step", needs: []string{"title"}, inside: sequence, open: openStep, end: (*Cleaner).endItem},
	timeline:      {name: "Timeline", follows: "<", inside: timeline, open: openList, end: (*Cleaner).endBlock},
	timelineEvent: {name: "TimelineEvent", needs: []string{"title"}, inside: timeline, open: openEvent, end: (*Cleaner).endItem},
	carousel:      {name: "Carousel", follows: "<", inside: carousel, open: openList, end: (*Cleaner).endBlock},
	image:         {name: "Image", inside: image, open: openImage, end: func(*Cleaner) {}},
	table:         {name: "ProductComparisonTable", needs: []string{"title"}, follows: "[", inside: table, open: openTable, end: (*Cleaner).endBlock},
	card:          {name: "EntityCard", needs: []string{"title"}, inside: card, open: openCard, end: (*Cleaner).endItem},
}

func init() {
	for k := range components {
		kindsByName[components[k].name] = kind(k)
	}
}

var kindsByName = make(map[string]kind, kinds)

func kindOf(name []byte) (kind, bool) {
	k, ok := kindsByName[string(name)]
	return k, ok
}

// pairLimit bounds the content of a suggestion that is looked for its end.
const pairLimit = 1000

// openComponent renders the tag of a known component, if it is one.
func (c *Cleaner) openComponent(k kind, t *tag, text []byte, final bool) (n int, wait bool) {
	what := &components[k]
	ours, wait := c.isComponent(k, t, text[t.end:], final)
	if wait || !ours {
		return 0, wait
	}
	if what.leaf && !t.closed {
		closing := []byte("</" + what.name + ">")
		content := text[t.end:min(len(text), t.end+pairLimit)]
		switch i := bytes.Index(content, closing); {
		case i >= 0:
			t.end, t.closed = t.end+i+len(closing), true
		case len(content) < pairLimit && !final:
			return 0, true
		}
	}
	if k == table {
		return c.matchTable(t, text, final)
	}
	c.seen = true
	what.open(c, t)
	if !t.closed && !what.leaf {
		c.open[k]++
		c.depth++
	}
	return t.end, false
}

// isComponent reports whether a tag with the name of a component is one. rest is
// the text behind it.
func (c *Cleaner) isComponent(k kind, t *tag, rest []byte, final bool) (ours, wait bool) {
	what := &components[k]
	switch {
	case what.inside != k && c.open[what.inside] == 0:
		return false, false
	case k == image:
		return c.isImage(t), false
	case len(what.needs) > 0 && t.has(what.needs...):
		return true, false
	case what.follows == "" || t.closed:
		return false, false
	}
	n, state := skipFill(rest, 0)
	if state == complete {
		_, state = scanLiteral(rest, n, what.follows)
	}
	if state == complete && what.follows == "<" {
		var child tag
		child, state = parseTag(rest[n:])
		_, known := kindOf(child.name)
		switch {
		case child.named && !known:
			state = absent
		case final && state == partial && child.named:
			state = complete
		}
	}
	if final && n == len(rest) {
		return c.seen, false
	}
	return state == complete, state == partial && !final
}

// isImage tells the app's pictures from those of web frameworks: it has a
// placeholder for its source, or a picture of the upstream, or a caption.
func (c *Cleaner) isImage(t *tag) bool {
	src := t.find("src")
	switch {
	case t.has("caption"), c.open[carousel] > 0:
		return true
	case src == nil:
		return t.has("alt")
	}
	return isPlaceholder(string(src.value)) || strings.Contains(string(src.value), ".gstatic.com/") || strings.Contains(string(src.value), ".googleusercontent.com/")
}

func isPlaceholder(src string) bool {
	return strings.HasPrefix(src, "image_agent_tag_") || strings.Contains(src, placeholderHost)
}

// closeTag renders a closing tag, if the component is open.
func (c *Cleaner) closeTag(t *tag) int {
	k, known := kindOf(t.name)
	if !known || c.open[k] == 0 {
		return c.closeForeign(t)
	}
	components[k].end(c)
	c.open[k]--
	c.depth--
	if k == widget {
		c.dropFence = false
	}
	return t.end
}

// vanish leaves out an element, with the blanks behind it if it stands on lines of
// its own.
func (c *Cleaner) vanish() {
	if c.open[elicitations] > 0 {
		c.space = c.space[:0]
	}
	if c.open[elicitations] > 0 || c.line == lineBlank {
		c.swallow, c.gap = true, true
	}
}

func dropTag(c *Cleaner, _ *tag) { c.vanish() }

func dropGroup(c *Cleaner, t *tag) {
	c.vanish()
	c.swallow = c.swallow || !t.closed
}

func dropWidget(c *Cleaner, t *tag) {
	c.vanish()
	c.swallow, c.dropFence = true, !t.closed
}
