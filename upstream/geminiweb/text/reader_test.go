package text_test

import (
	"bytes"
	"strings"

	"github.com/geminid/geminid/upstream/geminiweb/frame"
	"github.com/geminid/geminid/upstream/geminiweb/text"
	"github.com/geminid/geminid/upstream/geminiweb/text/markup"
	"github.com/geminid/geminid/upstream/geminiweb/wire"
)

// step is what one frame added.
type step struct{ Text, Thoughts string }

// reader follows one answer, frame by frame.
type reader struct{ *text.Decoder }

func newReader() reader { return reader{text.NewDecoder(text.Incremental)} }

// newWholeReader returns nothing before the end.
func newWholeReader() reader { return reader{text.NewDecoder(text.AtEnd)} }

func (r reader) read(frame []byte) (step, bool) {
	delta, ok := r.DecodeFrame(frame)
	return step{string(delta.Text), string(delta.Thoughts)}, ok
}

// readInFull reads a frame without the fast path: no text frame of the upstream
// begins with a blank.
func (r reader) readInFull(frame []byte) (step, bool) {
	return r.read(append([]byte(" "), frame...))
}

func (r reader) flush() step {
	delta := r.Flush()
	return step{string(delta.Text), string(delta.Thoughts)}
}

// readAll reads frames and joins what they add. events counts the frames that
// added text.
func readAll(t failer, r reader, frames [][]byte) (all step, events int) {
	t.Helper()
	var texts, thoughts strings.Builder
	for _, frame := range frames {
		added, ok := r.read(frame)
		if !ok {
			t.Fatalf("refused %q", frame)
		}
		texts.WriteString(added.Text)
		thoughts.WriteString(added.Thoughts)
		if added.Text != "" {
			events++
		}
	}
	last := r.flush()
	return step{texts.String() + last.Text, thoughts.String() + last.Thoughts}, events
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// cleanAll cleans a complete text.
func cleanAll(s string) string {
	var c markup.Cleaner
	cleaned, _ := c.Clean(nil, []byte(s), true)
	return string(cleaned)
}

// readFrames cuts a body into its valid frames.
func readFrames(body []byte) (frames [][]byte) {
	r := frame.NewReader(bytes.NewReader(body))
	defer r.Release()
	for {
		piece, err := r.ReadFrame()
		switch {
		case err != nil:
			return frames
		case wire.ValidJSON(piece):
			frames = append(frames, bytes.Clone(piece))
		default:
			r.CutAgain()
		}
	}
}
