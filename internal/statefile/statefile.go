package statefile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// DamageError is the error of a file that is there and is of no use.
type DamageError struct {
	// Reason is half a sentence about the file, such as "it is empty".
	Reason string
}

// Error implements error.
func (e *DamageError) Error() string { return e.Reason }

// IsDamaged reports whether an error says that a file is there and of no use.
func IsDamaged(err error) bool {
	_, damaged := errors.AsType[*DamageError](err)
	return damaged
}

// IsUnreadable reports whether an error says that a file is there, or may be, and
// cannot be read: its content is not known and may be sound.
func IsUnreadable(err error) bool {
	return err != nil && !IsDamaged(err) && !errors.Is(err, fs.ErrNotExist)
}

// Open opens a file as os.OpenFile does, except that it never waits for the other end
// of a pipe or a device: anything but a regular file is a *DamageError. A link is
// followed; one that leads nowhere is not absent. The caller closes the file.
func Open(path string, flag int, perm fs.FileMode) (*os.File, error) {
	// Looked at first, because to open a device can have an effect.
	switch info, err := os.Stat(path); {
	case err == nil && !info.Mode().IsRegular():
		return nil, irregularError(info.Mode())
	case errors.Is(err, fs.ErrNotExist):
		// Anything else has come to be meanwhile.
		if link, linkErr := os.Lstat(path); linkErr == nil && link.Mode()&fs.ModeSymlink != 0 {
			return nil, &fs.PathError{Op: "open", Path: path, Err: errDangling}
		}
	}
	file, err := os.OpenFile(path, flag|withoutWaiting, perm)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = irregularError(info.Mode())
	}
	if err != nil {
		_ = file.Close()
		return nil, err
	}
	return file, nil
}

var errDangling = errors.New("the link leads to a file that is not there")

func irregularError(mode fs.FileMode) error {
	what := "no regular file"
	switch {
	case mode.IsDir():
		what = "a directory and no regular file"
	case mode&fs.ModeNamedPipe != 0:
		what = "a named pipe and no regular file"
	case mode&fs.ModeSocket != 0:
		what = "a socket and no regular file"
	case mode&fs.ModeDevice != 0:
		what = "a device and no regular file"
	}
	return &DamageError{"it is " + what}
}

// Read returns the content of a regular file. A file larger than limit bytes is a
// *DamageError: it is none of ours.
func Read(path string, limit int64) ([]byte, error) {
	file, err := Open(path, os.O_RDONLY, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, &DamageError{fmt.Sprintf("it is larger than %d KiB", limit>>10)}
	}
	return data, nil
}
