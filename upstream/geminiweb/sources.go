package geminiweb

import (
	"strconv"
	"strings"

	"github.com/geminid/geminid/chat"
)

// deliverSources sends the pages that the answer rests on, and lists them at the
// end of the text if the owner wants that.
func (r *answerReader) deliverSources() error {
	if len(r.sources) == 0 {
		return nil
	}
	sources := r.answer.FindSources(r.sources)
	if len(sources) == 0 {
		return nil
	}
	if r.t.c.cfg.ListSources {
		if err := r.t.sendEvent(chat.Event{Kind: chat.Text, Text: listSources(sources)}); err != nil {
			return err
		}
	}
	return r.t.sendEvent(chat.Event{Kind: chat.Cited, Sources: sources})
}

// listSources is a list of links in Markdown.
func listSources(sources []chat.Source) string {
	var b strings.Builder
	b.WriteString("\n\n")
	name := strings.NewReplacer("[", "(", "]", ")", "\n", " ")
	address := strings.NewReplacer(" ", "%20", "(", "%28", ")", "%29", "<", "%3C", ">", "%3E", "\n", "")
	for i, s := range sources {
		b.WriteString(strconv.Itoa(i+1) + ". [" + name.Replace(s.Name()) + "](" + address.Replace(s.URL) + ")\n")
	}
	return b.String()
}
