package simulator

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// planAnswer plans an answer by the question's keywords, then by the faults, which win.
func (c *call) planAnswer(q *question) *plan {
	d := readDialogue(q.prompt)
	p, rest := readPlan(q.prompt, d, *c.s.pace.Load())
	p.useTool(q.tool)
	if q.extended && c.alive { // guests do not think harder
		p.think = true
	}
	if f, ok := c.firstFault(ErrorCode); ok {
		p.errCode, p.errAt = f.Code, f.Value
	}
	if f, ok := c.firstFault(Cut); ok {
		p.end, p.endAt = "cut", max(f.Bytes, 1)
	}
	if c.hasFault(LatePicture) {
		p.picture = append(p.picture, "late")
	}
	if f, ok := c.firstFault(OtherModel); ok {
		p.downgrade, p.otherModel = true, f.Value
	}
	if refuses := c.s.cfg.RefuseTemporaryPictures || c.hasFault(TempRefused); refuses && q.temporary && p.pictures > 0 {
		p.pictures, p.say, p.exact = 0, "I can't create images in a temporary chat.", true
	}
	if p.form == "" { // either form is met on the web; a prompt always gets the same one
		p.form = [...]string{"dense", "sparse"}[c.s.seededDigest("form", q.prompt)%2]
	}
	p.answered = p.act(d)
	if p.readout != "" {
		p.say, p.exact = q.describeReading(d, p.readout), true
	}
	c.writeText(p, q, rest)
	c.noteEntry(func(e *Entry) {
		e.ReadBytes, e.CallsMade = len(q.prompt), p.calls
		if d.taught != nil {
			e.ToolsRead = len(d.taught.tools)
		}
	})
	return p
}

// writeText fills in the answer's text.
func (c *call) writeText(p *plan, q *question, rest string) {
	switch {
	case p.exact, p.answered:
	case p.long > 0:
		p.say = LongText(p.long)
		if p.pace.FrameBytes == 0 {
			p.pace.FrameBytes = 4096
		}
	case p.pictures > 0:
		p.say = "Here is your picture.\n\n"
	default:
		p.say = c.echoPrompt(p, q, rest)
	}
	if p.leak {
		p.say = "<ctrl94>thought\nThis should not be seen.\n<ctrl95>" + p.say
	}
	if p.dirty {
		p.say += "\n\nCompare 1 &lt; 2 &amp;&amp; 3 &gt; 2, it&#39;s &quot;true&quot;.\nhttp://googleusercontent.com/immersive_entry_chip/0\nSee [`x`](https://www.google.com/search?q=x).\n<FollowUp label=\"More\" query=\"Tell me more\"/>"
	}
	c.dress(p)
	for _, add := range p.blocks {
		add(c, p)
	}
}

// paragraphs follow the echo, so that a stream has content: more
// than one script, emoji outside and inside the first plane, joined ones too.
var paragraphs = []string{
	"This answer was made by a simulated upstream; no model was asked. It streams in small frames, and each frame repeats the whole text so far, as on the web.",
	"它会逐字返回内容，长度按 UTF-16 计算。日本語と한국어、العربية も混ざっています。",
	"Emoji count twice: 😀 🚀 🎉, joined ones more often: 👩‍👩‍👧‍👦, and flags: 🇸🇪 🇯🇵. Some, like ☀ and ✓, count once.",
	"A small list:\n\n* one = 1\n* two < three & 'four'\n* \"five\" \\ six",
	"Numbers grow: 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144. That is all there is to say about it.",
}

// echoPrompt is the ordinary answer.
func (c *call) echoPrompt(p *plan, q *question, rest string) string {
	var b strings.Builder
	if q.gem != "" {
		fmt.Fprintf(&b, "I am your %s.\n\n", q.gemName)
	}
	fmt.Fprintf(&b, "You said: %s\n\n", abridgeText(rest, 4096))
	for _, f := range q.files {
		b.WriteString(c.s.files.describeFiles(f))
	}
	from := int(c.s.seededDigest("echo", p.turn) % uint64(len(paragraphs)))
	for i := range paragraphs {
		b.WriteString(paragraphs[(from+i)%len(paragraphs)])
		b.WriteString("\n\n")
	}
	if p.code {
		b.WriteString("Some code:\n\n```python\ndef greet(name):\n    # *args and __init__ stay as they are\n    print(f\"<b>Hello & welcome, {name}!</b>\")\n\nfor i in range(3):\n    greet('you ' + str(i))\n```\n\nThat was **all**.\n\n")
	}
	return strings.TrimSpace(b.String())
}

// abridgeText shortens a text that is too long to be echoed to its head and tail.
func abridgeText(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	half := limit / 2
	return strings.ToValidUTF8(s[:half], "") + " … " + strings.ToValidUTF8(s[len(s)-half:], "")
}

const longLine = "%08d The quick brown fox jumps over the lazy dog; 敏捷的棕色狐狸 跳过了懒狗 😀 = <b>&</b> \"ok\".\n"

// LongText is the answer to [long N]: n bytes of text with numbered lines.
func LongText(n int) string {
	var b strings.Builder
	b.Grow(n + len(longLine) + 8)
	for i := 1; b.Len() < n; i++ {
		fmt.Fprintf(&b, longLine, i)
	}
	s := b.String()[:n]
	for i := n - 1; i >= 0 && i >= n-utf8.UTFMax; i-- {
		if utf8.RuneStart(s[i]) {
			if !utf8.FullRuneInString(s[i:]) {
				s = s[:i] + strings.Repeat(".", n-i)
			}
			break
		}
	}
	return s
}

// planThoughts returns the thoughts that [think] streams first.
func planThoughts(turn string) string {
	return "**Reading the Question**\n\nI'm looking at what was asked: \"" + abridgeText(turn, 200) + "\".\n\n" +
		"**Weighing the Options**\n\nTwo answers are possible & both are short. I've decided on the friendlier one. 🤔\n\n" +
		"**Writing it Down**\n\nNow I only have to say it.\n\n\n"
}

// splitText divides text into about equal runs of whole runes.
func (p *Pace) splitText(text string) []string {
	if p.Frames > 0 {
		return splitEvenly(text, p.Frames)
	}
	size := p.FrameBytes
	if size <= 0 {
		size = 96
		if len(text) > 16<<10 {
			size = 4096
		}
	}
	var out []string
	for len(text) > size {
		n := size
		for n < len(text) && !utf8.RuneStart(text[n]) {
			n++
		}
		out = append(out, text[:n])
		text = text[n:]
	}
	return append(out, text)
}

// splitEvenly makes exactly n pieces if there are enough runes.
func splitEvenly(text string, n int) []string {
	var out []string
	for ; n > 1 && text != ""; n-- {
		end := max(1, len(text)/n)
		for end < len(text) && !utf8.RuneStart(text[end]) {
			end++
		}
		out = append(out, text[:end])
		text = text[end:]
	}
	if text != "" || len(out) == 0 {
		out = append(out, text)
	}
	return out
}
