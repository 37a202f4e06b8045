package logwriter_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/geminid/geminid/internal/logwriter"
)

// sink is a destination that can hang and fail.
type sink struct {
	mu   sync.Mutex
	text bytes.Buffer
	open chan struct{} // nil or closed: it does not hang
	take int           // how many bytes are taken before fail is the answer
	fail error
}

func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	open := s.open
	s.mu.Unlock()
	if open != nil {
		<-open
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		n, _ := s.text.Write(p[:min(s.take, len(p))])
		return n, s.fail
	}
	return s.text.Write(p)
}

func (s *sink) answer(take int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.take, s.fail = take, err
}

func (s *sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// TestHungDestination: nothing waits for a destination that hangs, the buffer has a
// bound, and what was lost is counted and reported when it goes on.
func TestHungDestination(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &sink{open: make(chan struct{})}
		var reported []uint64
		var w *logwriter.Writer
		w = logwriter.New(logwriter.Config{Destination: out, Resumed: func(lost uint64) {
			reported = append(reported, lost)
			fmt.Fprintf(w, "lost %d\n", lost)
		}})
		line := strings.Repeat("x", 1023) + "\n"
		for range 1000 {
			if n, err := w.Write([]byte(line)); n != len(line) || err != nil {
				t.Fatalf("got %d, %v", n, err)
			}
		}
		synctest.Wait()
		if lost := w.LostRecords(); lost != 1000-256 {
			t.Errorf("%d records are lost, want all beyond 256 KiB", lost)
		}
		close(out.open)
		synctest.Wait()
		if err := w.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if got, want := out.String(), strings.Repeat(line, 256)+"lost 744\n"; got != want {
			t.Errorf("%d bytes came out, want the first 256 records and the number of the others", len(got))
		}
		if fmt.Sprint(reported) != "[744]" {
			t.Errorf("reported %v", reported)
		}
	})
}

// TestClose waits for the destination, but no longer than it is allowed to.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &sink{open: make(chan struct{})}
		w := logwriter.New(logwriter.Config{Destination: out})
		fmt.Fprintln(w, "last words")
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		start := time.Now()
		if err := w.Close(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 2*time.Second {
			t.Errorf("got %v after %s", err, time.Since(start))
		}
		fmt.Fprintln(w, "too late")
		close(out.open)
		if err := w.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if out.String() != "last words\n" || w.LostRecords() != 1 {
			t.Errorf("%q came out and %d are lost", out, w.LostRecords())
		}
	})
}

// TestRefusingDestination: what a destination refuses is counted, and half a record
// that it took spoils no other one.
func TestRefusingDestination(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &sink{}
		var reported []uint64
		w := logwriter.New(logwriter.Config{Destination: out, Resumed: func(lost uint64) { reported = append(reported, lost) }})
		write := func(text string) {
			fmt.Fprintln(w, text)
			synctest.Wait()
		}
		write("one")
		out.answer(3, io.ErrShortWrite)
		write("second")
		out.answer(0, io.ErrClosedPipe)
		write("third")
		out.answer(0, nil)
		write("four")
		write("five")
		if err := w.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if got := out.String(); got != "one\nsec\nfour\nfive\n" {
			t.Errorf("got %q", got)
		}
		if w.LostRecords() != 2 || fmt.Sprint(reported) != "[2]" {
			t.Errorf("%d are lost, reported %v", w.LostRecords(), reported)
		}
	})
}

// TestRecordIsCopied: the caller uses its buffer again.
func TestRecordIsCopied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &sink{open: make(chan struct{})}
		w := logwriter.New(logwriter.Config{Destination: out})
		buffer := []byte("a\n")
		_, _ = w.Write(buffer)
		buffer[0] = 'b'
		_, _ = w.Write(buffer)
		close(out.open)
		if err := w.Close(t.Context()); err != nil || out.String() != "a\nb\n" {
			t.Errorf("got %q, %v", out, err)
		}
	})
}
