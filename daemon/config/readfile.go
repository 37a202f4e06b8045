package config

import (
	"io"
	"io/fs"
	"os"

	"github.com/geminid/geminid/internal/statefile"
)

// maxFile bounds the bytes read of a file: far more than a configuration, a credential
// or a chain of certificates has.
const maxFile = 1 << 20

// readFile returns the content of a regular file, or of a larger one its beginning. It
// never waits for the other end of a pipe or a device, because a running server reads
// its files again.
func readFile(path string) ([]byte, error) {
	file, err := statefile.Open(path, os.O_RDONLY, 0)
	if statefile.IsDamaged(err) {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxFile))
}
