package daemon

import (
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"sync"

	"github.com/google/renameio/v2"

	"github.com/geminid/geminid/cookie"
)

// outcomes remembers across restarts which files of the inbox were refused, so
// that a start need not ask the upstream about them once more. Files that were
// taken in stand in the accounts' records. It is safe for concurrent use.
type outcomes struct {
	path string
	log  *slog.Logger

	mu      sync.Mutex
	files   map[string]outcome
	unsaved bool
}

// outcome is what became of one content of a file.
type outcome struct {
	Hash string `json:"hash"`
	// Code is empty when nothing was wrong with the file, but a newer one was
	// taken in its place.
	Code    cookie.Code `json:"code,omitempty"`
	Message string      `json:"message"`
}

const outcomesFile = "inbox.json"

func openOutcomes(dir string, log *slog.Logger) *outcomes {
	o := &outcomes{path: filepath.Join(dir, outcomesFile), log: log}
	raw, err := os.ReadFile(o.path)
	if err == nil {
		err = json.Unmarshal(raw, &o.files)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		log.Warn("which files were refused before is not known; they are tried again", "file", o.path, "err", err)
		o.files = nil
	}
	if o.files == nil { // also for a file that says null
		o.files = make(map[string]outcome)
	}
	return o
}

// of returns what became of a file with this content.
func (o *outcomes) of(drop cookie.Drop) (outcome, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	known, ok := o.files[drop.File]
	return known, ok && known.Hash == drop.Hash
}

// note remembers what became of a file.
func (o *outcomes) note(file string, new outcome) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.files[file] != new {
		o.files[file], o.unsaved = new, true
	}
}

// keep forgets what is not in the inbox any more, by the hashes of what is, and
// saves the rest. What can not be saved is asked about again after a restart.
func (o *outcomes) keep(present map[string]string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	before := len(o.files)
	maps.DeleteFunc(o.files, func(file string, old outcome) bool { return present[file] != old.Hash })
	if len(o.files) == before && !o.unsaved {
		return
	}
	raw, _ := json.Marshal(o.files) // plain data: can not fail
	if err := renameio.WriteFile(o.path, raw, 0o600, renameio.WithStaticPermissions(0o600)); err != nil {
		o.log.Debug("which files were refused can not be saved", "err", err)
		o.unsaved = true
		return
	}
	o.unsaved = false
}
