package toolcall

import (
	"html"
	"strings"
	"unicode"
)

// wasSaid reports whether the conversation holds text, however it is quoted there: the
// model may have taken it out of a string of JSON or of a page.
func (q *Question) wasSaid(text string) bool {
	text = spell(text)
	for _, said := range q.client.System {
		if strings.Contains(spell(said), text) {
			return true
		}
	}
	for _, turn := range q.client.Turns {
		for _, part := range turn.Parts {
			if part.Blob == nil && strings.Contains(spell(part.Text), text) {
				return true
			}
		}
	}
	return false
}

// spell returns the letters and digits of a text alone, escapes of JSON and of HTML
// undone.
func spell(text string) string {
	text = unescapes.Replace(html.UnescapeString(text))
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}

// unescapes undoes the escapes of JSON that have letters, also where they are escaped
// once more.
var unescapes = strings.NewReplacer(
	`\\n`, " ", `\n`, " ", `\\t`, " ", `\t`, " ", `\\r`, " ", `\r`, " ",
	`\u003c`, "<", `\u003e`, ">", `\u0026`, "&", `\u003C`, "<", `\u003E`, ">", `\u0027`, "'", `\u0022`, `"`, `\u005c`, `\`, `\u005f`, "_",
)
