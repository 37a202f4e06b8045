package simulator

import (
	"compress/gzip"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
)

// answer is the ResponseWriter of a call. It counts, compresses, chops and cuts the bytes that
// the handler writes, as the configuration and the faults say.
type answer struct {
	http.ResponseWriter
	c       *call
	out     io.Writer // gzip, chopper or the ResponseWriter
	zip     *gzip.Writer
	chop    *rand.Rand
	piece   int // longest piece when chopping
	left    int // bytes until cut strikes; below 0 never
	cut     Kind
	mute    bool // the answer is made and never sent
	status  int
	sent    int64
	frames  int
	outcome string // "" until something ends it early
}

func newAnswer(w http.ResponseWriter, c *call) *answer {
	a := &answer{ResponseWriter: w, c: c, out: w, left: -1, piece: c.s.cfg.Chop}
	for _, f := range c.faults {
		switch f.Kind {
		case Truncate, Stall, Reset:
			a.left, a.cut = f.Bytes, f.Kind
		case Chopped:
			a.piece = max(1, f.Bytes)
		case Lost:
			a.mute = true
		default: // faults of other places
		}
	}
	if a.piece > 0 {
		a.chop = newChopper(c.s.cfg.Seed)
	}
	return a
}

func newChopper(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

// chopInto cuts the rest of the body into pieces of 1 to n bytes.
func (a *answer) chopInto(n int) {
	a.piece = max(1, n)
	if a.chop == nil {
		a.chop = newChopper(a.c.s.cfg.Seed)
	}
}

// WriteHeader implements http.ResponseWriter.
func (a *answer) WriteHeader(status int) {
	if a.status != 0 {
		return
	}
	a.status = status
	if a.mute {
		return
	}
	if a.wantsZip() {
		a.Header().Set("Content-Encoding", "gzip")
		a.Header().Add("Vary", "Accept-Encoding")
		a.Header().Del("Content-Length")
		a.zip, _ = gzip.NewWriterLevel(a.ResponseWriter, gzip.BestSpeed)
		a.out = a.zip
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) wantsZip() bool {
	on := a.c.s.cfg.Gzip || a.c.hasFault(Compress)
	return on && strings.Contains(a.c.r.Header.Get("Accept-Encoding"), "gzip") &&
		a.status != http.StatusNoContent && a.status != http.StatusFound && a.c.route.op != OpMedia
}

// Write implements http.ResponseWriter. It returns errCut once a fault has
// ended the body; a handler that streams then stops.
func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	switch {
	case a.outcome != "":
		return 0, errCut
	case a.mute:
		return len(b), nil
	}
	if a.left >= 0 && len(b) >= a.left {
		err := a.writeBody(b[:a.left])
		if err == nil {
			err = a.strikeFault()
		}
		return 0, err
	}
	if a.left >= 0 {
		a.left -= len(b)
	}
	if err := a.writeBody(b); err != nil {
		return 0, err
	}
	return len(b), nil
}

// WriteString implements io.StringWriter.
func (a *answer) WriteString(s string) (int, error) { return a.Write([]byte(s)) }

func (a *answer) writeBody(b []byte) error {
	a.sent += int64(len(b))
	if a.chop == nil {
		_, err := a.out.Write(b)
		return err
	}
	for len(b) > 0 {
		n := min(len(b), 1+a.chop.IntN(a.piece))
		if _, err := a.out.Write(b[:n]); err != nil {
			return err
		}
		a.Flush()
		b = b[n:]
	}
	return nil
}

// strikeFault ends the body in the way of the fault that is due.
func (a *answer) strikeFault() error {
	a.Flush()
	switch a.cut {
	case Reset:
		a.c.resetConnection()
	case Stall:
		a.c.stallUntilLeft()
	default:
		a.outcome = "cut"
	}
	return errCut
}

// Flush implements http.Flusher.
func (a *answer) Flush() {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	if a.mute {
		return
	}
	if a.zip != nil {
		_ = a.zip.Flush()
	}
	// A writer that cannot flush delivers at once or at the end; both are fine.
	_ = http.NewResponseController(a.ResponseWriter).Flush()
}

// closeCompression writes the bytes that compression still holds.
func (a *answer) closeCompression() {
	if a.zip != nil && a.outcome == "" {
		_ = a.zip.Close()
	}
}

// abortConnection breaks the connection and does not return: over HTTP/1 with a TCP
// reset, else by the panic that net/http and RoundTrip understand.
func (a *answer) abortConnection() {
	if a.status != 0 && !a.mute {
		_ = http.NewResponseController(a.ResponseWriter).Flush()
	}
	if conn, _, err := http.NewResponseController(a.ResponseWriter).Hijack(); err == nil {
		raw := conn
		if wrapped, ok := conn.(interface{ NetConn() net.Conn }); ok {
			raw = wrapped.NetConn()
		}
		if tcp, ok := raw.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = raw.Close()
	}
	panic(http.ErrAbortHandler)
}

// refuseConnection makes the connection fail as if nothing listened. It does not return.
func (a *answer) refuseConnection() {
	if w, ok := a.ResponseWriter.(interface{ refuseConnection() }); ok {
		w.refuseConnection()
	}
	a.abortConnection()
}

func itoa(n int) string { return strconv.Itoa(n) }
