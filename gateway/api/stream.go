package api

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

const (
	// holdStatus is how long the status of a stream is held back: until then a
	// failure can still be sent with its own status. Some clients give up if no
	// header has come after 60 s.
	holdStatus = 10 * time.Second
	// beatEvery is the longest silence in a stream once its status was sent.
	beatEvery = 15 * time.Second
)

// stream writes one streamed answer and keeps it warm in silence. The answer's
// own goroutine writes the events; the heartbeat is a timer that takes the same
// lock, so that a stream costs no goroutine of its own.
type stream struct {
	rec     *record
	control http.ResponseController
	cancel  context.CancelCauseFunc // ends the upstream call if the reader is lost

	mu       sync.Mutex
	out      *streamWriter
	encoder  dialect.Encoder // writes to out
	timer    *time.Timer
	quiet    chan struct{} // closed by a beat that finds the stream done
	last     time.Time     // of the last write, before it of the start
	answered bool          // something of the answer was sent
	done     bool
	broken   error // why nothing can be written any more
}

// streamWriter is the writer of an encoder: it sends the status ahead of the first
// bytes. The stream that owns it holds its lock.
type streamWriter struct {
	w         http.ResponseWriter
	encoder   dialect.Encoder // for the media type
	served    chat.Served     // by which model
	committed bool            // the status was sent
	unflushed bool            // written since the last flush
}

// openStream begins a stream. Nothing is written yet. The caller must call
// stopHeartbeat.
func openStream(w http.ResponseWriter, st *requestState, call *dialect.Call, cancel context.CancelCauseFunc) *stream {
	out := &streamWriter{w: w}
	out.encoder = st.dialect.NewEncoder(call, out)
	s := &stream{
		rec: &st.record, control: *http.NewResponseController(w), cancel: cancel,
		out: out, encoder: out.encoder, quiet: make(chan struct{}), last: time.Now(),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.timer = time.AfterFunc(holdStatus, s.onSilence)
	return s
}

// writeEvents writes the events to their end. An answer that ends without Finish broke
// off, whatever the upstream says.
func (s *stream) writeEvents(events iter.Seq2[chat.Event, error]) error {
	finished := false
	for event, err := range events {
		if finished {
			continue // the answer was sent; later events change nothing
		}
		if err == nil {
			err = s.writeEvent(event)
		}
		if err != nil {
			return err
		}
		finished = event.Kind == chat.Finish
	}
	if !finished {
		return unfinishedError()
	}
	return nil
}

func unfinishedError() *chat.Error {
	return chat.NewError(chat.Upstream, "Gemini's answer broke off before its end; ask again")
}

func (s *stream) writeEvent(event chat.Event) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken != nil {
		return s.broken
	}
	if event.Kind == chat.Meta {
		s.out.served = event.Served
	}
	s.rec.noteEvent(event)
	if err := s.encoder.WriteEvent(event); err != nil {
		return s.abandonReader(err)
	}
	if !s.out.unflushed {
		return nil
	}
	if !s.answered {
		s.answered = true
		s.rec.first = time.Since(s.rec.started)
	}
	return s.flushWritten()
}

// Write implements io.Writer.
func (out *streamWriter) Write(p []byte) (int, error) {
	if !out.committed {
		out.sendStatus()
	}
	out.unflushed = true
	return out.w.Write(p)
}

func (out *streamWriter) sendStatus() {
	out.committed = true
	header := out.w.Header()
	header.Set("Content-Type", out.encoder.ContentType())
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // nginx would gather the stream
	setServedHeader(header, out.served)
	out.w.WriteHeader(http.StatusOK)
}

// flushWritten sends the bytes that were written. The caller holds the lock.
func (s *stream) flushWritten() error {
	s.out.unflushed = false
	s.last = time.Now()
	if err := s.control.Flush(); err != nil {
		return s.abandonReader(err)
	}
	return nil
}

// abandonReader notes that the reader is gone and ends the upstream call. The caller
// holds the lock.
func (s *stream) abandonReader(err error) error {
	s.broken = errClientGone
	if errors.Is(err, os.ErrDeadlineExceeded) {
		s.broken = errSlowClient
	}
	s.cancel(s.broken)
	return s.broken
}

// onSilence writes a ping if the stream was silent for long enough, and sets the
// timer for the next one.
func (s *stream) onSilence() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done {
		close(s.quiet)
		return
	}
	limit := beatEvery
	if !s.out.committed {
		limit = holdStatus
	}
	if left := limit - time.Since(s.last); left > 0 {
		s.timer.Reset(left)
		return
	}
	defer s.timer.Reset(beatEvery)
	if s.broken == nil {
		s.sendPing()
	}
}

// sendPing keeps the connection warm. The answer's goroutine finds a failure with
// its next event; a panic here would end the whole server.
func (s *stream) sendPing() {
	defer func() {
		if p := recover(); p != nil {
			_ = s.abandonReader(errPing)
		}
	}()
	if err := s.encoder.WritePing(); err != nil {
		_ = s.abandonReader(err)
		return
	}
	_ = s.flushWritten()
}

var errPing = errors.New("the heartbeat failed")

// stopHeartbeat ends the heartbeat and waits for one that is under way. Afterwards
// only the caller touches the stream. The second time it does nothing.
func (s *stream) stopHeartbeat() {
	s.mu.Lock()
	if s.done {
		s.mu.Unlock()
		return
	}
	s.done = true
	// The timer is set whenever the lock is free, so one that cannot be stopped has
	// a beat waiting for the lock.
	stopped := s.timer.Stop()
	s.mu.Unlock()
	if !stopped {
		<-s.quiet
	}
}

// writeFailure writes the failure into the stream. It is called after stopHeartbeat.
func (s *stream) writeFailure(err *chat.Error) {
	if s.broken != nil {
		return
	}
	if s.encoder.WriteError(err) == nil {
		_ = s.flushWritten() // the connection is cut next in any case
	}
}
