package openai

import (
	"slices"

	"github.com/geminid/geminid/chat"
)

// annotation is a page that the text rests on. Its indexes are characters.
type annotation struct {
	Type     string      `json:"type"`
	Citation urlCitation `json:"url_citation"`
}

type urlCitation struct {
	Start int    `json:"start_index"`
	End   int    `json:"end_index"`
	URL   string `json:"url"`
	Title string `json:"title"`
}

// chunkAnnotations is how many annotations one chunk of a stream holds: a line has
// to stay below 64 KiB.
const chunkAnnotations = 5

// newAnnotations returns one annotation for each passage of each source, and one at
// the beginning for a source without.
func newAnnotations(sources []chat.Source) []annotation {
	var out []annotation
	for _, s := range sources {
		passages := s.Passages
		if len(passages) == 0 {
			passages = []chat.Passage{{}}
		}
		for _, p := range passages {
			out = append(out, annotation{"url_citation", urlCitation{Start: p.FirstRune, End: p.EndRune, URL: s.URL, Title: s.Name()}})
		}
	}
	return out
}

// writeSources writes the annotations, in one Write.
func (e *streamEncoder) writeSources(sources []chat.Source) error {
	if len(sources) == 0 {
		return nil
	}
	e.begin()
	for some := range slices.Chunk(newAnnotations(sources), chunkAnnotations) {
		e.addEvent(e.newChunk(delta{Annotations: some}, nil))
	}
	return e.flush()
}
