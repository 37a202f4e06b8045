//go:build unix

package statefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/google/renameio/v2"
)

const withoutWaiting = syscall.O_NONBLOCK

// ownerOf returns the uid of a file's owner, -1 where the system does not say.
func ownerOf(info fs.FileInfo) int {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid)
	}
	return -1
}

// Replace puts data at path, with mode 0600, so that every reader, at every
// instant, finds the old content or the new. The temporary file lies beside it,
// because a rename does not cross file systems. With sync the new content also
// survives a crash of the machine once Replace returned nil.
func Replace(path string, data []byte, sync bool) error {
	dir := filepath.Dir(path)
	p, err := renameio.NewPendingFile(path, renameio.WithTempDir(dir), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return err
	}
	if err := writePending(p, path, data, sync); err != nil {
		return errors.Join(err, discardPending(p))
	}
	if !sync {
		return nil
	}
	return SyncDir(dir)
}

func writePending(p *renameio.PendingFile, path string, data []byte, sync bool) error {
	if _, err := p.Write(data); err != nil {
		return err
	}
	if sync {
		return p.CloseAtomicallyReplace()
	}
	if err := p.File.Close(); err != nil {
		return err
	}
	return os.Rename(p.Name(), path)
}

// discardPending drops a pending file that may be closed already.
func discardPending(p *renameio.PendingFile) error {
	if err := p.Cleanup(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

// SyncDir makes a rename or a removal inside dir durable.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
