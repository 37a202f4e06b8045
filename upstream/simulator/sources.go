package simulator

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// page is one that an answer cites.
type page struct{ url, title, site, snippet string }

var citedPages = []page{
	{"https://peaks.example/everest?lang=en&view=full#:~:text=The%20highest", "Mount Everest - Peaks of the World", "Peaks of the World", "The highest mountain of the earth above the sea, \non the border of Nepal and China..."},
	{"https://survey.example/2020/height", "The new height of the mountain", "Survey", "In December 2020 both countries announced a height of 8,848.86 m..."},
	{"https://names.example/सगरमाथा", "Names: सगरमाथा", "", "Its name in Nepal is..."},
}

// passage is a stretch of the text that pages stand for, counted from 1.
type passage struct {
	before, text, after string // what surrounds it within the paragraph
	cites               []int
	mark                string
}

var citedPassages = []passage{
	{"", "The highest mountain is **Mount Everest** 🏔", ". ", []int{1, 2}, "[cite: 1, 2]"},
	{"", "Its height was measured again in 2020", ".\n\n", []int{2}, " [cite: 2]"},
	{"* ", "In Nepal it is called सगरमाथा", "\n", []int{1, 3}, " [cite: 1,3]"},
	{"* ", "Everyone agrees on that", ".", []int{1, 2, 3}, "[cite: 1-3]"},
}

// setSources adds passages with the pages that they are taken from, marked in
// the text as well. The word bare leaves out the marks, as on the web when the
// text was searched for afterwards; the word lost leaves out the pages.
func setSources(p *plan, arg string) {
	words := strings.Fields(arg)
	p.addBlock(func(c *call, p *plan) {
		marked := !hasWord(words, "bare")
		p.addParagraph("")
		var groups []any
		for _, cited := range citedPassages {
			p.say += cited.before
			if marked {
				p.say += "[cite_start]"
			}
			start := len(p.say)
			p.say += cited.text
			if hasWord(words, "lost") {
				p.say += cited.mark + cited.after
				continue
			}
			p.sources = append(p.sources, c.sourceRow(p.say, start, cited))
			if marked {
				p.say += cited.mark
				groups = append(groups, citationGroup(cited))
			}
			p.say += cited.after
		}
		p.citations = groups
	})
}

// sourceRow is one row of c[2][1]: a passage and its pages. The passage stands in
// the text from start to the end; its place is given in bytes and in characters.
func (c *call) sourceRow(text string, start int, cited passage) []any {
	from := utf8.RuneCountInString(text[:start])
	place := []any{[]any{start, len(text)}, []any{from, from + utf8.RuneCountInString(text[start:])}}
	segment := []any{cited.text, nil, nil, place}
	pages := []any{}
	for _, n := range cited.cites {
		pg := citedPages[n-1]
		pages = append(pages, []any{pg.url, pg.title, favicon(n), pg.snippet, []any{segment}, nil, pg.site, 9, ""})
	}
	return []any{segment, []any{len(pages)}, pages, "spp_" + c.s.nextID()}
}

// citationGroup is one group of c[12][43]: a mark and its pages in the order of
// its numbers.
func citationGroup(cited passage) []any {
	var pages []any
	for _, n := range cited.cites {
		pg := citedPages[n-1]
		pages = append(pages, []any{nil, nil, nil, []any{[]any{favicon(n), pg.url, pg.title}}})
	}
	return []any{[]any{cited.mark}, pages}
}

func favicon(n int) string {
	return "https://encrypted-tbn" + strconv.Itoa(n) + ".gstatic.com/favicon-tbn?q=tbn:" + fmt.Sprintf("%016x", n)
}

// setSearch makes an answer as one that was searched for: rows of the search
// first, pages in fields alone, links in the text, and the text twice in each body.
func setSearch(p *plan, _ string) {
	p.search = true
	setSources(p, "bare")
	addText("## Sources\n\n1.  **Peaks of the World:**\n    [Mount Everest](https://peaks.example/everest?lang=en&view=full) & [its height](https://survey.example/2020/height)")(p, "")
}
