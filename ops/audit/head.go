package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/geminid/geminid/internal/statefile"
)

// head is the knowledge of a log apart from its files: its first and its last entry.
// It shows the losses that the chain by itself does not: a tail that was cut, a file
// that was removed.
type head struct {
	First uint64 `json:"first"` // number of the oldest entry that is kept, 0 of an empty log
	Seq   uint64 `json:"seq"`   // number of the newest entry
	Hash  string `json:"hash"`  // of the newest entry
}

// HeadPath is where the head of a log is kept: audit.head beside audit.log.
func HeadPath(path string) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + ".head"
}

const maxHead = 4 << 10

// readHead reads the head of a log; known is false if there is none, as beside a log
// of an earlier version.
func readHead(path string) (h head, known bool, err error) {
	raw, err := statefile.Read(HeadPath(path), maxHead)
	if errors.Is(err, fs.ErrNotExist) {
		return h, false, nil
	}
	if err == nil {
		err = json.Unmarshal(raw, &h)
	}
	if err != nil {
		return h, false, fmt.Errorf("%s: %w", HeadPath(path), statefile.WithRemedy(err))
	}
	return h, true, nil
}

// writeHead replaces the head. It follows the entry that it names: a crash between the
// two leaves a head that lags behind, never one that is ahead.
func writeHead(path string, h head, sync bool) error {
	raw, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return statefile.Replace(HeadPath(path), append(raw, '\n'), sync)
}

// missing is the error for entries that the head knows of and the log does not hold.
func (h head) missing(path, reason string) error {
	return &BrokenError{File: path, Reason: fmt.Sprintf(
		"%s, but %s says that entries %d to %d were written", reason, filepath.Base(HeadPath(path)), h.First, h.Seq)}
}
