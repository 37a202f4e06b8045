package audit

import (
	"errors"
	"os"
	"path/filepath"
)

// rotateLocked puts the newest file aside and begins another. The order of the
// steps is such that a crash between any two of them leaves a log that opens.
func (l *Log) rotateLocked() error {
	older, err := listOlder(l.cfg.Path)
	if err != nil {
		return err
	}
	number := 1
	if len(older) > 0 {
		number = older[len(older)-1].number + 1
	}
	if err := os.Rename(l.cfg.Path, olderPath(l.cfg.Path, number)); err != nil {
		return err
	}
	file, err := os.OpenFile(l.cfg.Path, os.O_RDWR|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return errors.Join(err, os.Rename(olderPath(l.cfg.Path, number), l.cfg.Path))
	}
	_ = l.file.Close() // every line of it is synced
	l.file, l.size = file, 0
	for n := range len(older) + 1 - l.cfg.Keep {
		_ = os.Remove(older[n].path) // tried again next time
	}
	if first, err := firstOf(l.cfg.Path); err == nil && first > 0 {
		l.first = first
	}
	return l.syncDir()
}

func (l *Log) syncDir() error {
	if l.cfg.NoSync {
		return nil
	}
	dir, err := os.Open(filepath.Dir(l.cfg.Path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}
