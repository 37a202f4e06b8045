package api

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/geminid/geminid/chat"
)

const (
	// bodyGrace and bodyRate are how slow a body may come: the first bytes within
	// the grace, then so many a second on average.
	bodyGrace = 10 * time.Second
	bodyRate  = 16 << 10
)

// bound puts the limits of size and speed around the body. It reads nothing.
func (x *exchange) bound(r *http.Request, limit int64) *chat.Error {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	// MaxBytesReader closes the connection only when it is given the writer of
	// net/http itself.
	bounded := http.MaxBytesReader(x.ResponseWriter, r.Body, limit)
	r.Body = &pacedBody{ReadCloser: bounded, control: x.control, began: time.Now()}
	if r.ContentLength > limit {
		x.Header().Set("Connection", "close")
		return tooLarge(limit)
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return chat.Fault(chat.MediaType, "compressed request bodies are not accepted; send the body without Content-Encoding")
	}
	return nil
}

func tooLarge(limit int64) *chat.Error {
	return chat.Fault(chat.TooLarge, fmt.Sprintf("the request body is longer than %d bytes; send fewer or smaller files", limit))
}

// pacedBody cuts a body that comes slower than bodyRate.
type pacedBody struct {
	io.ReadCloser
	control *http.ResponseController
	began   time.Time
	read    int64
}

func (b *pacedBody) Read(p []byte) (int, error) {
	b.pace()
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	if err == io.EOF {
		// From here on the connection is read only to see whether the client
		// leaves, and that may take as long as the answer.
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

func (b *pacedBody) pace() {
	due := b.began.Add(bodyGrace + time.Duration(b.read)*time.Second/bodyRate)
	_ = b.control.SetReadDeadline(due) // not every writer has deadlines
}

// buffers spare every body a buffer of its own; most bodies are far smaller.
var buffers = sync.Pool{New: func() any { b := make([]byte, 32<<10); return &b }}

// WriteTo implements io.WriterTo for io.Copy.
func (b *pacedBody) WriteTo(w io.Writer) (int64, error) {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	return io.CopyBuffer(w, struct{ io.Reader }{b}, *buffer)
}
