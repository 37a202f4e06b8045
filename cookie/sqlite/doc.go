// Package sqlite reads the tables of an SQLite file in memory, for files that may be
// damaged or hostile.
//
// Start with [Open] and [Database.Tables]. [ApplyWAL] merges a -wal file first. It visits
// each page at most once, so that no file can make it loop. Writing, indexes and SQL are
// left out.
//
// # Concurrency
//
// Nothing here starts a goroutine or touches the disk. A [Database] is used by one
// goroutine at a time.
//
// # Errors
//
// [ErrCut] and its neighbours say why a file cannot be read. They quote nothing of it.
package sqlite
