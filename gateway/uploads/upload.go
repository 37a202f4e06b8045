package uploads

import (
	"crypto/rand"
	"errors"
	"io"
	"os"
	"strings"
	"time"
)

// Wanted is what a client says about a file before its bytes.
type Wanted struct {
	// ID is the ID that the file shall have; empty for any.
	ID string
	// DisplayName is the client's own name for it, of at most 512 bytes.
	DisplayName string
	// MIME is its media type, empty for what the bytes say.
	MIME string
	// Size is its length in bytes, negative if that is not known yet.
	Size int64
}

const maxDisplayName = 512

// Upload is a file under way. It belongs to the one who resumed it, until Close.
type Upload struct {
	store  *Store
	id     string
	owner  string // hashed
	wanted Wanted

	// Guarded by the lock of the store.
	busy     bool
	received int64
	touched  time.Time

	data    *os.File // open since SetOffset
	failure error    // of Write
}

// Begin begins an upload and returns its ID, which cannot be guessed: whoever has it may
// send the bytes.
func (s *Store) Begin(owner string, w Wanted) (id string, err error) {
	switch {
	case w.ID != "" && !isID(w.ID):
		return "", ErrBadID
	case len(w.DisplayName) > maxDisplayName:
		return "", ErrBadName
	case w.Size > s.MaxFile():
		return "", ErrTooLarge
	}
	s.RemoveExpired()
	u := &Upload{store: s, id: rand.Text(), owner: hashOwner(owner), wanted: w}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.files[fileKey{u.owner, w.ID}]; taken {
		return "", ErrTaken
	}
	if err := s.checkRoom(u.owner, 1, max(w.Size, 0)); err != nil {
		return "", err
	}
	own := 0
	for _, other := range s.under {
		if other.owner == u.owner {
			own++
		}
	}
	if own >= maxUnder/ownerPart || len(s.under) >= maxUnder {
		return "", ErrMany
	}
	u.touched = s.cfg.Now()
	s.under[u.id] = u
	s.addShare(u.owner, 1, 0)
	return u.id, nil
}

// Resume returns an upload under way, for the caller alone until Close.
func (s *Store) Resume(id string) (*Upload, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u := s.under[id]
	switch {
	case u == nil || !u.busy && !s.cfg.Now().Before(u.touched.Add(idleAge)):
		return nil, ErrNotFound
	case u.busy:
		return nil, ErrBusy
	}
	u.busy, u.touched, u.failure = true, s.cfg.Now(), nil
	return u, nil
}

// Received returns how many bytes have arrived.
func (u *Upload) Received() int64 { return u.received }

// SetOffset makes the next byte that is written the one at offset. Bytes that have
// arrived behind it are forgotten.
func (u *Upload) SetOffset(offset int64) error {
	if offset < 0 || offset > u.received {
		return ErrGap
	}
	f, err := os.OpenFile(u.path(), os.O_WRONLY|os.O_CREATE, 0o600)
	if err == nil {
		u.data = f
		if err = f.Truncate(offset); err == nil {
			_, err = f.Seek(offset, io.SeekStart)
		}
	}
	if err != nil {
		return u.store.failDisk(err)
	}
	u.grow(offset - u.received)
	return nil
}

// Write implements io.Writer, after SetOffset. Its error is also that of Failure.
func (u *Upload) Write(p []byte) (int, error) {
	if u.failure == nil {
		u.failure = u.write(p)
	}
	if u.failure != nil {
		return 0, u.failure
	}
	return len(p), nil
}

func (u *Upload) write(p []byte) error {
	size := int64(len(p))
	if limit := u.store.MaxFile(); u.received+size > limit || u.wanted.Size >= 0 && u.received+size > u.wanted.Size {
		if u.received+size <= limit {
			return ErrNotWhole
		}
		return ErrTooLarge
	}
	s := u.store
	s.mu.Lock()
	err := s.checkRoom(u.owner, 0, size)
	s.mu.Unlock()
	if err != nil {
		return err
	}
	if _, err := u.data.Write(p); err != nil {
		return s.failDisk(errors.Join(err, u.data.Truncate(u.received)))
	}
	u.grow(size)
	return nil
}

// Failure returns the error of the store that ended writing, nil if none did.
func (u *Upload) Failure() error { return u.failure }

// grow counts bytes that arrived, or that are forgotten.
func (u *Upload) grow(bytes int64) {
	s := u.store
	s.mu.Lock()
	defer s.mu.Unlock()
	u.received += bytes
	u.touched = s.cfg.Now()
	s.addShare(u.owner, 0, bytes)
}

// Close ends the caller's hold on the upload, which goes on. It may be called after
// Finish and Cancel.
func (u *Upload) Close() {
	if u.data != nil {
		_ = u.data.Close() // what was written is checked by Finish
		u.data = nil
	}
	s := u.store
	s.mu.Lock()
	defer s.mu.Unlock()
	u.busy, u.touched = false, s.cfg.Now()
}

// Cancel forgets the upload.
func (u *Upload) Cancel() {
	s := u.store
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropUpload(u)
}

func (u *Upload) path() string { return u.store.filePath(unfinished + strings.ToLower(u.id)) }

// dropUpload forgets an upload and its bytes, unless it was finished.
func (s *Store) dropUpload(u *Upload) {
	if s.under[u.id] != u {
		return
	}
	delete(s.under, u.id)
	s.addShare(u.owner, -1, -u.received)
	s.removeName(unfinished + strings.ToLower(u.id))
}
