//go:build unix

package inbox

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"github.com/google/renameio/v2"
)

const openWithoutWaiting = syscall.O_NONBLOCK

// makeInbox creates the directory for a group of people: the files they drop belong to
// the directory's group. One that exists is left as it is.
func makeInbox(dir string) error {
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if os.Chmod(dir, fs.ModeSetgid|0o770) == nil {
		return nil
	}
	return os.Chmod(dir, 0o770) // a sandbox may forbid the group bit
}

// writeNote replaces a file below root. A link of that name is replaced too and
// not followed.
func writeNote(root *os.Root, name string, data []byte) error {
	p, err := renameio.NewPendingFile(name, renameio.WithRoot(root), renameio.WithStaticPermissions(0o660))
	if err != nil {
		return err
	}
	if _, err := p.Write(data); err != nil {
		return errors.Join(err, discardPending(p))
	}
	if err := p.CloseAtomicallyReplace(); err != nil {
		return errors.Join(err, discardPending(p))
	}
	return nil
}

// discardPending drops a pending file that may be closed already.
func discardPending(p *renameio.PendingFile) error {
	if err := p.Cleanup(); err != nil && !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}
