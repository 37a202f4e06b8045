package ledger

import (
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"
)

// Config says where a Ledger is kept.
type Config struct {
	// Path is the file; empty keeps the ledger in memory.
	Path string
	// NoSync leaves out fsync, as that of the cookie store does.
	NoSync bool
	// Now is the wall clock that dates a damaged file; nil means time.Now.
	Now func() time.Time
	// Logger gets the problems of the file; nil means silence.
	Logger *slog.Logger
}

// Bounds of the ledger.
const (
	// MaxFiles is how many files are remembered for each account; an inbox is read up
	// to as many.
	MaxFiles = 256
	maxFiles = 4096 // of all accounts, removed ones too
)

// Ledger remembers the fate of each file of the inbox, by name.
type Ledger struct {
	cfg Config

	saving     sync.Mutex // orders writes; taken before mu
	saveFailed bool       // the last write failed; guarded by saving

	mu       sync.Mutex
	files    map[string]Entry
	unsaved  bool
	complete bool // everything that was saved before is here
	// unreadable means that the file is there and cannot be read, so that nothing is
	// written over it.
	unreadable bool
}

// Open reads the ledger. A file that is damaged is set aside, and one that cannot be
// read is left alone and tried again by [Ledger.Save]; both are logged.
func Open(c Config) *Ledger {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	l := &Ledger{cfg: c, files: make(map[string]Entry), complete: c.Path == ""}
	if err := l.readFile(); err != nil {
		c.Logger.Warn("what was decided about the files of the inbox is not known; they are checked again", "err", err)
	}
	return l
}

// IsComplete reports whether everything that was saved before is known. It is false
// without a file, and after one that was damaged or cannot be read.
func (l *Ledger) IsComplete() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.complete
}

// Find returns the entry of a file name, the zero Entry if it has none.
func (l *Ledger) Find(file string) Entry {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.files[file]
}

// AccountsOf returns the accounts that took a content in, under any file name.
func (l *Ledger) AccountsOf(hash string) (accounts []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, entry := range l.files {
		if entry.IsTaken(hash) {
			accounts = append(accounts, entry.Account)
		}
	}
	slices.Sort(accounts)
	return slices.Compact(accounts)
}

// RecordTaken notes that an account took a content in. That ends its refusal. An
// account with [MaxFiles] files forgets the first by name.
func (l *Ledger) RecordTaken(file, hash, account string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry := l.files[file]
	if entry.Account != account {
		l.makeRoom(account)
	}
	entry.Account, entry.Taken = account, hash
	if entry.IsRefused(hash) {
		entry.Refusal = Refusal{}
	}
	l.setEntry(file, entry)
}

// makeRoom forgets a file of an account that has too many. mu is held.
func (l *Ledger) makeRoom(account string) {
	first, count := "", 0
	for file, entry := range l.files {
		if entry.Account != account {
			continue
		}
		if count++; first == "" || file < first {
			first = file
		}
	}
	if count >= MaxFiles {
		entry := l.files[first]
		entry.Account, entry.Taken = "", ""
		l.setEntry(first, entry)
	}
}

// RecordRefusal notes that a content is refused or passed over.
func (l *Ledger) RecordRefusal(file string, why Refusal) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry := l.files[file]
	entry.Refusal = why
	l.setEntry(file, entry)
}

// AdoptFiles adds the files that an account took in by its own record, as versions
// before the ledger kept them, by name with their hashes. A file that is known stays as
// it is.
func (l *Ledger) AdoptFiles(account string, files map[string]string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for file, hash := range files {
		if entry := l.files[file]; entry.Account == "" {
			entry.Account, entry.Taken = account, hash
			l.setEntry(file, entry)
		}
	}
}

// ForgetFile forgets a file that was deleted: if it comes again, it counts as new.
func (l *Ledger) ForgetFile(file string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.setEntry(file, Entry{})
}

// ForgetRefusals forgets the refusals of contents that are not in the inbox any more.
// present lists the files there with the hashes of their contents.
func (l *Ledger) ForgetRefusals(present map[string]string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for file, entry := range l.files {
		if present[file] != entry.Hash {
			entry.Refusal = Refusal{}
			l.setEntry(file, entry)
		}
	}
}

// setEntry stores an entry if it changed. mu is held.
func (l *Ledger) setEntry(file string, entry Entry) {
	if l.files[file] == entry {
		return
	}
	l.unsaved = true
	if entry.isEmpty() {
		delete(l.files, file)
		return
	}
	if _, known := l.files[file]; !known && len(l.files) >= maxFiles {
		delete(l.files, slices.Min(slices.Collect(maps.Keys(l.files))))
	}
	l.files[file] = entry
}
