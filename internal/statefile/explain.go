package statefile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// remedies are the cures for the errors that a disk answers with.
var remedies = []struct {
	err    error
	remedy string
}{
	{syscall.ENOSPC, "the disk is full; free some space"},
	{syscall.EDQUOT, "the disk quota is used up; free some space"},
	{syscall.EFBIG, "the file size limit is reached; raise it (ulimit -f)"},
	{syscall.EROFS, "the file system is read-only; remount it writable"},
	{syscall.EIO, "the disk reports an I/O error; check its health (dmesg), or put the file back from a backup"},
	{syscall.EMFILE, "too many open files; raise the limit (ulimit -n)"},
	{syscall.ENFILE, "too many open files on this machine; raise the limit (sysctl fs.file-max)"},
	{errDangling, "mount what it leads to, or remove the link"},
	{syscall.ENOTDIR, "a file lies where a directory belongs; move it away"},
	{syscall.EISDIR, "a directory lies where a file belongs; move it away"},
	{os.ErrPermission, "the daemon's user may not do that; check owner and mode"},
}

// WithRemedy adds the cure to an error of a disk, if there is one.
func WithRemedy(err error) error {
	if remedy := RemedyFor(err); remedy != "" {
		return fmt.Errorf("%w (%s)", err, remedy)
	}
	return err
}

// RemedyFor returns the cure for an error of a disk in half a sentence, empty if none
// is known. If a permission is missing on an existing file or on a directory above
// it, it is the command that gives it to this process's user.
func RemedyFor(err error) string {
	if at, ok := errors.AsType[*fs.PathError](err); ok && errors.Is(err, fs.ErrPermission) {
		if command := permitCommand(at.Path); command != "" {
			return command
		}
	}
	for _, r := range remedies {
		if errors.Is(err, r.err) {
			return r.remedy
		}
	}
	return ""
}

// permitCommand is the command that lets this process's user read and write a file, or
// its directory if that keeps it out. It is empty if owner and mode are in order.
// Running it as root gives nothing away by a link that was put in the file's place:
// chown follows none, and the mode gives nothing but to the file's owner.
func permitCommand(path string) string {
	info, err := os.Stat(path)
	for err != nil && filepath.Dir(path) != path {
		path = filepath.Dir(path) // cannot be passed through, or nothing can be made in it
		info, err = os.Stat(path)
	}
	if err != nil {
		return ""
	}
	me, owner := os.Geteuid(), ownerOf(info)
	mode, need := "u+rw", fs.FileMode(0o600)
	if info.IsDir() {
		mode, need = "u+rwx", 0o700
	}
	switch {
	case owner < 0:
		return ""
	case owner != me:
		return fmt.Sprintf("run as root: chown -h %d %s && chmod %s %s", me, ShellQuote(path), mode, ShellQuote(path))
	case info.Mode().Perm()&need != need:
		return fmt.Sprintf("run: chmod %s %s", mode, ShellQuote(path))
	}
	return ""
}

// ShellQuote writes a path as a shell takes it.
func ShellQuote(path string) string {
	if strings.ContainsFunc(path, func(r rune) bool {
		return !strings.ContainsRune("/._-+:@%,", r) && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}
