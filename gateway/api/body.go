package api

import (
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/geminid/geminid/gateway/dialect"
)

// The limits of how slowly a body may come. Each byte moves the deadline ahead by
// its time at bodyRate, but no further than bodyWindow from now. So only the bytes
// that came lately count, and a client that sends much at once cannot be silent for
// long after it.
const (
	bodyGrace  = 10 * time.Second // for the first bytes
	bodyRate   = 16 << 10         // bytes a second
	bodyWindow = 20 * time.Second
)

// boundBody puts the limits of size, speed and memory around the body. It reads
// nothing.
func boundBody(w http.ResponseWriter, r *http.Request, limit int64) error {
	return paceBody(w, r, limit, stateOf(r).reserveMemory)
}

// paceBody puts the limits of size and speed around the body. reserve is called with the
// memory that is about to be used for what came.
func paceBody(w http.ResponseWriter, r *http.Request, limit int64, reserve func(bytes int64) error) error {
	if r.Body == nil || r.Body == http.NoBody {
		return nil
	}
	// MaxBytesReader closes the connection only if it gets the writer of net/http
	// itself.
	bounded := http.MaxBytesReader(innermostWriter(w), r.Body, limit)
	r.Body = &pacedBody{
		ReadCloser: bounded, header: w.Header(), control: *http.NewResponseController(w),
		reserve: reserve, due: time.Now().Add(bodyGrace),
	}
	if r.ContentLength > limit {
		w.Header().Set("Connection", "close")
		return dialect.BodyTooLong(limit)
	}
	return dialect.CheckEncoding(r)
}

// innermostWriter returns the writer of net/http itself.
func innermostWriter(w http.ResponseWriter) http.ResponseWriter {
	for {
		wrapper, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return w
		}
		w = wrapper.Unwrap()
	}
}

// pacedBody cuts a body that comes slower than bodyRate, and reserves memory for it
// as it comes, whatever length it claims to have.
type pacedBody struct {
	io.ReadCloser
	header  http.Header // of the answer
	control http.ResponseController
	reserve func(bytes int64) error
	due     time.Time // the end of patience
}

// Read implements io.Reader.
func (b *pacedBody) Read(p []byte) (int, error) {
	_ = b.control.SetReadDeadline(b.due) // not every writer has deadlines
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.extendDeadline(n)
		if full := b.reserve(int64(n) * bodyCopies); full != nil {
			b.header.Set("Connection", "close") // the rest is not waited for
			return 0, full
		}
	}
	if err == io.EOF {
		// From here on the connection is read only to see if the client leaves, and
		// that may take as long as the answer.
		_ = b.control.SetReadDeadline(time.Time{})
	}
	return n, err
}

func (b *pacedBody) extendDeadline(n int) {
	b.due = b.due.Add(time.Duration(n) * time.Second / bodyRate)
	if latest := time.Now().Add(bodyWindow); b.due.After(latest) {
		b.due = latest
	}
}

// buffers spare every body a buffer of its own; most bodies are far smaller.
var buffers = sync.Pool{New: func() any { b := make([]byte, 32<<10); return &b }}

// WriteTo implements io.WriterTo for io.Copy.
func (b *pacedBody) WriteTo(w io.Writer) (int64, error) {
	buffer := buffers.Get().(*[]byte)
	defer buffers.Put(buffer)
	return io.CopyBuffer(w, struct{ io.Reader }{b}, *buffer)
}
