package ledger

import (
	"encoding/json"

	"github.com/geminid/geminid/internal/statefile"
)

// maxSize is the largest file that is read, in bytes: several times the size that an
// inbox can fill.
const maxSize = 4 << 20

// readFile adds the saved entries to those recorded since. mu is held, or l is not
// shared yet.
func (l *Ledger) readFile() error {
	if l.cfg.Path == "" {
		return nil
	}
	err := statefile.LoadOrSetAside(l.cfg.Path, maxSize, l.cfg.Now(), func(raw []byte) error {
		var saved map[string]Entry
		if err := json.Unmarshal(raw, &saved); err != nil {
			return err
		}
		for file, entry := range saved {
			if entry = mergeEntries(l.files[file], entry); !entry.isEmpty() {
				l.files[file] = entry
			}
		}
		l.complete = true
		return nil
	})
	l.unreadable = statefile.IsUnreadable(err)
	return err
}

// mergeEntries adds to an entry the parts that only the older one has.
func mergeEntries(entry, older Entry) Entry {
	if entry.Account == "" {
		entry.Account, entry.Taken = older.Account, older.Taken
	}
	if entry.Refusal == (Refusal{}) {
		entry.Refusal = older.Refusal
	}
	return entry
}

// Save writes the changes since the last call to the disk. If that fails, the next call
// tries again; the first of several failures is logged, and their end.
func (l *Ledger) Save() {
	l.saving.Lock()
	defer l.saving.Unlock()
	raw := l.takeChanges()
	if raw == nil {
		return
	}
	err := statefile.Replace(l.cfg.Path, raw, !l.cfg.NoSync)
	if err != nil {
		l.mu.Lock()
		l.unsaved = true
		l.mu.Unlock()
	}
	if failing := err != nil; failing != l.saveFailed {
		l.saveFailed = failing
		if failing {
			l.cfg.Logger.Warn("what was decided about the files of the inbox cannot be saved; after a restart they are checked again", "err", err)
		} else {
			l.cfg.Logger.Info("what was decided about the files of the inbox is saved again", "file", l.cfg.Path)
		}
	}
}

// takeChanges returns the content to be written, nil if there is nothing to write or
// the file must not be written over. saving is held.
func (l *Ledger) takeChanges() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.unreadable {
		if _ = l.readFile(); l.unreadable { // logged at the start
			return nil
		}
		l.cfg.Logger.Info("what was decided about the files of the inbox can be read again", "file", l.cfg.Path)
		l.unsaved = true
	}
	if !l.unsaved || l.cfg.Path == "" {
		return nil
	}
	l.unsaved = false
	raw, _ := json.Marshal(l.files) // plain data: cannot fail
	return raw
}
