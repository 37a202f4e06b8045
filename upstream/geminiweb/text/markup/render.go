package markup

import (
	"strconv"
	"strings"
)

func openSequence(c *Cleaner, t *tag) {
	openList(c, t)
	if !t.closed {
		c.steps = append(c.steps, 0)
	}
}

func endSequence(c *Cleaner) {
	if len(c.steps) > 0 {
		c.steps = c.steps[:len(c.steps)-1]
	}
	c.endBlock()
}

// openList begins the lines of a list.
func openList(c *Cleaner, _ *tag) {
	c.startLine()
	c.swallow = true
}

func openStep(c *Cleaner, t *tag) {
	number := &c.steps[len(c.steps)-1]
	*number++
	c.startLine()
	c.write(strconv.Itoa(*number) + ". ")
	c.writeTitle(t.value("title"), t.value("subtitle"))
	c.beginItem(t, "\n   ")
}

func openEvent(c *Cleaner, t *tag) {
	c.startLine()
	c.write("- ")
	c.writeTitle(t.value("time"), t.value("title"))
	c.beginItem(t, "\n  ")
}

// writeTitle writes the heading of an item, the first that is not empty in bold.
func (c *Cleaner) writeTitle(first, second string) {
	if first == "" {
		first, second = second, ""
	}
	if first != "" {
		c.write("**" + first + "**")
	}
	if second != "" {
		c.write(" — " + second)
	}
}

// beginItem puts pad before the content of an item.
func (c *Cleaner) beginItem(t *tag, pad string) {
	c.swallow, c.line = true, lineBlank
	c.pad = "\n"
	if !t.closed {
		c.pad = pad
	}
}

// endItem ends the content of an item.
func (c *Cleaner) endItem() {
	if !c.gap {
		c.startLine()
	}
	c.swallow, c.line = true, lineBlank
}

func openCard(c *Cleaner, t *tag) {
	if c.line == lineBlank {
		c.startLine()
	}
	c.emitText("**" + t.value("title") + "**")
	if c.depth > 0 || !t.closed {
		c.beginItem(t, "\n")
	}
}

func openImage(c *Cleaner, t *tag) {
	caption, alt, src := t.value("caption"), t.value("alt"), t.value("src")
	if caption == "" {
		caption = alt
	}
	listed := c.open[carousel] > 0
	if listed {
		c.startLine()
		c.write("- ")
	}
	switch web := strings.HasPrefix(src, "https://") && !isPlaceholder(src) && !strings.ContainsAny(src, " ()<>"); {
	case web && caption != alt:
		c.emitText("![" + alt + "](" + src + ") *" + caption + "*")
	case web:
		c.emitText("![" + alt + "](" + src + ")")
	case caption != "":
		c.emitText("*" + caption + "*")
	}
	if listed {
		c.swallow, c.pad = true, "\n"
	}
}
