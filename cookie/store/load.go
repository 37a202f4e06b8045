package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/internal/statefile"
)

// Load returns the records of all accounts. One bad file never hides the others. A file
// without usable content is set aside as NAME.json.damaged-TIME and named in err,
// beside which the rest is returned. A file that cannot be read does not count as
// absent: it stays where it is, unread holds an *UnreadError for its account, and Save
// refuses the account until Reload has read it or Remove has deleted it.
func (s *Store) Load() (records map[string]cookie.Record, unread map[string]error, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, nil, ErrClosed
	}
	entries, err := os.ReadDir(s.accountsDir())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("reading the saved accounts: %w", statefile.WithRemedy(err))
	}
	records, unread = make(map[string]cookie.Record, len(entries)), make(map[string]error)
	var problems []error
	for _, e := range entries {
		account, ok := strings.CutSuffix(e.Name(), ".json")
		if !ok || !cookie.ValidAccount(account) {
			continue
		}
		record, err := s.loadLocked(account)
		switch _, cannot := errors.AsType[*cookie.UnreadError](err); {
		case err == nil:
			records[account] = record
		case cannot:
			unread[account] = err
		case !errors.Is(err, fs.ErrNotExist): // else it went since it was listed
			problems = append(problems, err)
		}
	}
	return records, unread, errors.Join(problems...)
}

// Reload reads the record of an account that could not be read before. The error
// is an *UnreadError as long as that is so, fs.ErrNotExist when the record is gone
// by now; any other is a record of no use that was set aside.
func (s *Store) Reload(account string) (cookie.Record, error) {
	if err := checkAccount(account); err != nil {
		return cookie.Record{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return cookie.Record{}, ErrClosed
	}
	return s.loadLocked(account)
}

func (s *Store) loadLocked(account string) (cookie.Record, error) {
	path := s.pathOf(account)
	record, err := readRecord(path)
	var aside string
	if statefile.IsDamaged(err) {
		var moveErr error
		if aside, moveErr = s.setAsideLocked(path); moveErr != nil {
			// The next Save would replace the only copy.
			return cookie.Record{}, s.unreadLocked(account, fmt.Errorf("%w, and it cannot be set aside: %w", err, moveErr))
		}
	}
	if statefile.IsUnreadable(err) {
		return cookie.Record{}, s.unreadLocked(account, err)
	}
	delete(s.unread, account)
	if err != nil {
		err = fmt.Errorf("loading the saved state of account %s: %w", account, err)
	}
	if aside != "" {
		err = fmt.Errorf("%w; it is set aside as %s", err, aside)
	}
	return record, err
}

func (s *Store) unreadLocked(account string, why error) error {
	err := &cookie.UnreadError{Account: account, Path: s.pathOf(account), Err: why}
	s.unread[account] = err
	return err
}

func readRecord(path string) (cookie.Record, error) {
	data, err := statefile.Read(path, maxRecord)
	if err != nil {
		return cookie.Record{}, err
	}
	return decodeRecord(data)
}

// setAsideLocked renames a file out of the way without covering another one.
func (s *Store) setAsideLocked(path string) (name string, err error) {
	if name, err = statefile.SetAside(path, s.cfg.Now()); err != nil {
		return "", err
	}
	return name, s.syncLocked()
}

// CopyAside keeps the saved record of an account as it is now, beside it, under the
// name that is returned: the parts that its owner could not understand are not lost
// with the next Save.
func (s *Store) CopyAside(account string) (name string, err error) {
	if err := checkAccount(account); err != nil {
		return "", err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return "", ErrClosed
	}
	path := s.pathOf(account)
	data, err := statefile.Read(path, maxRecord)
	if err == nil {
		name = statefile.FreeAside(path, s.cfg.Now())
		err = s.writeLocked(name, data)
	}
	if err != nil {
		return "", fmt.Errorf("setting the saved state of account %s aside: %w", account, statefile.WithRemedy(err))
	}
	return filepath.Base(name), nil
}

func (s *Store) syncLocked() error {
	if s.cfg.NoSync {
		return nil
	}
	return statefile.SyncDir(s.accountsDir())
}

// Save replaces the record of an account durably: when it returns nil, the new
// values survive a crash. When it fails the old file is whole; only where the
// very last step failed, making the rename itself durable, is it the new one. A
// record that could not be read is not replaced: the error is its *UnreadError.
func (s *Store) Save(account string, record cookie.Record) error {
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
	if err := s.unread[account]; err != nil {
		return fmt.Errorf("saving account %s: %w", account, err)
	}
	if err := s.writeLocked(s.pathOf(account), data); err != nil {
		return fmt.Errorf("saving account %s: %w", account, statefile.WithRemedy(err))
	}
	return nil
}

// writeLocked replaces a file of ours. A directory that is missing, because it
// was removed or could not be made at the start, is made and tried again.
func (s *Store) writeLocked(path string, data []byte) error {
	err := statefile.Replace(path, data, !s.cfg.NoSync)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return statefile.Replace(path, data, !s.cfg.NoSync)
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
	paths, _ := filepath.Glob(s.pathOf(account) + ".damaged-*") // the pattern is well-formed
	var failed []error
	for _, path := range append(paths, s.pathOf(account)) {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			failed = append(failed, err)
		}
	}
	if err := errors.Join(append(failed, s.syncLocked())...); err != nil {
		return fmt.Errorf("removing account %s: %w", account, statefile.WithRemedy(err))
	}
	delete(s.unread, account)
	return nil
}

func (s *Store) pathOf(account string) string {
	return filepath.Join(s.accountsDir(), account+".json")
}
