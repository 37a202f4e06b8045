package geminiweb

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
)

// setBody sets the body of a request. The body can be had again until the first
// event is sent. From then on nothing of it is held, because a stream may take
// minutes.
func (t *streamCall) setBody(req *http.Request, s *session) {
	body := func() (*releasableBody, int64) {
		text := strings.NewReader(s.formBody(t.q.form))
		l := new(releasableBody)
		l.text.Store(text)
		return l, text.Size()
	}
	req.Body, req.ContentLength = body()
	req.GetBody = func() (io.ReadCloser, error) {
		again, _ := body()
		return again, nil
	}
}

// releasableBody is a request body that releases its text when it was read to the end,
// because HTTP/2 closes it only with the answer, and on Close, which a transport may
// call from any goroutine.
type releasableBody struct {
	text atomic.Pointer[strings.Reader]
}

// Read implements io.Reader.
func (l *releasableBody) Read(p []byte) (int, error) {
	text := l.text.Load()
	if text == nil {
		return 0, http.ErrBodyReadAfterClose
	}
	n, err := text.Read(p)
	if text.Len() == 0 {
		l.text.CompareAndSwap(text, &nothing)
	}
	return n, err
}

// nothing is what is left of a body that was read.
var nothing strings.Reader

// Close implements io.Closer.
func (l *releasableBody) Close() error {
	l.text.Store(nil)
	return nil
}
