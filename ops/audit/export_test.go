package audit

import "io"

// VerifyReader verifies one file and returns how many whole lines it has.
func VerifyReader(r io.Reader) (lines int, err error) {
	p, err := verifyFile(r, "log", chainStart(0))
	return p.lines, err
}
