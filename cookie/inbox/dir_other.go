//go:build !unix

package inbox

import "os"

const openWithoutWaiting = 0

func makeInbox(dir string) error { return os.MkdirAll(dir, 0o700) }

func writeNote(root *os.Root, name string, data []byte) error {
	return root.WriteFile(name, data, 0o600)
}
