//go:build !unix

// Package owner returns who owns a file.
package owner

import (
	"io/fs"
	"strconv"
)

// OfFile returns -1 and -1: this system does not report owners.
func OfFile(fs.FileInfo) (uid, gid int) { return -1, -1 }

// NameOf returns the number.
func NameOf(uid int) string { return strconv.Itoa(uid) }
