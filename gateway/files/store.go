package files

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/geminid/geminid/internal/statefile"
)

// Config says where files are kept and for how long.
type Config struct {
	// Dir is the folder of the store, made when it is missing. It belongs to the
	// store alone. Required.
	Dir string
	// MaxSize is how many bytes are kept in all; older files make room for newer
	// ones. 0 means 512 MiB.
	MaxSize int64
	// MaxAge is how long a file is kept. 0 means 24 hours.
	MaxAge time.Duration
	// Now is the wall clock. Nil means time.Now.
	Now func() time.Time
	// Logger hears of files that cannot be removed. Nil discards.
	Logger *slog.Logger
}

const (
	defaultSize = 512 << 20
	defaultAge  = 24 * time.Hour
	unfinished  = ".new-" // begins the name of a file that is being written
)

// ErrNotFound is the answer for a name that has no file, or none any more.
var ErrNotFound = errors.New("there is no such file")

// ErrTooLarge is the answer for a file that is larger than the whole store.
var ErrTooLarge = errors.New("the file is larger than the store")

// Store keeps files in one folder. It is safe for concurrent use. The names in the
// folder alone describe its content, so it needs no index on disk and a restart loses
// nothing.
type Store struct {
	cfg Config

	mu    sync.Mutex
	files []entry // oldest first
	size  int64
}

// entry is one kept file.
type entry struct {
	name string
	size int64
	made time.Time // by the store's clock, to the second
}

// File is an open file of the store. Close it.
type File struct {
	*os.File
	// MIME is its media type, Made when it was stored, Expires when it goes.
	MIME          string
	Made, Expires time.Time
}

// Open opens the store and forgets files that are too old or were never finished.
func Open(cfg Config) (*Store, error) {
	cfg.MaxSize = cmp.Or(cfg.MaxSize, defaultSize)
	cfg.MaxAge = cmp.Or(cfg.MaxAge, defaultAge)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("opening the store of files: %w", err)
	}
	found, err := os.ReadDir(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("opening the store of files: %w", err)
	}
	s := &Store{cfg: cfg}
	for _, f := range found {
		s.adoptFile(f)
	}
	slices.SortFunc(s.files, func(a, b entry) int { return a.made.Compare(b.made) })
	s.RemoveExpired()
	return s, nil
}

// adoptFile takes in a file that an earlier run left.
func (s *Store) adoptFile(f fs.DirEntry) {
	if strings.HasPrefix(f.Name(), unfinished) {
		s.removeFile(f.Name())
		return
	}
	made, _, ok := parseName(f.Name())
	info, err := f.Info()
	if !ok || err != nil || !info.Mode().IsRegular() {
		return // not ours: left alone
	}
	s.files = append(s.files, entry{f.Name(), info.Size(), made})
	s.size += info.Size()
}

// SaveFile keeps a file and returns its name, which ends like files of the media type
// do. When it returns the file can be fetched.
func (s *Store) SaveFile(mime string, data []byte) (name string, err error) {
	if int64(len(data)) > s.cfg.MaxSize {
		return "", ErrTooLarge
	}
	made := s.cfg.Now().Truncate(time.Second)
	name = strconv.FormatInt(made.Unix(), 36) + "-" + strings.ToLower(rand.Text()) + endingOf(mime)
	if err := s.writeFile(name, data); err != nil {
		return "", fmt.Errorf("keeping a file: %w", err)
	}
	s.mu.Lock()
	s.files = append(s.files, entry{name, int64(len(data)), made})
	s.size += int64(len(data))
	s.mu.Unlock()
	s.RemoveExpired()
	return name, nil
}

// writeFile makes the file appear whole or not at all. It is not synced: a link that
// does not outlive a power cut costs one picture.
func (s *Store) writeFile(name string, data []byte) error {
	f, err := os.OpenFile(s.filePath(unfinished+name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(s.filePath(unfinished+name), s.filePath(name))
	}
	if err != nil {
		_ = os.Remove(s.filePath(unfinished + name))
	}
	return err
}

// Info describes a file, as far as the store knows it without opening it.
type Info struct {
	// MIME is its media type, Size its length in bytes.
	MIME string
	Size int64
}

// DescribeFile describes a file. The error is ErrNotFound for every name that has none.
func (s *Store) DescribeFile(name string) (Info, error) {
	e, ok := s.lookupEntry(name)
	if !ok {
		return Info{}, ErrNotFound
	}
	_, mime, _ := parseName(name)
	return Info{MIME: mime, Size: e.size}, nil
}

// lookupEntry finds a file that has not expired.
func (s *Store) lookupEntry(name string) (e entry, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.files, func(e entry) bool { return e.name == name })
	if i < 0 || !s.cfg.Now().Before(s.files[i].made.Add(s.cfg.MaxAge)) {
		return entry{}, false
	}
	return s.files[i], true
}

// OpenFile opens a file. The error is ErrNotFound for every name that has none,
// whatever its form.
func (s *Store) OpenFile(name string) (*File, error) {
	e, ok := s.lookupEntry(name)
	if !ok {
		return nil, ErrNotFound
	}
	f, err := statefile.Open(s.filePath(name), os.O_RDONLY, 0)
	if errors.Is(err, fs.ErrNotExist) || statefile.IsDamaged(err) {
		return nil, ErrNotFound // or something lies in its place
	}
	if err != nil {
		return nil, fmt.Errorf("opening a kept file: %w", err)
	}
	_, mime, _ := parseName(name)
	return &File{File: f, MIME: mime, Made: e.made, Expires: e.made.Add(s.cfg.MaxAge)}, nil
}

// RemoveExpired removes the files that are too old and, oldest first, as many as exceed
// the size. It is cheap when there is nothing to do.
func (s *Store) RemoveExpired() {
	now := s.cfg.Now()
	s.mu.Lock()
	for i := range s.files {
		if s.files[i].made.After(now) { // the clock was set back: its age begins anew
			s.files[i].made = now
		}
	}
	n := 0
	for size := s.size; n < len(s.files); n++ {
		if e := s.files[n]; size <= s.cfg.MaxSize && now.Before(e.made.Add(s.cfg.MaxAge)) {
			break
		}
		size -= s.files[n].size
		s.size = size
	}
	gone := slices.Clone(s.files[:n])
	s.files = slices.Delete(s.files, 0, n)
	s.mu.Unlock()
	for _, e := range gone {
		s.removeFile(e.name)
	}
}

// Size returns how many files the store has and how many bytes they take.
func (s *Store) Size() (files int, bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.files), s.size
}

func (s *Store) removeFile(name string) {
	if err := os.Remove(s.filePath(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.cfg.Logger.Warn("a kept file could not be removed; remove it by hand", "dir", s.cfg.Dir, "err", err)
	}
}

func (s *Store) filePath(name string) string { return filepath.Join(s.cfg.Dir, name) }
