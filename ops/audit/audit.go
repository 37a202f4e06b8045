package audit

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/geminid/geminid/internal/statefile"
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

func (l *Log) openNewest() error {
	if err := l.inheritChain(); err != nil {
		return err
	}
	_, statErr := os.Lstat(l.cfg.Path)
	file, err := statefile.Open(l.cfg.Path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if statefile.IsDamaged(err) {
		return fmt.Errorf("%s: %w; put it and its .head file aside, and another one is begun", l.cfg.Path, err)
	}
	if err != nil {
		return statefile.WithRemedy(err)
	}
	l.file = file
	known, haveHead, err := readHead(l.cfg.Path)
	if err != nil {
		return err
	}
	if errors.Is(statErr, os.ErrNotExist) {
		if l.end.seq < known.Seq {
			return known.missing(l.cfg.Path, "the newest file is not there")
		}
		l.first = known.First
		return l.syncDir()
	}
	l.end.head = known
	part, err := verifyFile(file, l.cfg.Path, l.end)
	if err != nil {
		return err
	}
	l.size, l.end, l.first = part.size, part.chain, known.First
	switch {
	case l.end.seq < known.Seq && l.cfg.NoSync:
		// Entries that were not synced may be lost with the machine. The loss is
		// recorded.
		return l.appendLocked(Recovered, "", map[string]string{"lost_entries": fmt.Sprint(known.Seq - l.end.seq)})
	case l.end.seq < known.Seq:
		return known.missing(l.cfg.Path, fmt.Sprintf("the log ends with entry %d", l.end.seq))
	case !haveHead && l.end.seq > 0:
		if l.first, err = firstOf(l.cfg.Path); err != nil {
			return err
		}
		l.writeHeadLocked()
	}
	if part.torn == 0 {
		return nil
	}
	if err := l.file.Truncate(l.size); err != nil {
		return err
	}
	return l.appendLocked(Recovered, "", map[string]string{"cut_bytes": fmt.Sprint(part.torn)})
}

// inheritChain takes over the end of the chain from the youngest file that was put
// aside: the newest file goes on from there.
func (l *Log) inheritChain() error {
	older, err := listOlder(l.cfg.Path)
	if err != nil || len(older) == 0 {
		return err
	}
	youngest, number := older[len(older)-1].path, older[len(older)-1].number
	file, err := statefile.Open(youngest, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	part, err := verifyFile(file, youngest, chainStart(number))
	if err != nil {
		return err
	}
	if part.torn > 0 {
		return &BrokenError{File: youngest, Line: part.lines + 1, Reason: "the line is cut short"}
	}
	l.end = part.chain
	return nil
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

// rotateLocked puts the newest file aside and begins another. The order of the
// steps is such that a crash between any two of them leaves a log that opens.
func (l *Log) rotateLocked() error {
	older, err := listOlder(l.cfg.Path)
	if err != nil {
		return err
	}
	number := 1
	if len(older) > 0 {
		number = older[len(older)-1].number + 1
	}
	if err := os.Rename(l.cfg.Path, olderPath(l.cfg.Path, number)); err != nil {
		return err
	}
	file, err := os.OpenFile(l.cfg.Path, os.O_RDWR|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return errors.Join(err, os.Rename(olderPath(l.cfg.Path, number), l.cfg.Path))
	}
	_ = l.file.Close() // every line of it is synced
	l.file, l.size = file, 0
	for n := range len(older) + 1 - l.cfg.Keep {
		_ = os.Remove(older[n].path) // tried again next time
	}
	if first, err := firstOf(l.cfg.Path); err == nil && first > 0 {
		l.first = first
	}
	return l.syncDir()
}

func (l *Log) syncDir() error {
	if l.cfg.NoSync {
		return nil
	}
	dir, err := os.Open(filepath.Dir(l.cfg.Path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
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
