package wire

import "github.com/tidwall/gjson"

// Document is what the app opens beside the chat: Markdown, or code if its title
// is the name of a file.
type Document struct{ Title, Text string }

// readDocuments reads the documents of a candidate.
func readDocuments(v gjson.Result) []Document {
	var out []Document
	for _, row := range Elements(v) {
		out = append(out, Document{Title: DecodeString(At(row, 2)), Text: DecodeString(At(row, 4))})
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
func readSources(v gjson.Result) []Source {
	var out []Source
	for _, row := range Elements(v) {
		passage := DecodeString(At(row, 0, 0))
		for _, page := range Elements(At(row, 2)) {
			if url := DecodeString(At(page, 0)); url != "" && len(out) < sourceLimit {
				out = append(out, Source{URL: url, Title: DecodeString(At(page, 1)), Site: DecodeString(At(page, 6)), Passage: passage})
			}
		}
	}
	return out
}

// readCitations reads the pages behind the marks of citations, each
// [[mark], [[.., .., .., [[favicon, url, title]]], ...]].
func readCitations(v gjson.Result) []Source {
	var out []Source
	for _, group := range Elements(v) {
		mark := DecodeString(At(group, 0, 0))
		for _, page := range Elements(At(group, 1)) {
			page = At(page, 3, 0)
			if url := DecodeString(At(page, 1)); url != "" && len(out) < sourceLimit {
				out = append(out, Source{URL: url, Title: DecodeString(At(page, 2)), Mark: mark})
			}
		}
	}
	return out
}
