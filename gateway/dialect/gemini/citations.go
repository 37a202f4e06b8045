package gemini

import (
	"cmp"

	"github.com/geminid/geminid/chat"
)

// citations are the fields of a candidate that say which pages it rests on.
type citations struct {
	Grounding groundingMetadata `json:"groundingMetadata"`
	Citation  *citationMetadata `json:"citationMetadata,omitempty"`
}

type groundingMetadata struct {
	Chunks   []groundingChunk   `json:"groundingChunks"`
	Supports []groundingSupport `json:"groundingSupports,omitempty"`
}

type groundingChunk struct {
	Web webChunk `json:"web"`
}

type webChunk struct {
	URI   string `json:"uri"`
	Title string `json:"title"`
}

type groundingSupport struct {
	Segment segment `json:"segment"`
	Chunks  []int   `json:"groundingChunkIndices"`
}

// segment is a part of the text; its indexes are bytes.
type segment struct {
	Part  int    `json:"partIndex,omitempty"`
	Start int    `json:"startIndex"`
	End   int    `json:"endIndex"`
	Text  string `json:"text,omitempty"`
}

type citationMetadata struct {
	Sources []citationSource `json:"citationSources"`
}

type citationSource struct {
	Start int    `json:"startIndex"`
	End   int    `json:"endIndex"`
	URI   string `json:"uri"`
	Title string `json:"title,omitempty"`
}

// newCitations returns the fields for the sources of an answer, nil for none. If
// thoughts is set, the text is not the first part.
func newCitations(sources []chat.Source, thoughts bool) *citations {
	if len(sources) == 0 {
		return nil
	}
	part := 0
	if thoughts {
		part = 1
	}
	var out citations
	supports := make(map[[2]int]int) // by place
	for i, s := range sources {
		out.Grounding.Chunks = append(out.Grounding.Chunks, groundingChunk{webChunk{URI: s.URL, Title: cmp.Or(s.Title, s.Site)}})
		for _, p := range s.Passages {
			place := [2]int{p.Start, p.End}
			at, ok := supports[place]
			if !ok {
				at = len(out.Grounding.Supports)
				supports[place] = at
				out.Grounding.Supports = append(out.Grounding.Supports, groundingSupport{Segment: segment{Part: part, Start: p.Start, End: p.End, Text: p.Text}})
			}
			support := &out.Grounding.Supports[at]
			support.Chunks = append(support.Chunks, i)
			if out.Citation == nil {
				out.Citation = new(citationMetadata)
			}
			out.Citation.Sources = append(out.Citation.Sources, citationSource{Start: p.Start, End: p.End, URI: s.URL, Title: s.Title})
		}
	}
	return &out
}
