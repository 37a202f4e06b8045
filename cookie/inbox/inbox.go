package inbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/export"
	"github.com/geminid/geminid/internal/statefile"
)

// Bounds of one scan.
const (
	quiet     = 300 * time.Millisecond // a file must hold still this long
	maxPauses = 10                     // pauses of that length in one scan
	// unclosedPauses is how long a text must hold still that ends in the middle
	// of a line: most likely the rest is still coming.
	unclosedPauses = 3
	// patience is how long after its last change a file may be empty or cut off
	// before that is a fault.
	patience = 10 * time.Second
	maxFiles = 256
	// maxForeign is how many files that are not even called as exports are lies beside
	// them by mistake; a directory with more serves something else too.
	maxForeign = 8
)

// Config chooses the directory that an [Inbox] reads.
type Config struct {
	// Dir is where people drop their exports; it is created with mode 2770 when
	// it is missing. Required.
	Dir string
	// Now is the wall clock; nil means time.Now.
	Now func() time.Time
	// Logger gets remarks about files; nil means silence.
	Logger *slog.Logger
}

// Inbox is the directory where people drop their exports. It decides by content
// alone: events, names and times only say when to look. It never writes there
// but its own notes. It is safe for concurrent use.
type Inbox struct {
	cfg      Config
	scanning sync.Mutex // one Rescan at a time
	crowded  bool       // there are too many files
	shared   bool       // the directory serves something else too

	mu    sync.Mutex
	files map[string]*fileMemo
}

// fileMemo holds the known facts about one name.
type fileMemo struct {
	seen    string    // hash of the content that was last handed out
	blocked string    // hash of the reason why it could not be read, last handed out
	last    look      // the latest look
	changed time.Time // when the content was last seen to change, by our clock
	growing bool      // it went on changing before it could be handed out
}

// Scan is the result of a look into the inbox.
type Scan struct {
	// Drops are the files with new content that holds still, the newest first.
	Drops []Drop
	// Gone are the files that were known and are not there any more.
	Gone []string
	// Pending: something is still being written; look again in a second.
	Pending bool
}

// Drop is a file that was put into the inbox or changed there. Either Export or
// Rejection is set.
type Drop struct {
	File string // base name
	// Hash is the SHA-256 of the content in hex. For a file that cannot be read
	// it stands for the reason.
	Hash      string
	Modified  time.Time // as the file system says
	Account   string    // the account that the name asks for (AccountFor)
	Generic   bool      // the name may mean any account
	Export    *export.Result
	Rejection *cookie.Rejection

	foreign bool // it is of another kind, by name and content
}

// New opens the inbox, creates the directory if it is missing, and sweeps up the
// remains of an interrupted note.
func New(c Config) (*Inbox, error) {
	if c.Dir == "" {
		return nil, errors.New("opening the inbox: no directory given")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if err := makeInbox(c.Dir); err != nil {
		return nil, fmt.Errorf("creating the inbox: %w", statefile.WithRemedy(err))
	}
	if r, err := openFolder(c.Dir); err == nil { // else the first scan says why not
		r.sweepNotes()
		r.closeRoot()
	}
	return &Inbox{cfg: c, files: make(map[string]*fileMemo)}, nil
}

// Seen returns, by file name, the hash of the content that was last handed out, for the
// files that are still there.
func (i *Inbox) Seen() map[string]string {
	i.mu.Lock()
	defer i.mu.Unlock()
	seen := make(map[string]string, len(i.files))
	for name, m := range i.files {
		if m.seen != "" {
			seen[name] = m.seen
		}
	}
	return seen
}

// Unreadable reports whether a file waits for its permissions to change.
func (i *Inbox) Unreadable() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, m := range i.files {
		if m.blocked != "" && m.last.kind == unreadable {
			return true
		}
	}
	return false
}

// Rescan looks for news. Where nothing changed it returns at once; a file that changed
// must first hold still, which takes 0.3 s and at most 3 s. A content is handed out
// once, good or bad. The error describes the parts that could not be examined; the
// findings of the scan are returned beside it.
func (i *Inbox) Rescan(ctx context.Context) (Scan, error) {
	i.scanning.Lock()
	defer i.scanning.Unlock()
	r, err := openFolder(i.cfg.Dir)
	if err != nil {
		return Scan{}, i.unopenedFiles(err)
	}
	defer r.closeRoot()
	entries, err := r.listEntries()
	if err != nil {
		return Scan{}, i.unopenedFiles(err)
	}
	r.removeOrphans(entries)

	s := &scan{inbox: i, folder: r, at: i.cfg.Now()}
	for _, name := range i.candidateNames(entries) {
		s.inspectFirst(name)
	}
	missing := i.missingNames(entries)
	if len(missing) > 0 && len(s.moving) == 0 {
		// A program that replaces a file may remove the old one first.
		if err := waitQuiet(ctx); err != nil {
			return Scan{}, err
		}
	}
	if err := s.waitUntilStill(ctx); err != nil {
		return Scan{}, err
	}
	s.deliverDrops()
	s.forgetMissing(missing)
	slices.SortStableFunc(s.found, func(a, b finding) int {
		return cmp.Or(b.changed.Compare(a.changed), b.drop.Modified.Compare(a.drop.Modified))
	})
	for _, f := range s.found {
		s.out.Drops = append(s.out.Drops, f.drop)
	}
	return s.out, errors.Join(s.errs...)
}

func (i *Inbox) unopenedFiles(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the inbox %s is missing; create it again: %w", i.cfg.Dir, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("uid %d may not list the inbox %s; its group needs rwx (chmod 2770): %w", os.Geteuid(), i.cfg.Dir, err)
	}
	return fmt.Errorf("reading the inbox: %w", statefile.WithRemedy(err))
}

func modTime(e fs.DirEntry) time.Time {
	info, err := e.Info()
	if err != nil {
		return time.Time{} // gone meanwhile: as old as can be
	}
	return info.ModTime()
}

// missingNames returns the known names that are not listed.
func (i *Inbox) missingNames(entries []fs.DirEntry) []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	var names []string
	for name := range i.files {
		if !slices.ContainsFunc(entries, func(e fs.DirEntry) bool { return e.Name() == name }) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// pathOf is for messages: where a person finds a file.
func (i *Inbox) pathOf(name string) string { return filepath.Join(i.cfg.Dir, name) }

// waitQuiet waits for one quiet period, or less when ctx ends.
func waitQuiet(ctx context.Context) error {
	timer := time.NewTimer(quiet)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
