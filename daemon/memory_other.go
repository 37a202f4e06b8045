//go:build !linux

package daemon

// systemMemory is 0, for unknown.
func systemMemory() int64 { return 0 }
