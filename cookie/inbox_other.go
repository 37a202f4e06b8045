//go:build !unix

package cookie

import (
	"io/fs"
	"os"
	"strconv"
)

const openWithoutWaiting = 0

func ownerOf(fs.FileInfo) (uid, gid int) { return -1, -1 }

func ownerName(uid int) string { return strconv.Itoa(uid) }

func makeInbox(dir string) error { return os.MkdirAll(dir, 0o700) }

func writeNote(root *os.Root, name string, data []byte) error {
	return root.WriteFile(name, data, 0o600)
}
