package export

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/sqlite"
	"github.com/geminid/geminid/internal/owner"
)

// ReadFile returns the content of a file for Parse, at most one byte over MaxFile. A
// Firefox database comes with the changes of the -wal file that stands beside it. The
// error is a *Rejection when the file's permissions keep us out.
func ReadFile(path string) ([]byte, error) {
	data, err := readBounded(path)
	if errors.Is(err, fs.ErrPermission) {
		return nil, keptOut(path, err)
	}
	if err != nil || !sqlite.IsDatabase(data) {
		return data, err
	}
	// A -wal file that cannot be read is like one that was not copied along:
	// Parse says that it may be missing.
	beside := path + "-wal"
	if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() {
		if wal, err := readBounded(beside); err == nil {
			data = Checkpoint(data, wal)
		}
	}
	return data, nil
}

func readBounded(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, MaxFile+1))
}

// keptOut returns an error that names the owner of a file that may not be read, or err
// if the system does not know the owner.
func keptOut(path string, err error) error {
	info, statErr := os.Stat(path)
	if statErr != nil {
		return err
	}
	me := os.Geteuid()
	uid, _ := owner.OfFile(info)
	if uid < 0 {
		return err
	}
	return cookie.RejectUnreadable(cookie.Unreadable{Path: path, UID: me, OwnerID: uid, Owner: owner.NameOf(uid), Mode: info.Mode()})
}
