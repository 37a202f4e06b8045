// Package store keeps the records of the accounts on disk, one file for each account.
//
// Start with [Open], which locks the state directory, [Store.Load] and [Store.Save]. Each
// write replaces a whole file: a reader, or a restart after a crash, finds the old record
// or the new one.
//
// # Concurrency
//
// A [Store] is safe for concurrent use. Its methods block on the disk. Only one process can
// hold a directory open; [Store.Close] releases it.
//
// # Errors
//
// [Open] returns a [*LockedError] if another process holds the directory. Methods return
// [ErrClosed] after [Store.Close], and otherwise the error of the disk with a remedy.
package store
