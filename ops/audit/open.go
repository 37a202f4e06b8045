package audit

import (
	"errors"
	"fmt"
	"os"

	"github.com/geminid/geminid/internal/statefile"
)

// openNewest opens the newest file and finds the end of the chain. If it fails, l.file
// may be open.
func (l *Log) openNewest() error {
	if err := l.inheritChain(); err != nil {
		return err
	}
	_, statErr := os.Lstat(l.cfg.Path)
	file, err := statefile.Open(l.cfg.Path, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600)
	if statefile.IsDamaged(err) {
		return fmt.Errorf("%s: %w; put it and its .head file aside, and another one is begun", l.cfg.Path, err)
	}
	if err != nil {
		return statefile.WithRemedy(err)
	}
	l.file = file
	known, haveHead, err := readHead(l.cfg.Path)
	if err != nil {
		return err
	}
	if errors.Is(statErr, os.ErrNotExist) {
		return l.beginFile(known)
	}
	return l.continueFile(known, haveHead)
}

// beginFile begins the first file of a log, or the one after those that were put aside.
func (l *Log) beginFile(known head) error {
	if l.end.seq < known.Seq {
		return known.missing(l.cfg.Path, "the newest file is not there")
	}
	l.first = known.First
	return l.syncDir()
}

// continueFile verifies the newest file and removes a line at its end that is cut short.
func (l *Log) continueFile(known head, haveHead bool) error {
	l.end.head = known
	part, err := verifyFile(l.file, l.cfg.Path, l.end)
	if err != nil {
		return err
	}
	l.size, l.end, l.first = part.size, part.chain, known.First
	switch {
	case l.end.seq < known.Seq && l.cfg.NoSync:
		// Entries that were not synced may be lost with the machine. The loss is
		// recorded.
		return l.appendLocked(Recovered, "", map[string]string{"lost_entries": fmt.Sprint(known.Seq - l.end.seq)})
	case l.end.seq < known.Seq:
		return known.missing(l.cfg.Path, fmt.Sprintf("the log ends with entry %d", l.end.seq))
	case !haveHead && l.end.seq > 0:
		if l.first, err = firstOf(l.cfg.Path); err != nil {
			return err
		}
		l.writeHeadLocked()
	}
	if part.torn == 0 {
		return nil
	}
	if err := l.file.Truncate(l.size); err != nil {
		return err
	}
	return l.appendLocked(Recovered, "", map[string]string{"cut_bytes": fmt.Sprint(part.torn)})
}

// inheritChain takes over the end of the chain from the youngest file that was put
// aside: the newest file goes on from there.
func (l *Log) inheritChain() error {
	older, err := listOlder(l.cfg.Path)
	if err != nil || len(older) == 0 {
		return err
	}
	youngest, number := older[len(older)-1].path, older[len(older)-1].number
	file, err := statefile.Open(youngest, os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	part, err := verifyFile(file, youngest, chainStart(number))
	if err != nil {
		return err
	}
	if part.torn > 0 {
		return &BrokenError{File: youngest, Line: part.lines + 1, Reason: "the line is cut short"}
	}
	l.end = part.chain
	return nil
}
