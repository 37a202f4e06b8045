package harness

import (
	"bufio"
	"io"
)

// EachLine reads a stream to its end and calls f with each line, without its
// end. The error is how the connection ended, nil for a proper end.
func EachLine(body io.Reader, f func(line string)) error {
	scanner := bufio.NewScanner(body)
	scanner.Buffer(nil, 32<<20)
	for scanner.Scan() {
		f(scanner.Text())
	}
	return scanner.Err()
}
