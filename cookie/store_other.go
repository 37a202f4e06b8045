//go:build !unix

package cookie

import "errors"

// Nothing here is reached: OpenStore fails at the lock.

func replaceFile(string, []byte, bool) error { return errors.ErrUnsupported }

func syncDir(string) error { return errors.ErrUnsupported }
