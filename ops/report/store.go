package report

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/google/renameio/v2"

	"github.com/geminid/geminid/internal/statefile"
)

const (
	// defaultMaxBytes bounds the file unless Config does, retention how far back it
	// reaches.
	defaultMaxBytes = 5_000_000
	retention       = 400 * 24 * time.Hour
	// fullDetailFor is how long the hours keep the figures that only the latest need.
	fullDetailFor = 48 * time.Hour
	// A rewritten file leaves one part in headroom of its size free for the parts
	// of the day that follows.
	headroomDivisor = 80
)

// Config says where the figures are kept.
type Config struct {
	// Path is the file. Required.
	Path string
	// MaxBytes bounds the file; zero means 5 MB.
	MaxBytes int
	// NoSync leaves out fsync: safe against a crash of the process but not of
	// the machine.
	NoSync bool
	// Now is the wall clock; nil means time.Now.
	Now func() time.Time
	// Logger gets a line about a file that was set aside; nil discards it.
	Logger *slog.Logger
}

// Store is the file of hourly figures. A part of an hour is one appended line; once a
// day the file is written anew with one line an hour, and hours older than 400 days
// are dropped. It is safe for concurrent use by one process; the lock of the state
// directory keeps others out.
type Store struct {
	cfg Config

	mu   sync.Mutex
	file *os.File // nil if closed
	size int64    // of whole lines
	day  int64    // on which the file was last written anew
	sent int64
}

// ErrClosed is the error of a Book that was closed.
var ErrClosed = errors.New("the file of hourly figures is closed")

// OpenStore opens the file or begins one. A line that a crash cut short is removed. A
// file that is no regular one, or has lines that are not understood, is set aside
// under the name PATH.broken, or PATH.broken-2 and so on where that is taken, which
// is said; the other lines stay in use. A file that is there and cannot be read is
// left alone: the error says so, and Open may be tried again.
func OpenStore(c Config) (*Store, error) {
	if c.Path == "" {
		return nil, errors.New("opening the hourly figures: no path given")
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = defaultMaxBytes
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	b := &Store{cfg: c}
	held, err := readFile(c.Path)
	if statefile.IsUnreadable(err) {
		return nil, fmt.Errorf("opening the hourly figures: %w", statefile.WithRemedy(err))
	}
	if err != nil || held.bad > 0 {
		aside := statefile.FreePath(c.Path + ".broken")
		attrs := []any{"file", aside, "lines_lost", held.bad, "lines_kept", held.lines}
		if err != nil {
			attrs = append(attrs, "err", err)
		}
		c.Logger.Warn("the file of hourly figures is damaged; it is set aside and what can be read of it stays in use", attrs...)
		if err := os.Rename(c.Path, aside); err != nil {
			return nil, fmt.Errorf("setting the hourly figures aside: %w", statefile.WithRemedy(err))
		}
	}
	if err := b.rewriteFile(held, 0); err != nil {
		return nil, fmt.Errorf("opening the hourly figures: %w", err)
	}
	return b, nil
}

// rewriteFile replaces the file by its content in one step, with room for at least so
// many bytes, and opens it for appending.
func (b *Store) rewriteFile(held fileContent, room int) error {
	now := b.cfg.Now()
	held.dropBefore(HourOf(now.Add(-retention)))
	held.thinBefore(now.Add(-fullDetailFor))
	text := held.encodeLines(b.cfg.MaxBytes - max(room, b.cfg.MaxBytes/headroomDivisor))
	pending, err := renameio.NewPendingFile(b.cfg.Path,
		renameio.WithStaticPermissions(0o600), renameio.WithTempDir(filepath.Dir(b.cfg.Path)))
	if err != nil {
		return err
	}
	defer pending.Cleanup()
	if _, err := pending.Write(text); err != nil {
		return err
	}
	if err := b.replaceFile(pending); err != nil {
		return err
	}
	file, err := os.OpenFile(b.cfg.Path, os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if b.file != nil {
		_ = b.file.Close() // every line of it is in the new one
	}
	b.file, b.size, b.day, b.sent = file, int64(len(text)), dayOf(now), held.sent
	return nil
}

func (b *Store) replaceFile(pending *renameio.PendingFile) error {
	if !b.cfg.NoSync {
		return pending.CloseAtomicallyReplace()
	}
	name := pending.Name()
	if err := pending.Close(); err != nil {
		return err
	}
	return os.Rename(name, b.cfg.Path)
}

func dayOf(t time.Time) int64 { return t.Unix() / (24 * 3600) }

// AppendHour adds a part of an hour. When it fails nothing was added, and the same
// part may be tried again.
func (b *Store) AppendHour(h Hour) error {
	if h.Start <= 0 || h.Start%3600 != 0 {
		return fmt.Errorf("writing the hourly figures: %d is not the beginning of an hour", h.Start)
	}
	return b.appendLine(mustLine(h))
}

// MarkSent notes that a report was sent.
func (b *Store) MarkSent(at time.Time) error {
	err := b.appendLine(mustLine(sentLine{at.Unix()}))
	if err == nil {
		b.mu.Lock()
		b.sent = at.Unix() // even if the clock was ahead at the last one
		b.mu.Unlock()
	}
	return err
}

// LastSent is when the last report was sent, zero if none was.
func (b *Store) LastSent() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.sent == 0 {
		return time.Time{}
	}
	return time.Unix(b.sent, 0)
}

func (b *Store) appendLine(text []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.file == nil {
		return ErrClosed
	}
	if b.day != dayOf(b.cfg.Now()) || b.size+int64(len(text)) > int64(b.cfg.MaxBytes) {
		held, err := readFile(b.cfg.Path)
		if err == nil {
			err = b.rewriteFile(held, len(text))
		}
		if err != nil {
			return fmt.Errorf("tidying the hourly figures: %w", err)
		}
	}
	if err := b.writeLine(text); err != nil {
		_ = b.file.Truncate(b.size) // the next line must not be glued to half a one
		return fmt.Errorf("writing the hourly figures: %w", err)
	}
	b.size += int64(len(text))
	return nil
}

func (b *Store) writeLine(text []byte) error {
	if _, err := b.file.Write(text); err != nil || b.cfg.NoSync {
		return err
	}
	return b.file.Sync()
}

// HoursBetween returns the hours within a window, oldest first.
func (b *Store) HoursBetween(from, to time.Time) ([]Hour, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return ReadHours(b.cfg.Path, from, to)
}

// Close ends the book; a second Close does nothing.
func (b *Store) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.file == nil {
		return nil
	}
	err := b.file.Close()
	b.file = nil
	return err
}
