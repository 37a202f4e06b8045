package text

import (
	"path"
	"strings"

	"github.com/geminid/geminid/upstream/geminiweb/text/markup"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

// documentPatience is how much the text behind the chip of a document must grow,
// in bytes, for the document to count as finished before the answer is.
const documentPatience = 256

// documents are what the app opens beside the chat. The text holds a chip at the
// place of each. There the document goes out as it grows, and the text behind it
// waits until the document is finished: the answer is complete, or has another
// document, or goes on for a while in the text alone. What of a document comes
// later goes out at the end, as does one that has no chip.
type documents struct {
	all    []document
	open   int // the one whose chip was reached, counted from 1; 0 for none
	behind int // how much text was behind its chip when it last grew
}

// document is one of them.
type document struct {
	text  tracker
	last  wire.Document
	fresh bool   // last holds something that was not passed on
	begun bool   // a part was passed on, and its end is due
	code  string // the language of a document that is code, "" for Markdown
	piece []byte // scratch
}

// codeFence begins and ends a document that is code. It is longer than the fences
// that code and its comments hold.
const codeFence = "`````"

// update takes over the documents of a frame.
func (ds *documents) update(frame []wire.Document) {
	for i, doc := range frame {
		if i == len(ds.all) {
			code := codeLanguage(doc.Title)
			ds.all = append(ds.all, document{code: code, text: tracker{raw: code != ""}})
		}
		if d := &ds.all[i]; doc.Text != "" && doc != d.last {
			d.last = wire.Document{Title: strings.Clone(doc.Title), Text: strings.Clone(doc.Text)}
			d.fresh = true
		}
	}
}

// codeLanguage returns what follows the fence of a document whose title is the
// name of a file of code, and "" for a document that is Markdown.
func codeLanguage(title string) string {
	ext := strings.TrimPrefix(path.Ext(title), ".")
	plain := strings.Trim(ext, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
	if !plain || len(ext) > 5 || ext == "md" || ext == "txt" || strings.ContainsAny(title, " \n") {
		return ""
	}
	return ext
}

// grow appends to dst the new part of the open document. It reports whether the
// document is finished; behind is the length of the text behind its chip.
func (ds *documents) grow(c *markup.Cleaner, dst []byte, behind int, final bool) ([]byte, bool) {
	d := &ds.all[ds.open-1]
	if d.fresh {
		ds.behind = behind
	}
	finished := final || ds.open < len(ds.all) || behind > ds.behind+documentPatience
	dst = d.emit(c, dst, finished)
	if finished {
		ds.open = 0
	}
	return dst, finished
}

// flush appends to dst what was not passed on yet of all documents.
func (ds *documents) flush(c *markup.Cleaner, dst []byte) []byte {
	for i := range ds.all {
		if ds.all[i].fresh {
			dst = ds.all[i].emit(c, dst, true)
		}
	}
	return dst
}

// emit appends the new part of a document to dst.
func (d *document) emit(c *markup.Cleaner, dst []byte, finished bool) []byte {
	piece := d.piece[:0]
	if d.fresh {
		piece = d.text.nextDelta(piece, []byte(d.last.Text), finished)
		d.fresh = false
	}
	if finished {
		piece = d.text.flushHeld(piece)
	}
	d.piece = piece
	begin := !d.begun && len(piece) > 0
	if begin && d.code != "" {
		dst = c.Insert(dst, []byte(codeFence+d.code+"\n"), true)
		begin = false
		d.begun = true
	}
	dst = c.Insert(dst, piece, begin)
	d.begun = d.begun || len(piece) > 0
	if finished && d.begun && d.code != "" {
		dst = c.Insert(dst, []byte("\n"+codeFence), false)
	}
	d.begun = d.begun && !finished
	return dst
}
