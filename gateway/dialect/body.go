package dialect

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"slices"
)

// Body is an encoded answer or error: JSON text, and between its pieces the
// bytes of files, which become base64 only while the body is written. So a
// picture is never held a second time. A Body is immutable, shares the files
// with the answer it was made of, and can be written any number of times.
type Body struct {
	texts [][]byte // one more than files
	files [][]byte
}

// Content is the value of a JSON string that has files in it, piece by piece.
type Content []Piece

// Piece is text, or the base64 of a file if Text is empty.
type Piece struct {
	Text string
	File []byte
}

// NewBody encodes v, which must be made of strings, numbers, booleans and
// structs, lists and pointers of them.
func NewBody(v any) Body {
	return Body{texts: [][]byte{append(AppendJSON(make([]byte, 0, 1<<10), v), '\n')}}
}

// unfilled is the value of fields that NewFilledBody fills. It is random, so that no
// text of a client or of the model is taken for it.
var unfilled = "unfilled-" + rand.Text()

// Unfilled returns the value of string fields whose content [NewFilledBody] writes.
func Unfilled() string { return unfilled }

// NewFilledBody encodes v like NewBody and puts contents in the place of the strings
// that are [Unfilled], in the order in which these are written. It panics if v has
// another number of them.
func NewFilledBody(v any, contents ...Content) Body {
	parts := bytes.Split(AppendJSON(make([]byte, 0, 1<<10), v), []byte(`"`+unfilled+`"`))
	if len(parts) != len(contents)+1 {
		panic(fmt.Sprintf("dialect: %d unfilled fields for %d contents", len(parts)-1, len(contents)))
	}
	b := Body{texts: [][]byte{parts[0]}}
	for i, content := range contents {
		b.addText(`"`)
		for _, piece := range content {
			if piece.Text != "" {
				b.addText(string(appendEscaped(nil, piece.Text)))
				continue
			}
			b.files = append(b.files, piece.File)
			b.texts = append(b.texts, nil)
		}
		b.addText(`"` + string(parts[i+1]))
	}
	b.addText("\n")
	return b
}

func (b *Body) addText(text string) {
	last := len(b.texts) - 1
	b.texts[last] = append(b.texts[last], text...)
}

// AppendJSON appends v on one line, for every reader of lines: encoding/json
// leaves U+0085 as it is, at which Python ends one. It panics if v is not of the
// types that [NewBody] takes.
func AppendJSON(dst []byte, v any) []byte {
	text := bytes.NewBuffer(dst)
	encoder := json.NewEncoder(text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		panic("dialect: " + err.Error())
	}
	line := bytes.TrimSuffix(text.Bytes(), []byte("\n"))
	if bytes.Contains(line[len(dst):], []byte("\u0085")) {
		line = append(line[:len(dst):len(dst)], bytes.ReplaceAll(line[len(dst):], []byte("\u0085"), []byte(nextLine))...)
	}
	return line
}

// Len returns the number of bytes that WriteTo writes.
func (b Body) Len() int64 {
	var n int64
	for _, text := range b.texts {
		n += int64(len(text))
	}
	for _, file := range b.files {
		n += int64(base64.StdEncoding.EncodedLen(len(file)))
	}
	return n
}

// WriteTo writes the body, files in pieces of 48 KiB. It implements
// [io.WriterTo].
func (b Body) WriteTo(w io.Writer) (n int64, err error) {
	write := func(text []byte) bool {
		if len(text) == 0 {
			return true
		}
		var wrote int
		wrote, err = w.Write(text)
		n += int64(wrote)
		return err == nil
	}
	for i, text := range b.texts {
		if !write(text) {
			return n, err
		}
		if i == len(b.files) {
			break
		}
		buf := make([]byte, 0, base64.StdEncoding.EncodedLen(min(len(b.files[i]), pieceBytes)))
		for piece := range FilePieces(b.files[i]) {
			if !write(base64.StdEncoding.AppendEncode(buf, piece)) {
				return n, err
			}
		}
	}
	return n, nil
}

// pieceBytes is the size of a piece of a file: a multiple of 3, so that base64
// needs no padding in between, and below 64 KiB when encoded, because Open WebUI
// gives up on a line of 128 KiB.
const pieceBytes = 36 << 10

// FilePieces returns a file in pieces whose base64, put together, is that of the
// whole file, each of 48 KiB at most.
func FilePieces(data []byte) iter.Seq[[]byte] { return slices.Chunk(data, pieceBytes) }
