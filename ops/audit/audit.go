package audit

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

// Config says where the log is and how large it may become.
type Config struct {
	// Path is the newest file; older ones lie beside it as NAME-1.log, NAME-2.log
	// and so on, the highest number the youngest. Required.
	Path string
	// MaxBytes is the size at which a file is put aside; zero means 4 MiB.
	MaxBytes int64
	// Keep is how many files are kept that were put aside; zero means 8.
	Keep int
	// NoSync leaves out fsync: fast, and safe against a crash of the process but
	// not of the machine. The zero value syncs every line.
	NoSync bool
	// Now is the wall clock; nil means time.Now.
	Now func() time.Time
}

// Log is an open audit log. It is safe for concurrent use by one process; the caller
// makes sure that no second one writes (the lock of the state directory).
type Log struct {
	cfg Config

	mu    sync.Mutex
	file  *os.File // nil if closed
	size  int64    // of whole lines
	end   chain    // after the last line
	first uint64   // number of the oldest entry, 0 of an empty log
	dirty bool     // half a line may lie behind size
}

// ErrClosed is the error of a Log that was closed.
var ErrClosed = errors.New("the audit log is closed")

// Open opens the log or begins one. It verifies the newest file. A last line that a
// crash cut short is removed and the loss recorded as an entry of the kind Recovered;
// any other line that is wrong is a *BrokenError. A file that is no regular one, or
// cannot be read, is an error too and left alone.
func Open(c Config) (*Log, error) {
	if c.Path == "" {
		return nil, errors.New("opening the audit log: no path given")
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = 4 << 20
	}
	if c.Keep == 0 {
		c.Keep = 8
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	l := &Log{cfg: c, end: chainStart(0)}
	if err := l.openNewest(); err != nil {
		if l.file != nil {
			_ = l.file.Close()
		}
		return nil, fmt.Errorf("opening the audit log: %w", err)
	}
	return l, nil
}

// Append adds one entry. kind is a word, account may be empty, fields may be nil;
// none of them may hold a secret. If Append returns nil the entry is on the disk; if
// it fails the log is as it was before.
func (l *Log) Append(kind, account string, fields map[string]string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return ErrClosed
	}
	if err := l.appendLocked(kind, account, fields); err != nil {
		return fmt.Errorf("writing the audit log: %w", err)
	}
	return nil
}

func (l *Log) appendLocked(kind, account string, fields map[string]string) error {
	if kind == "" {
		return errors.New("an entry needs a kind")
	}
	line, hash, err := encodeLine(record{
		Seq: l.end.seq + 1, Time: l.cfg.Now().UTC(), Kind: kind, Account: account, Fields: fields, Prev: l.end.hash,
	})
	if err != nil {
		return err
	}
	if err := l.trimLocked(); err != nil {
		return err
	}
	if l.size > 0 && l.size+int64(len(line)) > l.cfg.MaxBytes {
		if err := l.rotateLocked(); err != nil {
			return err
		}
	}
	if err := l.writeLocked(line); err != nil {
		l.dirty = true
		_ = l.trimLocked() // else before the next line
		return err
	}
	l.size += int64(len(line))
	l.end = chain{seq: l.end.seq + 1, hash: hash}
	l.first = cmp.Or(l.first, l.end.seq)
	l.writeHeadLocked()
	return nil
}

// writeHeadLocked keeps the head. A head that cannot be written lags behind until the
// next entry, which is better than to refuse the entry.
func (l *Log) writeHeadLocked() {
	_ = writeHead(l.cfg.Path, head{First: l.first, Seq: l.end.seq, Hash: l.end.hash}, !l.cfg.NoSync)
}

// trimLocked removes the part of a line that could not be written whole: the next
// line would continue it.
func (l *Log) trimLocked() error {
	if !l.dirty {
		return nil
	}
	if err := l.file.Truncate(l.size); err != nil {
		return err
	}
	l.dirty = false
	return nil
}

func (l *Log) writeLocked(line []byte) error {
	if _, err := l.file.Write(line); err != nil {
		return err
	}
	if l.cfg.NoSync {
		return nil
	}
	return l.file.Sync()
}

// Head returns the number and the hash of the last entry. Noted elsewhere, they pin
// the whole log.
func (l *Log) Head() (seq uint64, hash string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.end.seq, l.end.hash
}

// Close ends the log. Later Appends fail with ErrClosed; a second Close does
// nothing.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	err := l.file.Close()
	l.file = nil
	return err
}
