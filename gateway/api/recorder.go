package api

import (
	"net/http"
	"time"
)

const (
	// writePatience is how long a reader may take nothing before its connection is
	// given up.
	writePatience = 30 * time.Second
	// extendEvery keeps a stream of small pieces from moving its deadline with
	// each of them.
	extendEvery = 2 * time.Second
)

// responseRecorder is a ResponseWriter that notes the status and gives each write
// a deadline, so that a reader that takes nothing frees its place.
type responseRecorder struct {
	http.ResponseWriter
	control  http.ResponseController
	status   int       // 0 until the header is written
	extended time.Time // when the write deadline was last moved
}

func newResponseRecorder(w http.ResponseWriter) *responseRecorder {
	return &responseRecorder{ResponseWriter: w, control: *http.NewResponseController(w)}
}

// Unwrap lets http.ResponseController reach the connection.
func (rec *responseRecorder) Unwrap() http.ResponseWriter { return rec.ResponseWriter }

// WriteHeader notes the status.
func (rec *responseRecorder) WriteHeader(status int) {
	if rec.status == 0 {
		rec.status = status
	}
	rec.ResponseWriter.WriteHeader(status)
}

// Write notes the status and moves the deadline.
func (rec *responseRecorder) Write(p []byte) (int, error) {
	if rec.status == 0 {
		rec.status = http.StatusOK
	}
	rec.moveDeadline()
	return rec.ResponseWriter.Write(p)
}

// moveDeadline moves the write deadline ahead of a write.
func (rec *responseRecorder) moveDeadline() {
	if now := time.Now(); now.Sub(rec.extended) >= extendEvery {
		rec.extended = now
		_ = rec.control.SetWriteDeadline(now.Add(writePatience)) // not every writer has deadlines
	}
}
