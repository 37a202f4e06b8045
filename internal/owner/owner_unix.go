//go:build unix

// Package owner returns who owns a file.
package owner

import (
	"io/fs"
	"os/user"
	"strconv"
	"syscall"
)

// OfFile returns the ids of a file's owner and group, -1 and -1 if the system does not
// report them.
func OfFile(info fs.FileInfo) (uid, gid int) {
	if stat, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(stat.Uid), int(stat.Gid)
	}
	return -1, -1
}

// NameOf returns the name of a user, or the number if there is none.
func NameOf(uid int) string {
	id := strconv.Itoa(uid)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return id
}
