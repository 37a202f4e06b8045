// Package export reads a session from the files that browsers, extensions and tools
// export.
//
// Start with [Parse], which recognizes the format by the content, and returns a [Result]
// with a checked set. [Formats] lists the formats, one pair of functions each.
//
// # Concurrency
//
// All functions are safe for concurrent use and start no goroutine. [ReadFile] reads the
// disk; the others work on bytes in memory, at most [MaxFile] of them.
//
// # Errors
//
// A file without a usable session is refused with a [*cookie.Rejection], which names the
// file and the next step, and no value.
package export
