// Package uploads keeps files that clients upload in order to name them in questions.
// Each belongs to the owner who uploaded it, is kept for [MaxAge], and can be used by
// nobody else. Files are bounded one by one, for each owner, and in all; what does not
// fit is refused, because the files that are kept were promised to somebody.
//
// Start with [Open]. A file comes in pieces: [Store.Begin] returns the ID of an
// [Upload], [Store.Resume] continues it, [Upload.Finish] makes it a [File]. It knows no
// HTTP and no format of clients.
//
// # Concurrency
//
// A [Store] is safe for concurrent use and starts no goroutine. An [Upload] belongs to
// the one who resumed it, until Close.
//
// # Errors
//
// [ErrNotFound] for a file or upload that is not there, or not any more; a [Refusal] for
// what the client must do differently; a [FullError] if there is no room; else an error of
// the disk, and then what was kept before is still there.
package uploads
