package uploads

import (
	"cmp"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/geminid/geminid/internal/statefile"
)

// The bounds that no setting moves.
const (
	// MaxFile is the largest file in bytes: as much as a question may hold.
	MaxFile = 32 << 20
	// MaxAge is how long a file is kept.
	MaxAge = 48 * time.Hour

	idleAge     = time.Hour // of an upload that gets nothing
	maxFiles    = 4096      // in all
	maxUnder    = 128       // uploads under way in all
	ownerPart   = 2         // one owner gets one half of everything
	defaultSize = 512 << 20
)

// Config says where files are kept, and how many bytes.
type Config struct {
	// Dir is the folder of the store, made if it is missing. It belongs to the store
	// alone. Required.
	Dir string
	// MaxSize is how many bytes are kept in all, uploads under way included. One owner
	// gets half of it. 0 means 512 MiB.
	MaxSize int64
	// Now is the wall clock. Nil means time.Now.
	Now func() time.Time
	// Logger gets the files that cannot be removed, and when the disk takes none and
	// takes them again. Nil discards.
	Logger *slog.Logger
}

// File describes a file that is kept.
type File struct {
	// ID is its name among the files of its owner: up to 40 letters a to z, digits
	// and dashes.
	ID string
	// DisplayName is what the client calls it, empty for nothing; MIME its media type.
	DisplayName, MIME string
	// Size is its length in bytes, SHA256 the hash of them.
	Size   int64
	SHA256 []byte
	// Created is when it was finished, Expires when it goes.
	Created, Expires time.Time
}

// Store keeps files in one folder: the bytes of each, and beside them what is known of
// it. It is safe for concurrent use.
type Store struct {
	cfg Config

	mu      sync.Mutex
	files   map[fileKey]File
	under   map[string]*Upload // under way, by their IDs
	all     share
	owners  map[string]*share
	failing bool // the disk took nothing when it was last asked to
}

// fileKey names a file. owner is the hash of its owner.
type fileKey struct{ owner, id string }

func (k fileKey) dataName() string      { return k.owner + "-" + k.id }
func (k fileKey) describedName() string { return k.dataName() + described }

const (
	described  = ".json"
	unfinished = ".part-" // begins the names of uploads under way
	ownerChars = 16       // 80 bits in base32
)

// hashOwner returns the form in which the store knows an owner, from which the owner
// cannot be found out.
func hashOwner(owner string) string {
	sum := sha256.Sum256([]byte("owner of uploads\x00" + owner))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10]))
}

// Open opens the store. It forgets uploads that were under way, and files that are too
// old.
func Open(cfg Config) (*Store, error) {
	cfg.MaxSize = cmp.Or(cfg.MaxSize, defaultSize)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("opening the store of uploads: %w", err)
	}
	found, err := os.ReadDir(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("opening the store of uploads: %w", err)
	}
	s := &Store{cfg: cfg, files: make(map[fileKey]File), under: make(map[string]*Upload), owners: make(map[string]*share)}
	s.adoptFiles(found)
	s.RemoveExpired()
	return s, nil
}

// MaxFile returns how many bytes one file may have: [MaxFile], or the share of an owner
// if that is less.
func (s *Store) MaxFile() int64 { return min(MaxFile, s.cfg.MaxSize/ownerPart) }

const idLetters = "abcdefghijklmnopqrstuvwxyz0123456789-"

// isID reports whether a file may have that ID.
func isID(id string) bool {
	return id != "" && len(id) <= 40 && strings.Trim(id, idLetters) == "" && id[0] != '-' && id[len(id)-1] != '-'
}

// newID returns an ID that no other file has.
func newID() string { return strings.ToLower(rand.Text()) }

// Describe describes a file.
func (s *Store) Describe(owner, id string) (File, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.files[fileKey{hashOwner(owner), id}]
	if !ok || !s.cfg.Now().Before(f.Expires) {
		return File{}, ErrNotFound
	}
	return f, nil
}

// OpenFile opens the bytes of a file.
func (s *Store) OpenFile(owner, id string) (*os.File, File, error) {
	f, err := s.Describe(owner, id)
	if err != nil {
		return nil, f, err
	}
	data, err := statefile.Open(s.filePath(fileKey{hashOwner(owner), id}.dataName()), os.O_RDONLY, 0)
	if errors.Is(err, fs.ErrNotExist) || statefile.IsDamaged(err) {
		return nil, f, ErrNotFound // or something lies in its place
	}
	if err != nil {
		return nil, f, fmt.Errorf("opening an uploaded file: %w", err)
	}
	return data, f, nil
}

// ListFiles returns the files of an owner, the newest first.
func (s *Store) ListFiles(owner string) []File {
	owner = hashOwner(owner)
	s.mu.Lock()
	defer s.mu.Unlock()
	var files []File
	for key, f := range s.files {
		if key.owner == owner && s.cfg.Now().Before(f.Expires) {
			files = append(files, f)
		}
	}
	slices.SortFunc(files, func(a, b File) int {
		return cmp.Or(b.Created.Compare(a.Created), strings.Compare(a.ID, b.ID))
	})
	return files
}

// DeleteFile removes a file.
func (s *Store) DeleteFile(owner, id string) error {
	key := fileKey{hashOwner(owner), id}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.files[key]
	if !ok || !s.cfg.Now().Before(f.Expires) {
		return ErrNotFound
	}
	// The description goes first: without it the bytes are nobody's.
	if err := os.Remove(s.filePath(key.describedName())); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing an uploaded file: %w", err)
	}
	s.removeName(key.dataName())
	s.dropFile(key, f)
	return nil
}

// RemoveExpired removes the files that are too old, and uploads that got nothing for an
// hour. It is cheap when there is nothing to do.
func (s *Store) RemoveExpired() {
	now := s.cfg.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, f := range s.files {
		if f.Created.After(now) { // the clock was set back: its age begins anew
			f.Created, f.Expires = now, now.Add(MaxAge)
			s.files[key] = f
		}
		if !now.Before(f.Expires) {
			s.removeName(key.describedName())
			s.removeName(key.dataName())
			s.dropFile(key, f)
		}
	}
	for _, u := range s.under {
		if u.touched.After(now) {
			u.touched = now
		}
		if !u.busy && !now.Before(u.touched.Add(idleAge)) {
			s.dropUpload(u)
		}
	}
}

// Size returns how many files there are, and how many bytes they and the uploads under
// way take.
func (s *Store) Size() (files int, bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.files, s.all.bytes
}

// dropFile forgets a file.
func (s *Store) dropFile(key fileKey, f File) {
	delete(s.files, key)
	s.addShare(key.owner, -1, -f.Size)
}

func (s *Store) removeName(name string) {
	if err := os.Remove(s.filePath(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.cfg.Logger.Warn("an uploaded file could not be removed; remove it by hand", "dir", s.cfg.Dir, "err", err)
	}
}

func (s *Store) filePath(name string) string { return filepath.Join(s.cfg.Dir, name) }
