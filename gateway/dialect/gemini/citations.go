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

// places are the places of the text of an answer in its parts, in their order.
type places []place

// place says that the text of an answer from the byte from on is in a part, where it
// has moved to the left by so many bytes.
type place struct{ part, from, moved int }

func (ps *places) add(part, from, moved int) { *ps = append(*ps, place{part, from, moved}) }

// find returns the segment of a passage. Without places it is where it is in the text.
func (ps places) find(p chat.Passage) segment {
	var at place
	for _, next := range ps {
		if next.from > p.Start {
			break
		}
		at = next
	}
	return segment{Part: at.part, Start: p.Start - at.moved, End: p.End - at.moved, Text: p.Text}
}

// newCitations returns the fields for the sources of an answer, nil for none.
func newCitations(sources []chat.Source, places places) *citations {
	if len(sources) == 0 {
		return nil
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
				out.Grounding.Supports = append(out.Grounding.Supports, groundingSupport{Segment: places.find(p)})
			}
			support := &out.Grounding.Supports[at]
			support.Chunks = append(support.Chunks, i)
			if out.Citation == nil {
				out.Citation = new(citationMetadata)
			}
			out.Citation.Sources = append(out.Citation.Sources, citationSource{Start: support.Segment.Start, End: support.Segment.End, URI: s.URL, Title: s.Title})
		}
	}
	return &out
}
