package daemon

import (
	"encoding/json"
	"log/slog"
	"maps"
	"path/filepath"
	"sync"
	"time"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/inbox"
	"github.com/geminid/geminid/internal/statefile"
)

// outcomes remembers across restarts which files of the inbox were refused, so that a
// start need not check them with the upstream again. Accepted files are in the
// accounts' records. It is safe for concurrent use.
type outcomes struct {
	path string
	now  func() time.Time
	log  *slog.Logger

	mu         sync.Mutex
	files      map[string]outcome
	unsaved    bool
	unreadable bool // the file is there and cannot be read, so nothing is written over it
}

// outcome is the verdict on one content of a file.
type outcome struct {
	Hash string `json:"hash"`
	// Code is empty if nothing is wrong with the file, but a newer one was
	// used in its place.
	Code    cookie.Code `json:"code,omitempty"`
	Message string      `json:"message"`
}

const outcomesFile = "inbox.json"

// outcomesLimit bounds the file: several times the most that an inbox can fill it
// with.
const outcomesLimit = 4 << 20

func openOutcomes(dir string, now func() time.Time, log *slog.Logger) *outcomes {
	o := &outcomes{path: filepath.Join(dir, outcomesFile), now: now, log: log, files: make(map[string]outcome)}
	if err := o.readLocked(); err != nil {
		log.Warn("which files were refused before is not known; they are tried again", "err", err)
	}
	return o
}

// readLocked adds the file's outcomes to those recorded since. mu is held, or o is not
// shared yet.
func (o *outcomes) readLocked() error {
	err := statefile.LoadOrSetAside(o.path, outcomesLimit, o.now(), func(raw []byte) error {
		var read map[string]outcome
		if err := json.Unmarshal(raw, &read); err != nil {
			return err
		}
		for file, known := range read {
			if _, newer := o.files[file]; !newer {
				o.files[file] = known
			}
		}
		return nil
	})
	o.unreadable = statefile.IsUnreadable(err)
	return err
}

// lookUp returns the outcome of a file with this content.
func (o *outcomes) lookUp(drop inbox.Drop) (outcome, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	known, ok := o.files[drop.File]
	return known, ok && known.Hash == drop.Hash
}

// recordOutcome remembers the outcome of a file.
func (o *outcomes) recordOutcome(file string, new outcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.files[file] != new {
		o.files[file], o.unsaved = new, true
	}
}

// retainAndSave forgets files that left the inbox, which present lists with the hashes
// of their contents, and saves the rest. Outcomes that cannot be saved are found again
// by a check after a restart.
func (o *outcomes) retainAndSave(present map[string]string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.unreadable {
		if _ = o.readLocked(); o.unreadable { // logged at the start
			return
		}
		o.log.Info("which files were refused before can be read again", "file", o.path)
		o.unsaved = true
	}
	before := len(o.files)
	maps.DeleteFunc(o.files, func(file string, old outcome) bool { return present[file] != old.Hash })
	if len(o.files) == before && !o.unsaved {
		return
	}
	raw, _ := json.Marshal(o.files) // plain data: cannot fail
	if err := statefile.Replace(o.path, raw, true); err != nil {
		o.log.Debug("which files were refused cannot be saved", "err", err)
		o.unsaved = true
		return
	}
	o.unsaved = false
}
