// Package files keeps the pictures and other files of answers for a while, so
// that a link can lead to them. A name cannot be guessed and is the only key to
// its file; age and size are capped. It knows no HTTP and no format of clients.
//
// Start with [Store]: [Open] reads the directory, [Store.SaveFile] keeps a file and
// returns its name.
//
// # Concurrency
//
// A [Store] is safe for concurrent use, and starts no goroutine.
//
// # Errors
//
// A file that is not there, or not any more, is [ErrNotFound]. Other errors are those of
// the disk.
package files
