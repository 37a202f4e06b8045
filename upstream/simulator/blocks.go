package simulator

import (
	"fmt"
	"slices"
	"strings"
)

// block is a part of an answer that the app's interface would render: it adds
// to the text, and to the candidate's other fields what belongs to it. Blocks
// stand in the order in which the prompt asks for them.
type block func(*call, *plan)

func (p *plan) addBlock(b block) { p.blocks = append(p.blocks, b) }

// addParagraph adds text behind an empty line.
func (p *plan) addParagraph(text string) {
	if p.say != "" {
		p.say += "\n\n"
	}
	p.say += text
}

func hasWord(words []string, word string) bool { return slices.Contains(words, word) }

// addBlocks is a keyword's effect that adds paragraphs whatever its words are.
func addText(text string) func(*plan, string) {
	return func(p *plan, _ string) { p.addBlock(func(_ *call, p *plan) { p.addParagraph(text) }) }
}

// markdownText is Markdown as the app's model writes it: escapes that only the app's
// renderer undoes, a comment behind a list, links wrapped in a search.
const markdownText = `Set my\_api\_key to 2 \* 3 in the \<config\> element, but leave ` + "`my\\_key` and `\\<tag\\>`" + ` alone. See [go.dev](https://www.google.com/search?q=https://go.dev) and [` + "`fmt`" + `](https://www.google.com/search?q=fmt).

* first
* second

<!-- end list -->

` + "```json\n{\"my_key\": \"\\\\<value\\\\>\", \"comment\": \"<!-- end list -->\"}\n```" + `

The area is $\pi r\_1^2$ with $a \< b$.`

// executionText is code that the model ran, and its output.
const executionText = "I ran this:\n\n```python?code_reference&code_event_index=0\nfor n in range(3):\n    print(f\"<b>{n}</b>\")\n```\n```text?code_stdout&code_event_index=0\n<b>0</b>\n<b>1</b>\n<b>2</b>\n\n```\n\nIt printed three lines."

// component is one element of the interface by the word that asks for it.
type component struct{ word, text string }

// components are the elements that the app's own instructions tell the model to
// write, with what makes them hard to read: comments, brackets and quotes in
// values, attributes in any order and over several lines.
var components = []component{
	{"image", `<Image alt="A map of the island, north > south" caption="The \"quiet\" side of it" src="image_agent_tag_16111113388906728001"/>`},
	{"carousel", `<Carousel>
{/* two views, a > b */}
  <Image src="image_agent_tag_16111113388906728002" alt="A harbour" caption="The harbour in the morning" />
  <Image caption="Its lighthouse" src="image_agent_tag_16111113388906728003" alt="A lighthouse"/>
</Carousel>`},
	{"sequence", `<Sequence>
{/* the order matters */}
  <Step title="Boil the water" subtitle="takes > 3 minutes">
    Use **fresh** water, never more than x < 2 litres.
  </Step>
  <Step subtitle="off the heat" title="Add the leaves">
    Wait until they sink.
  </Step>
  <Step title="Pour &amp; serve" subtitle="hot"/>
</Sequence>`},
	{"timeline", `<Timeline>
  <TimelineEvent title="First light" time="1874">
    The keeper &quot;Old Ned&quot; lit it.
  </TimelineEvent>
  <TimelineEvent
    time="1931 - 1933"
    title="Electric light"/>
</Timeline>`},
	{"card", `<EntityCard title="Lighthouse of the North"/>
<EntityCard title="Harbour"><EntityCard title="Pier 3"/>Ships land here.</EntityCard>`},
	{"table", `<ProductComparisonTable title="Kettles at a glance">[{"name":"Kettle One","price":"$29","notes":"a > b, \"quiet\""},{"name":"Kettle Two","price":"$45","notes":"</li>"}]</ProductComparisonTable>`},
	{"shopping", "I would take the [Kettle One](http://googleusercontent.com/shopping_content/0) or the [Kettle Two](http://googleusercontent.com/shopping_content/1).\n\nhttp://googleusercontent.com/lmdx_image/3\nhttp://googleusercontent.com/image_agent_tag_16111113388906728004"},
	{"nested", `1. First look:
   <Image src="image_agent_tag_16111113388906728005" alt="In a list" caption="In a list"/>
2. Then read <Tooltip text="a > b">the legend</Tooltip> twice.

> <Image src="image_agent_tag_16111113388906728006" alt="In a quote" caption="In a quote"/>
> said the keeper.`},
	{"unknown", `<WeatherPanel city="Oslo" unit_of_measure="°C">
Cold, with **snow** in the evening.
</WeatherPanel>`},
	{"widget", "<GenerateWidget height=\"420px\">\n```json\n{\"widgetSpec\": {\"type\": \"slider\", \"label\": \"a < b\"}, \"html\": \"</GenerateWidget>\"}\n```\n</GenerateWidget>"},
	{"elicit", `<ElicitationsGroup message="Which way shall we go?">
  <Elicitation label="The \"short\" way" query="Show me that a < b > c"/>
  <Elicitation query="Walk me round the island" label="The long way"/>
</ElicitationsGroup>`},
	{"followup", `<FollowUp label="Shall I draw a \"small\" map?" query="Draw it, north > south" query_intent="create_image"/>`},
	{"open", "<Sequence>\n  <Step title=\"The last step\" subtitle=\"cut"},
}

// setComponents adds the components that are named; without a name those that one answer
// may well hold, ended by one of the two that suggest what to ask next.
func setComponents(p *plan, arg string) {
	words := strings.Fields(arg)
	p.addBlock(func(c *call, p *plan) {
		if len(words) == 0 {
			ending := [...]string{"elicit", "followup"}[c.s.seededDigest("components", p.turn)%2]
			words = []string{"image", "sequence", "timeline", "card", "table", "shopping", "unknown", ending}
		}
		for _, word := range words {
			if i := slices.IndexFunc(components, func(k component) bool { return k.word == word }); i >= 0 {
				p.addParagraph(components[i].text)
			}
		}
	})
}

// componentWords lists them for the table of keywords.
func componentWords() string {
	var words []string
	for _, k := range components {
		words = append(words, k.word)
	}
	return strings.Join(words, " ")
}

// setWeb shows pictures found on the web. With the word tags the text holds a
// component at the place of each, whose source is a tag and no link.
func setWeb(p *plan, arg string) {
	words := strings.Fields(arg)
	p.addBlock(func(c *call, p *plan) {
		for i := range 2 {
			number := 1 + c.s.seededDigest("web", p.turn, itoa(i))>>1
			alt := fmt.Sprintf("picture %d from the web", i+1)
			var tag any
			if hasWord(words, "tags") {
				tag = fmt.Sprintf("http://googleusercontent.com/image_agent_tag_%d", number)
				p.addParagraph(fmt.Sprintf(`<Image alt="%s, size > 1" src="image_agent_tag_%d" caption="Picture %d"/>`, alt, number, i+1))
			}
			link := c.baseURL(hostThumbs) + "/images?q=tbn:" + c.s.nextID()
			page := fmt.Sprintf("https://pages.example/gallery/%d", i+1)
			p.webRows = append(p.webRows, fields{
				0: []any{[]any{link, 320, 240}, nil, nil, nil, alt},
				1: []any{[]any{page, fmt.Sprintf("Page %d", i+1), "pages.example"}},
				2: tag,
				7: []any{fmt.Sprintf("Page %d", i+1), page},
			}.denseArray())
		}
	})
}
