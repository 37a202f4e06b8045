package config

import (
	"io/fs"

	"github.com/geminid/geminid/internal/statefile"
)

// maxFile bounds the bytes read of a file: far more than a configuration, a credential
// or a chain of certificates has.
const maxFile = 1 << 20

// readFile returns the content of a regular file; one that is larger is an error. It
// never waits for the other end of a pipe or a device, because a running server reads
// its files again.
func readFile(path string) ([]byte, error) {
	content, err := statefile.Read(path, maxFile)
	if statefile.IsDamaged(err) {
		err = &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return content, err
}
