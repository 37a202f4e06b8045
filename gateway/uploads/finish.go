package uploads

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/geminid/geminid/chat/media"
	"github.com/geminid/geminid/internal/statefile"
)

// Finish makes a file of the upload. When it returns nil the file survives a crash. After
// an error the upload is still there.
func (u *Upload) Finish() (File, error) {
	s := u.store
	switch {
	case u.wanted.Size >= 0 && u.received != u.wanted.Size:
		return File{}, ErrNotWhole
	case u.received == 0:
		return File{}, ErrEmpty
	}
	f := File{ID: u.wanted.ID, DisplayName: u.wanted.DisplayName, Size: u.received}
	if f.ID == "" {
		f.ID = newID()
	}
	if err := u.examine(&f); err != nil {
		return File{}, err
	}
	f.Created = s.cfg.Now().UTC()
	f.Expires = f.Created.Add(MaxAge)
	key := fileKey{u.owner, f.ID}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.files[key]; taken {
		return File{}, ErrTaken
	}
	err := os.Rename(u.path(), s.filePath(key.dataName()))
	if err == nil {
		if err = s.writeDescription(key, f); err != nil {
			err = errors.Join(err, os.Rename(s.filePath(key.dataName()), u.path()))
		}
	}
	if err != nil {
		return File{}, s.failDiskLocked(err)
	}
	if s.failing {
		s.failing = false
		s.cfg.Logger.Info("files that clients upload can be kept again", "dir", s.cfg.Dir)
	}
	s.files[key] = f
	delete(s.under, u.id) // its share is the file's now
	return f, nil
}

// examine reads the bytes that arrived: their hash and their type.
func (u *Upload) examine(f *File) error {
	data, err := statefile.Open(u.path(), os.O_RDWR, 0)
	if err != nil {
		return u.store.failDisk(err)
	}
	defer data.Close()
	head := make([]byte, min(u.received, 64<<10))
	hash := sha256.New()
	if _, err := io.ReadFull(data, head); err != nil {
		return u.store.failDisk(err)
	}
	hash.Write(head)
	n, err := io.Copy(hash, data)
	if err == nil && n+int64(len(head)) != u.received {
		err = io.ErrUnexpectedEOF
	}
	if err == nil {
		err = data.Sync()
	}
	if err != nil {
		return u.store.failDisk(err)
	}
	f.SHA256 = hash.Sum(nil)
	if f.MIME, err = media.ResolveType(u.wanted.MIME, head); err != nil {
		return Refusal("the file " + err.Error())
	}
	return nil
}

// failDisk returns the error of a disk that failed, and reports it if the disk worked
// before.
func (s *Store) failDisk(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failDiskLocked(err)
}

func (s *Store) failDiskLocked(err error) error {
	if !s.failing {
		s.failing = true
		s.cfg.Logger.Error("files that clients upload cannot be kept; they are refused", "dir", s.cfg.Dir, "err", statefile.WithRemedy(err))
	}
	return fmt.Errorf("keeping an uploaded file: %w", err)
}
