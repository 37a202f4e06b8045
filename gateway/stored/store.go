package stored

import (
	"cmp"
	"container/list"
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

// Config says where records are kept, and how many.
type Config struct {
	// Dir is the folder of the store, made if it is missing. It belongs to the store
	// alone. Required.
	Dir string
	// MaxBytes is how many bytes are kept in all, and MaxRecords how many records;
	// older ones make room. One owner gets half of both. 0 means 256 MiB and 10,000.
	MaxBytes   int64
	MaxRecords int
	// MaxAge is how long a record is kept after it was saved last. 0 means 7 days.
	MaxAge time.Duration
	// Now is the wall clock. Nil means time.Now.
	Now func() time.Time
	// Logger gets the records that cannot be removed, and when the disk takes none and
	// takes them again. Nil discards.
	Logger *slog.Logger
}

const (
	defaultBytes   = 256 << 20
	defaultRecords = 10_000
	defaultAge     = 7 * 24 * time.Hour
)

// ErrNotFound is the error of an ID under which the owner has no record.
var ErrNotFound = errors.New("nothing is stored under that ID")

// ErrTooLarge is the error of a record that takes more than an eighth of the store.
var ErrTooLarge = errors.New("the record is too large for the store")

// Store keeps records in one folder. The names and times of its files alone describe
// them, so that it needs no index on disk and a restart loses nothing.
type Store struct {
	cfg Config

	mu      sync.Mutex
	records map[string]*list.Element // by file name, of *record
	order   list.List                // the record saved last at the end
	all     share
	owners  map[Owner]*share
	failing bool // the disk took no record when it was last asked to
}

// record is a file of the store.
type record struct {
	name  string
	owner Owner
	size  int64
	saved time.Time
}

// share is how much somebody has.
type share struct {
	bytes   int64
	records int
}

// Owner names somebody who has records; see [OwnerOf].
type Owner string

// ownerLength is the length of an Owner: 80 bits in base32.
const ownerLength = 16

// OwnerOf returns the owner who is known by a secret, or a hash of one, from which
// neither can be found out.
func OwnerOf(secret []byte) Owner {
	sum := sha256.Sum256(append([]byte("owner of records\x00"), secret...))
	return Owner(strings.ToLower(base32.StdEncoding.EncodeToString(sum[:10])))
}

// Open opens the store and forgets records that are too old.
func Open(cfg Config) (*Store, error) {
	cfg.MaxBytes = cmp.Or(cfg.MaxBytes, defaultBytes)
	cfg.MaxRecords = cmp.Or(cfg.MaxRecords, defaultRecords)
	cfg.MaxAge = cmp.Or(cfg.MaxAge, defaultAge)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(cfg.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("opening the store of records: %w", err)
	}
	statefile.RemoveTemporaries(cfg.Dir, func(string, time.Duration) bool { return true })
	found, err := os.ReadDir(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("opening the store of records: %w", err)
	}
	s := &Store{cfg: cfg, records: make(map[string]*list.Element), owners: make(map[Owner]*share)}
	s.adoptFiles(found)
	s.RemoveExpired()
	return s, nil
}

// adoptFiles takes in the records that an earlier run left.
func (s *Store) adoptFiles(found []fs.DirEntry) {
	var kept []*record
	for _, f := range found {
		owner, id, ok := strings.Cut(f.Name(), "-")
		info, err := f.Info()
		if !ok || len(owner) != ownerLength || !isID(id) || err != nil || !info.Mode().IsRegular() {
			continue // not ours: left alone
		}
		kept = append(kept, &record{f.Name(), Owner(owner), info.Size(), info.ModTime()})
	}
	slices.SortFunc(kept, func(a, b *record) int { return a.saved.Compare(b.saved) })
	for _, r := range kept {
		s.addRecord(r)
	}
}

const idLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"

// isID reports whether a record may have that ID: up to 128 letters, digits and _.
func isID(id string) bool {
	return id != "" && len(id) <= 128 && strings.Trim(id, idLetters) == ""
}

func fileName(owner Owner, id string) string { return string(owner) + "-" + id }

// Save stores a record in place of the one with that ID. When it returns nil, the record
// survives the end of the process.
func (s *Store) Save(owner Owner, id string, data []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.save(owner, id, data)
}

// Change puts what change makes of a record in its place, with no other change in between.
// An error of change is returned as it is, and then nothing has changed.
func (s *Store) Change(owner Owner, id string, change func([]byte) ([]byte, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, err := s.load(owner, id)
	if err != nil {
		return err
	}
	if data, err = change(data); err != nil {
		return err
	}
	return s.save(owner, id, data)
}

// save is Save under the lock.
func (s *Store) save(owner Owner, id string, data []byte) error {
	if !isID(id) {
		return ErrNotFound
	}
	if int64(len(data)) > s.cfg.MaxBytes/8 {
		return ErrTooLarge
	}
	name := fileName(owner, id)
	if err := s.writeFile(name, data); err != nil {
		return err
	}
	s.forget(name)
	s.addRecord(&record{name, owner, int64(len(data)), s.cfg.Now()})
	s.makeRoom(owner)
	return nil
}

// writeFile writes a file and reports when the disk begins to fail and when it ends.
func (s *Store) writeFile(name string, data []byte) error {
	path := filepath.Join(s.cfg.Dir, name)
	err := statefile.Replace(path, data, false)
	if err == nil {
		now := s.cfg.Now()
		err = os.Chtimes(path, now, now)
	}
	switch {
	case err != nil && !s.failing:
		s.cfg.Logger.Error("what clients ask to be stored cannot be written; answers go out and are not stored", "dir", s.cfg.Dir, "err", statefile.WithRemedy(err))
	case err == nil && s.failing:
		s.cfg.Logger.Info("what clients ask to be stored can be written again", "dir", s.cfg.Dir)
	}
	if s.failing = err != nil; s.failing {
		return fmt.Errorf("storing a record: %w", err)
	}
	return nil
}

// Load returns a record.
func (s *Store) Load(owner Owner, id string) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.load(owner, id)
}

// load is Load under the lock.
func (s *Store) load(owner Owner, id string) ([]byte, error) {
	e := s.records[fileName(owner, id)]
	if e == nil || s.isExpired(e.Value.(*record)) {
		return nil, ErrNotFound
	}
	data, err := statefile.Read(filepath.Join(s.cfg.Dir, fileName(owner, id)), s.cfg.MaxBytes)
	if errors.Is(err, fs.ErrNotExist) || statefile.IsDamaged(err) {
		return nil, ErrNotFound // or something lies in its place
	}
	if err != nil {
		return nil, fmt.Errorf("reading a stored record: %w", err)
	}
	return data, nil
}

// Delete removes a record.
func (s *Store) Delete(owner Owner, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := fileName(owner, id)
	e := s.records[name]
	if e == nil || s.isExpired(e.Value.(*record)) {
		return ErrNotFound
	}
	if err := os.Remove(filepath.Join(s.cfg.Dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing a stored record: %w", err)
	}
	s.forget(name)
	return nil
}

// Size returns how many records there are and how many bytes they take.
func (s *Store) Size() (records int, bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.records, s.all.bytes
}
