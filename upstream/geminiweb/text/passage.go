package text

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/upstream/geminiweb/text/markup"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

// Bounds of what is said about the sources of an answer, in bytes, so that it fits
// into one event of a stream.
const (
	sourceBytes  = 24 << 10 // addresses and titles
	passageBytes = 12 << 10 // texts of passages; the others keep their places
	passageLimit = 200      // passages, in number
	addressLimit = 2 << 10  // of one address
)

// FindSources returns the pages behind an answer, each once, with the passages of
// the text that rest on them. It is called after [Decoder.Flush]. If sent text was
// rewritten the places in it are unknown, and the pages have no passages.
func (d *Decoder) FindSources(found []wire.Source) []chat.Source {
	whole, marks := d.cleanAgain()
	f := finder{text: whole, marks: marks, byURL: make(map[string]int)}
	for _, s := range found {
		f.add(s)
	}
	return f.sources
}

// cleanAgain returns all text that was sent and the marks that were in it, or
// nothing if that cannot be found out any more.
func (d *Decoder) cleanAgain() ([]byte, []markup.Mark) {
	if d.text.rewritten {
		return nil, nil
	}
	if d.head > 0 {
		d.decodeKnown()
	}
	again := tracker{cleaner: markup.Cleaner{Cited: true, Verbatim: d.text.cleaner.Verbatim, Documents: len(d.text.documents.all)}}
	for _, doc := range d.text.documents.all {
		again.documents.update(append(make([]wire.Document, len(again.documents.all)), doc.last))
	}
	whole, _ := again.cleanText(nil, d.text.sent, true)
	whole = again.documents.flush(&again.cleaner, whole)
	if len(whole) != d.emitted {
		return nil, nil
	}
	return whole, again.cleaner.Marks()
}

// finder finds the places of passages.
type finder struct {
	text    []byte
	marks   []markup.Mark
	sources []chat.Source
	byURL   map[string]int

	next             int // where the search for the next passage begins
	size, said, many int // bytes of sources and of passages, number of passages
}

func (f *finder) add(s wire.Source) {
	if !strings.HasPrefix(s.URL, "https://") && !strings.HasPrefix(s.URL, "http://") {
		return
	}
	if len(s.URL) > addressLimit {
		s.URL, _, _ = strings.Cut(s.URL, "#") // what marks words in the page
	}
	if len(s.URL) > addressLimit {
		return
	}
	i, ok := f.byURL[s.URL]
	if !ok {
		if f.size += len(s.URL) + len(s.Title) + len(s.Site); f.size > sourceBytes {
			return
		}
		i = len(f.sources)
		f.byURL[strings.Clone(s.URL)] = i
		f.sources = append(f.sources, chat.Source{URL: strings.Clone(s.URL), Title: strings.Clone(s.Title), Site: strings.Clone(s.Site)})
	}
	start, end := f.find(s)
	if start >= end || f.many == passageLimit {
		return
	}
	passages := &f.sources[i].Passages
	for _, p := range *passages {
		if p.Start == start && p.End == end {
			return
		}
	}
	f.many++
	p := chat.Passage{Start: start, End: end, FirstRune: utf8.RuneCount(f.text[:start])}
	p.EndRune = p.FirstRune + utf8.RuneCount(f.text[start:end])
	if f.said+end-start <= passageBytes {
		f.said += end - start
		p.Text = string(f.text[start:end])
	}
	*passages = append(*passages, p)
}

// find returns the place of a passage, 0 and 0 if it is not there.
func (f *finder) find(s wire.Source) (start, end int) {
	if s.Passage == "" {
		return f.findMark(strings.TrimSpace(s.Mark))
	}
	c := markup.Cleaner{Cited: true}
	passage, _ := c.Clean(nil, []byte(s.Passage), true)
	if passage = bytes.TrimSpace(passage); len(passage) == 0 || len(f.text) == 0 {
		return 0, 0
	}
	i := bytes.Index(f.text[f.next:], passage)
	if i < 0 {
		f.next = 0
		i = bytes.Index(f.text, passage)
	}
	if i < 0 {
		return 0, 0
	}
	f.next += i
	return f.next, f.next + len(passage)
}

// findMark returns the place of the passage before a mark. The text may say where
// it begins; else that is the beginning of its line.
func (f *finder) findMark(text string) (start, end int) {
	for _, m := range f.marks {
		if m.Text != text {
			continue
		}
		if m.Start < 0 {
			m.Start = bytes.LastIndexByte(f.text[:m.End], '\n') + 1
		}
		passage := f.text[m.Start:m.End]
		return m.End - len(bytes.TrimLeft(passage, " \n")), m.End
	}
	return 0, 0
}
