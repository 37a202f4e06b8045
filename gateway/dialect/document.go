package dialect

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"io"
)

// Document is an answer with files in it: JSON text, and between its pieces the
// bytes that are spelled as base64 while it is written. So a picture is never
// held a second time.
type Document struct {
	texts [][]byte // one more than files
	files [][]byte
}

// newDocument makes a document of what fill returns for encoding/json. Each call
// of file gives a stand-in for one file's base64, to be put into a string; the
// calls come in the order in which the stand-ins are written.
func newDocument(fill func(file func(data []byte) string) any) *Document {
	d := new(Document)
	mark := rand.Text() // nothing that an answer could hold
	v := fill(func(data []byte) string {
		d.files = append(d.files, data)
		return mark
	})
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v) // strings, numbers and lists of them
	d.texts = bytes.Split(text.Bytes(), []byte(mark))
	return d
}

// Len is how many bytes WriteTo writes.
func (d *Document) Len() int64 {
	var n int64
	for _, text := range d.texts {
		n += int64(len(text))
	}
	for _, file := range d.files {
		n += int64(base64.StdEncoding.EncodedLen(len(file)))
	}
	return n
}

// WriteTo writes the document in pieces of some 48 KiB. It implements
// io.WriterTo.
func (d *Document) WriteTo(w io.Writer) (n int64, err error) {
	out := spelled{w: w}
	for i, text := range d.texts {
		out.text(text)
		if i < len(d.files) {
			out.base64(d.files[i])
		}
	}
	return out.n, out.err
}

// MarshalJSON is for whoever puts a document into another one.
func (d *Document) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	_, err := d.WriteTo(&b)
	return b.Bytes(), err
}

// spelled writes text and base64 until the first error.
type spelled struct {
	w   io.Writer
	n   int64
	err error
}

func (s *spelled) text(b []byte) {
	if s.err != nil || len(b) == 0 {
		return
	}
	n, err := s.w.Write(b)
	s.n, s.err = s.n+int64(n), err
}

// base64 spells data piece by piece through a buffer of one piece.
func (s *spelled) base64(data []byte) {
	buf := make([]byte, 0, base64.StdEncoding.EncodedLen(min(len(data), pieceBytes)))
	for piece := range pieces(data) {
		s.text(base64Of(buf[:0], piece))
	}
}
