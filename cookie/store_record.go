package cookie

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Load returns the records of all accounts. One bad file never hides the
// others: what can not be understood is set aside as NAME.json.damaged-TIME and
// named in the error, and the rest is returned beside that error.
func (s *Store) Load() (map[string]Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, ErrClosed
	}
	entries, err := os.ReadDir(s.accounts())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the saved accounts: %w", explain(err))
	}
	records := make(map[string]Record, len(entries))
	var problems []error
	for _, e := range entries {
		account, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok || !ValidAccount(account) {
			continue
		}
		record, err := s.loadLocked(e)
		if err != nil {
			problems = append(problems, fmt.Errorf("loading the saved state of account %s: %w", account, err))
			continue
		}
		records[account] = record
	}
	return records, errors.Join(problems...)
}

func (s *Store) loadLocked(e fs.DirEntry) (Record, error) {
	path := filepath.Join(s.accounts(), e.Name())
	data, err := readRecord(path, e)
	if err == nil {
		var record Record
		if record, err = decodeRecord(data); err == nil {
			return record, nil
		}
	}
	if _, damaged := errors.AsType[*damage](err); !damaged {
		// The content may be sound: leave it where it is.
		return Record{}, explain(err)
	}
	aside, moveErr := s.setAsideLocked(path)
	if moveErr != nil {
		return Record{}, errors.Join(err, fmt.Errorf("setting it aside: %w", explain(moveErr)))
	}
	return Record{}, fmt.Errorf("%w; it is set aside as %s", err, aside)
}

func readRecord(path string, e fs.DirEntry) ([]byte, error) {
	if !e.Type().IsRegular() {
		return nil, &damage{"it is no regular file"}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxRecord+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxRecord {
		return nil, &damage{fmt.Sprintf("it is larger than %d MiB", maxRecord>>20)}
	}
	return data, nil
}

// setAsideLocked renames a file out of the way without covering another one.
func (s *Store) setAsideLocked(path string) (name string, err error) {
	to := s.aside(path)
	if err := os.Rename(path, to); err != nil {
		return "", err
	}
	return filepath.Base(to), s.syncLocked()
}

// aside is a free name for a damaged file.
func (s *Store) aside(path string) string {
	base := path + ".damaged-" + s.cfg.Now().UTC().Format("20060102T150405Z")
	to := base
	for n := 2; ; n++ {
		if _, err := os.Lstat(to); errors.Is(err, fs.ErrNotExist) {
			return to
		}
		to = fmt.Sprintf("%s-%d", base, n)
	}
}

// CopyAside keeps the saved record of an account as it is now, beside it, under
// the name that is returned: what its owner could not understand of it is not
// lost with the next Save.
func (s *Store) CopyAside(account string) (name string, err error) {
	if err := checkAccount(account); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return "", ErrClosed
	}
	path := s.path(account)
	data, err := os.ReadFile(path)
	if err == nil {
		name = s.aside(path)
		err = s.writeLocked(name, data)
	}
	if err != nil {
		return "", fmt.Errorf("setting the saved state of account %s aside: %w", account, explain(err))
	}
	return filepath.Base(name), nil
}

func (s *Store) syncLocked() error {
	if s.cfg.NoSync {
		return nil
	}
	return syncDir(s.accounts())
}

// Save replaces the record of an account durably: when it returns nil, the new
// values survive a crash. When it fails the old file is whole; only where the
// very last step failed, making the rename itself durable, is it the new one.
func (s *Store) Save(account string, record Record) error {
	if err := checkAccount(account); err != nil {
		return err
	}
	data, err := encodeRecord(record, s.cfg.Now())
	if err != nil {
		return fmt.Errorf("saving account %s: %w", account, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	if err := s.writeLocked(s.path(account), data); err != nil {
		return fmt.Errorf("saving account %s: %w", account, explain(err))
	}
	return nil
}

// writeLocked replaces a file of ours. A directory that is missing, because it
// was removed or could not be made at the start, is made and tried again.
func (s *Store) writeLocked(path string, data []byte) error {
	err := replaceFile(path, data, !s.cfg.NoSync)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return replaceFile(path, data, !s.cfg.NoSync)
}

// Remove deletes all that is kept of an account, damaged files included. It is
// no error when there is nothing.
func (s *Store) Remove(account string) error {
	if err := checkAccount(account); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	paths, _ := filepath.Glob(s.path(account) + ".damaged-*") // the pattern is well-formed
	var failed []error
	for _, path := range append(paths, s.path(account)) {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, err)
		}
	}
	if err := errors.Join(append(failed, s.syncLocked())...); err != nil {
		return fmt.Errorf("removing account %s: %w", account, explain(err))
	}
	return nil
}

func (s *Store) path(account string) string {
	return filepath.Join(s.accounts(), account+".json")
}
