package signin

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/geminid/geminid/internal/printable"
)

const (
	// keptWords bounds how much of a browser's messages is kept, in bytes.
	keptWords = 4 << 10
	// shownWords bounds how much of it an error shows, in bytes.
	shownWords = 400
)

// lastWords keeps the end of a browser's standard error. It reads until
// [lastWords.close], because a process that the browser handed over to may write
// there too and must not break on a closed pipe.
type lastWords struct {
	reader, writer *os.File
	kept           []byte // read after done is closed
	done           chan struct{}
}

// listenForWords opens the pipe and starts to read it. The caller owns the result.
func listenForWords() (*lastWords, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("opening a pipe for the browser's messages: %w", err)
	}
	l := &lastWords{reader: r, writer: w, done: make(chan struct{})}
	go l.readAll()
	return l, nil
}

// readAll reads until the pipe is closed at one end.
func (l *lastWords) readAll() {
	defer close(l.done)
	buf := make([]byte, keptWords)
	for {
		n, err := l.reader.Read(buf)
		l.kept = append(l.kept, buf[:n]...)
		l.kept = l.kept[max(0, len(l.kept)-keptWords):]
		if err != nil {
			return
		}
	}
}

// close ends the reading. It may be called twice.
func (l *lastWords) close() {
	_ = l.writer.Close() // nothing was written on this side
	_ = l.reader.Close()
	<-l.done
}

// graceForWords is how long the last words may take to arrive if another process
// still holds the pipe.
const graceForWords = time.Second

// lastLines ends the reading and returns ": " and the last lines as one, shortened
// from the front; empty if nothing was written.
func (l *lastWords) lastLines() string {
	_ = l.writer.Close()
	select {
	case <-l.done:
	case <-time.After(graceForWords):
	}
	l.close()
	var lines []string
	for line := range strings.Lines(printable.Text(string(l.kept))) {
		if line = strings.TrimSpace(strings.ToValidUTF8(line, "")); line != "" {
			lines = append(lines, line)
		}
	}
	text := strings.Join(lines, "; ")
	for len(text) > shownWords && len(lines) > 1 {
		lines = lines[1:]
		text = strings.Join(lines, "; ")
	}
	if text == "" {
		return ""
	}
	return ": " + strings.ToValidUTF8(text[:min(len(text), shownWords)], "")
}
