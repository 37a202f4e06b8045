package simulator

import (
	"fmt"
	"net/http"
	"strconv"
	"sync"
)

const prologue = ")]}'\n\n"

// frames writes an answer's JSON arrays in the length-prefixed form, or, for a
// request without rt=c, gathers them into the one array of the older form.
type frames struct {
	c       *call
	chunked bool
	total   int // bytes written so far
	written int // rows written so far
	skew    int // added to every announced length
	garble  int // frame to break, counted from 1; 0 breaks none
	count   int
	head    []byte // bytes due before the next frame
	rows    []byte // of the older form
}

// framePool lends the buffers in which frames are put together: the last frame
// of a long answer is as long as the answer.
var framePool = sync.Pool{New: func() any { return new([]byte) }}

// newFrames writes the headers. Nothing reaches the client before a frame.
func (c *call) newFrames(status int) *frames {
	h := c.w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="response.bin"`)
	h.Set("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Server", "ESF")
	c.w.WriteHeader(status)
	f := &frames{c: c, chunked: c.wantsChunks() || status != http.StatusOK, head: []byte(prologue), total: len(prologue)}
	if off, ok := c.firstFault(LengthOff); ok {
		f.skew = off.Code
		if f.skew == 0 {
			f.skew = 1
		}
	}
	if c.hasFault(Malformed) {
		f.garble = 2
	}
	return f
}

// rowsOf writes one frame that holds the given rows.
func (f *frames) rowsOf(rows ...[]byte) error {
	parts := make([][]byte, 0, 2*len(rows)+1)
	n := 1 + len(rows)
	f.written += len(rows) - 1
	for i, row := range rows {
		sep := []byte{','}
		if i == 0 {
			sep[0] = '['
		}
		parts = append(parts, sep, row)
		n += utf16Length(row)
	}
	return f.writeFrame(n, append(parts, []byte{']'})...)
}

// writeFrame writes one frame made of parts, whose length in UTF-16 units is n.
func (f *frames) writeFrame(n int, parts ...[]byte) error {
	f.count++
	f.written++
	f.c.w.frames++
	if !f.chunked {
		return f.gatherRow(parts)
	}
	lent := framePool.Get().(*[]byte)
	defer framePool.Put(lent)
	b := (*lent)[:0]
	b = append(b, f.head...)
	f.head = nil
	frame := len(b)
	b = strconv.AppendInt(b, int64(n+2+f.skew), 10)
	b = append(b, '\n')
	start := len(b)
	for _, p := range parts {
		b = append(b, p...)
	}
	if f.count == f.garble {
		breakJSON(b[start:])
	}
	b = append(b, '\n')
	*lent = b
	f.total += len(b) - frame
	if _, err := f.c.w.Write(b); err != nil {
		return err
	}
	f.c.w.Flush()
	return nil
}

// gatherRow keeps a frame's rows for the end.
func (f *frames) gatherRow(parts [][]byte) error {
	if len(f.rows) > 0 {
		f.rows = append(f.rows, ',')
	}
	start := len(f.rows)
	for _, p := range parts {
		f.rows = append(f.rows, p...)
	}
	// Take the frame's own brackets off.
	copy(f.rows[start:], f.rows[start+1:])
	f.rows = f.rows[:len(f.rows)-2]
	return nil
}

// breakJSON spoils a frame without changing its length or its end of line.
func breakJSON(b []byte) {
	for i, c := range b {
		if c == ',' || c == ':' {
			b[i] = ';'
			return
		}
	}
}

// closeStream writes the timing frame and the end frame.
func (f *frames) closeStream() {
	if f.timingRow() == nil {
		f.writeEnd()
	}
}

func (f *frames) timingRow() error {
	ms := int(20 + f.c.s.serial.Add(1)%200)
	number := int64(f.c.s.nextNumber())
	return f.rowsOf(encodeJSON([]any{"di", ms}), encodeJSON([]any{"af.httprm", ms - 1, strconv.FormatInt(number, 10), 7}))
}

// writeEnd writes the frame that holds how many rows and how many bytes the whole
// body has, itself included; in the older form it writes the body.
func (f *frames) writeEnd() {
	if !f.chunked {
		_, _ = fmt.Fprintf(f.c.w, "%s[%s]", prologue, f.rows)
		return
	}
	row := func(total int) []byte { return fmt.Appendf(nil, `["e",%d,null,null,%d]`, f.written+1, total) }
	total := f.total
	for range 3 { // the number's own digits count as well
		n := len(row(total)) + 2
		total = f.total + len(strconv.Itoa(n+2)) + n + 2
	}
	_ = f.rowsOf(row(total))
}

// badRequest is the upstream's 400.
func (c *call) badRequest(why string) {
	c.noteEntry(func(e *Entry) { e.Refusal = why })
	f := c.newFrames(http.StatusBadRequest)
	row := []any{"er", nil, nil, nil, nil, 400, nil, nil, nil, 3}
	if c.alive && (c.s.cfg.HandOutToken || c.hasFault(HandOut)) {
		row[9] = []any{object{48448350: []any{"xsrf", c.pageToken(), []string{c.who.Account}}}}
	}
	number := strconv.FormatInt(int64(c.s.nextNumber()), 10)
	_ = f.rowsOf(encodeJSON(row), encodeJSON([]any{"di", 11}), encodeJSON([]any{"af.httprm", 10, number, 16}))
	f.writeEnd()
}

// errorRow is a refusal with a code of the service's own.
func errorRow(status, code int) []byte {
	return fmt.Appendf(nil, `["wrb.fr",null,null,null,null,[%d,null,[["type.googleapis.com/assistant.boq.bard.application.BardErrorInfo",[%d]]]]]`, status, code)
}

// statusRow is a refusal with a bare status.
func statusRow(status int) []byte {
	return fmt.Appendf(nil, `["wrb.fr",null,null,null,null,[%d]]`, status)
}

// bodyRow is a row of StreamGenerate with its body.
func bodyRow(body any) []byte {
	b := append([]byte(nil), `["wrb.fr",null,"`...)
	return append(appendNested(b, encodeJSON(body)), `"]`...)
}

// rowError answers with one error row and nothing else.
func (c *call) rowError(status, code int, why string) {
	c.noteEntry(func(e *Entry) { e.Refusal = why })
	f := c.newFrames(http.StatusOK)
	row := errorRow(status, code)
	if code == 0 {
		row = statusRow(status)
	}
	_ = f.rowsOf(row)
	f.closeStream()
}
