package inbox

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/geminid/geminid/cookie/export"
	"github.com/geminid/geminid/internal/owner"
)

// look is the state of one name at one moment.
type look struct {
	name string
	info fs.FileInfo
	kind lookKind
	// hash distinguishes contents, in hex. A file that could not be read has the hash
	// of the reason, so that the same reason is reported once.
	hash string
	// closed: the content ends as a finished text does.
	closed bool
}

type lookKind uint8

const (
	readable lookKind = iota
	unreadable
	tooBig
	leadingOut // a link to no file of the inbox
	directory
	device // or a pipe, a socket
)

// hasNoContent reports whether there is no content to be had, so that the same one
// counts again when there is.
func (k lookKind) hasNoContent() bool { return k != readable && k != tooBig }

// equals reports whether two looks saw one file in one condition.
func (l look) equals(other look) bool {
	return l.kind == other.kind && l.hash == other.hash && os.SameFile(l.info, other.info) &&
		l.info.Size() == other.info.Size() && l.info.ModTime().Equal(other.info.ModTime())
}

// folder is the inbox directory as it was opened for one scan. Names are resolved
// beneath it by the kernel, so that no link leads out, even if it is swapped meanwhile.
type folder struct {
	root *os.Root
	dir  string
}

func openFolder(dir string) (*folder, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &folder{root, dir}, nil
}

func (r *folder) closeRoot() { _ = r.root.Close() }

// listEntries returns the entries of the directory, sorted by name.
func (r *folder) listEntries() ([]fs.DirEntry, error) { return fs.ReadDir(r.root.FS(), ".") }

// errNotHere is the answer for a name that is no file of the inbox: gone, a directory,
// a device, a link that leads out.
var errNotHere = errors.New("no file of the inbox")

// inspectFile opens, reads and hashes one file.
func (r *folder) inspectFile(name string) (look, error) {
	f, info, err := r.openFile(name)
	if errors.Is(err, fs.ErrPermission) {
		return r.lookFromOutside(name)
	}
	if errors.Is(err, errNotHere) {
		return r.lookAtOther(name)
	}
	if err != nil {
		return look{}, err
	}
	defer f.Close()
	if info.Size() > export.MaxFile {
		return hugeLook(name, info), nil
	}
	data, err := io.ReadAll(io.LimitReader(f, export.MaxFile+1))
	if err != nil {
		return look{}, err
	}
	if len(data) > export.MaxFile {
		return hugeLook(name, info), nil
	}
	return look{name: name, info: info, hash: hashOf(data), closed: looksClosed(data)}, nil
}

// readFile returns the content that a look saw, or errMoved when it is another one
// by now.
func (r *folder) readFile(l look) ([]byte, error) {
	f, _, err := r.openFile(l.name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, export.MaxFile+1))
	if err != nil {
		return nil, err
	}
	if hashOf(data) != l.hash {
		return nil, errMoved
	}
	return data, nil
}

var errMoved = errors.New("the file changed meanwhile")

func (r *folder) openFile(name string) (*os.File, fs.FileInfo, error) {
	target, err := r.resolveLinks(name)
	if err != nil {
		return nil, nil, err
	}
	// Without waiting: a pipe that took the file's place must not hold us.
	f, err := r.root.OpenFile(target, os.O_RDONLY|openWithoutWaiting, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, errNotHere
	}
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errNotHere
	}
	if err != nil {
		_ = f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// resolveLinks returns the path of a name below the root. A link is followed to its
// end, through the ..data of a Kubernetes volume too, and must end inside.
func (r *folder) resolveLinks(name string) (string, error) {
	info, err := r.root.Lstat(name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = errNotHere
		}
		return "", err
	}
	if info.Mode().IsRegular() {
		return name, nil
	}
	if info.Mode().Type() != fs.ModeSymlink {
		return "", errNotHere
	}
	dir, dirErr := filepath.EvalSymlinks(r.dir)
	end, err := filepath.EvalSymlinks(filepath.Join(r.dir, name))
	if dirErr != nil || err != nil {
		return "", errNotHere // it leads nowhere, or where we may not look
	}
	target, err := filepath.Rel(dir, end)
	if err != nil || !filepath.IsLocal(target) {
		return "", errNotHere
	}
	return target, nil
}

// lookFromOutside describes a file that may not be opened.
func (r *folder) lookFromOutside(name string) (look, error) {
	info, err := r.root.Stat(name)
	if errors.Is(err, fs.ErrPermission) {
		return look{}, err // not even that: the directory lacks its x
	}
	if err != nil || !info.Mode().IsRegular() {
		return look{}, errNotHere
	}
	uid, gid := owner.OfFile(info)
	why := fmt.Sprintf("unreadable %d %d %o", uid, gid, info.Mode().Perm())
	return look{name: name, info: info, kind: unreadable, hash: hashOf([]byte(why)), closed: true}, nil
}

// lookAtOther describes an entry that is not a regular file. It does not reveal whether
// the target of a link exists: those who may write here may not be allowed to know.
func (r *folder) lookAtOther(name string) (look, error) {
	info, err := r.root.Lstat(name)
	if err != nil || info.Mode().IsRegular() {
		return look{}, errNotHere // gone, or it changed just now
	}
	l := look{name: name, info: info, kind: device, closed: true}
	switch info.Mode().Type() {
	case fs.ModeSymlink:
		l.kind = leadingOut
	case fs.ModeDir:
		l.kind = directory
	default: // a device
	}
	target, _ := r.root.Readlink(name) // empty if it is no link
	l.hash = hashOf(fmt.Appendf(nil, "no file %d %s", l.kind, target))
	return l, nil
}

func hugeLook(name string, info fs.FileInfo) look {
	what := fmt.Sprintf("huge %d %d", info.Size(), info.ModTime().UnixNano())
	return look{name: name, info: info, kind: tooBig, hash: hashOf([]byte(what)), closed: true}
}

func hashOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// looksClosed reports whether a text ends where a program would end it. A Netscape file
// that is cut in the middle of a value cannot be distinguished from a whole one
// otherwise.
func looksClosed(data []byte) bool {
	if len(data) == 0 {
		return false
	}
	switch data[len(data)-1] {
	case '\n', '}', ']', 0:
		return true
	}
	return false
}
