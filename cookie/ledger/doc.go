// Package ledger remembers the fate of the files that were dropped into the inbox:
// which account took one in, which one was refused, and which one was passed over. It
// is the only memory of that, and it outlives restarts, so that a start need not ask
// the upstream about the same contents again.
//
// The supervisor decides about files and is the only one to write here; the daemon
// opens the [Ledger]. Start reading at [Entry].
//
// Concurrency: a Ledger is safe for concurrent use. It starts no goroutine, and only
// [Open] and [Ledger.Save] touch the disk.
//
// Errors: a ledger that cannot be read or saved is logged and worked without. A missing
// entry costs a check of the file with the upstream, never a session.
package ledger
