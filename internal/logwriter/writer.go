package logwriter

import (
	"context"
	"io"
	"sync"
)

// maxBuffered is the size of the buffer: some thousand lines.
const maxBuffered = 256 << 10

// Config is the input of [New].
type Config struct {
	// Destination gets each record by one call of Write. Required.
	Destination io.Writer
	// Resumed is called when all that waited could be written after records were lost,
	// with their number. It may write to the same Writer. nil calls nothing.
	Resumed func(lost uint64)
}

// Writer is an io.Writer that buffers records and passes them on by a goroutine.
type Writer struct {
	cfg  Config
	wake chan struct{} // a record is waiting, or the Writer is closed
	done chan struct{} // the goroutine has ended

	mu     sync.Mutex
	queue  [][]byte
	size   int // of the queue and of the record on its way, in bytes
	lost   uint64
	told   uint64 // of lost, to Resumed
	closed bool
}

// New starts a Writer. The caller ends it by [Writer.Close].
func New(c Config) *Writer {
	w := &Writer{cfg: c, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go w.passRecords()
	return w
}

// Write takes a copy of one record. It implements io.Writer; the error is always nil,
// because no writer of a log could do anything about it.
func (w *Writer) Write(record []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed || w.size+len(record) > maxBuffered {
		w.lost++
		return len(record), nil
	}
	w.queue, w.size = append(w.queue, append([]byte(nil), record...)), w.size+len(record)
	w.wakeUp()
	return len(record), nil
}

// LostRecords returns the number of records that were lost since the start.
func (w *Writer) LostRecords() uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lost
}

// Close takes no more records and waits until those in the buffer are written, or until
// ctx ends. Then the goroutine may still wait for the destination, which nothing but
// the end of the process interrupts.
func (w *Writer) Close(ctx context.Context) error {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.wakeUp()
	select {
	case <-w.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *Writer) wakeUp() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// passRecords writes the records to the destination until the Writer is closed and empty.
func (w *Writer) passRecords() {
	defer close(w.done)
	torn := false // the last record was written in part
	for {
		record, ok := w.nextRecord()
		if !ok {
			return
		}
		text := record
		if torn {
			text = append([]byte("\n"), record...) // which is no part of the next one
		}
		n, err := w.cfg.Destination.Write(text)
		torn = err != nil && (n > 0 || torn)
		w.finishRecord(len(record), err)
	}
}

// nextRecord waits for the oldest record; ok is false if none will come any more.
func (w *Writer) nextRecord() (record []byte, ok bool) {
	for {
		w.mu.Lock()
		waiting, closed := len(w.queue), w.closed
		if waiting > 0 {
			record, w.queue = w.queue[0], w.queue[1:]
		}
		w.mu.Unlock()
		if waiting > 0 || closed {
			return record, waiting > 0
		}
		<-w.wake
	}
}

// finishRecord makes room for further records, and reports those that were lost once the
// destination has taken everything again.
func (w *Writer) finishRecord(size int, err error) {
	w.mu.Lock()
	w.size -= size
	if err != nil {
		w.lost++
	}
	var news uint64
	if err == nil && len(w.queue) == 0 {
		news, w.told = w.lost-w.told, w.lost
	}
	w.mu.Unlock()
	if news > 0 && w.cfg.Resumed != nil {
		w.cfg.Resumed(news)
	}
}
