package wire

// Document is what the app opens beside the chat: Markdown, or code if its title
// is the name of a file.
type Document struct{ Title, Text string }

// readDocuments reads the documents of a candidate.
func readDocuments(v value) []Document {
	var out []Document
	for e := v.elements(); e.next(); {
		row := e.value
		out = append(out, Document{Title: row.at(2).text(), Text: row.at(4).text()})
	}
	return out
}

// sourceLimit bounds the sources of an answer that are read.
const sourceLimit = 500

// Source is a page that a passage of the answer rests on.
type Source struct {
	// URL is the address of the page, Title its title, Site the name of the site.
	URL, Title, Site string
	// Passage is the passage as it stands in the text, Mark the mark behind it. One
	// of them is "".
	Passage, Mark string
}

// readSources reads the passages that the upstream found pages for, each
// [[passage], [n], [[url, title, favicon, snippet, ..., site], ...]].
func readSources(v value) []Source {
	var out []Source
	for e := v.elements(); e.next(); {
		row := e.value
		passage := row.at(0, 0).text()
		for pages := row.at(2).elements(); pages.next(); {
			page := pages.value
			if url := page.at(0).text(); url != "" && len(out) < sourceLimit {
				out = append(out, Source{URL: url, Title: page.at(1).text(), Site: page.at(6).text(), Passage: passage})
			}
		}
	}
	return out
}

// readCitations reads the pages behind the marks of citations, each
// [[mark], [[.., .., .., [[favicon, url, title]]], ...]].
func readCitations(v value) []Source {
	var out []Source
	for e := v.elements(); e.next(); {
		group := e.value
		mark := group.at(0, 0).text()
		for pages := group.at(1).elements(); pages.next(); {
			page := pages.value.at(3, 0)
			if url := page.at(1).text(); url != "" && len(out) < sourceLimit {
				out = append(out, Source{URL: url, Title: page.at(2).text(), Mark: mark})
			}
		}
	}
	return out
}
