//go:build !unix

package statefile

import (
	"errors"
	"io/fs"
)

// The daemon runs on unix only; nothing here is reached there.

const withoutWaiting = 0

func ownerOf(fs.FileInfo) int { return -1 }

// Replace is not supported here.
func Replace(string, []byte, bool) error { return errors.ErrUnsupported }

// SyncDir is not supported here.
func SyncDir(string) error { return errors.ErrUnsupported }
