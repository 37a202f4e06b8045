// Package inbox reads the directory in which the owner drops cookie files.
//
// Start with [Inbox.Rescan], which returns the files that are new since the last call and
// no longer change. [Inbox.Refuse] and [Inbox.Accept] write and remove the note beside a
// file. [Watch] gives hints when a scan is worth while; regular scans do not depend on it.
//
// # Concurrency
//
// An [Inbox] is safe for concurrent use. [Inbox.Rescan] blocks while files change. [Watch]
// blocks until its context ends, and leaves nothing behind.
//
// # Errors
//
// A file that cannot be used is no error: its [Drop] holds a rejection. Errors are those
// of the directory and the disk, with the remedy where there is one.
package inbox
