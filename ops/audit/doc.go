// Package audit keeps an append-only log of everything that was done to the sessions:
// rotations, swaps, probes, commands and who gave them. Start with [Open] and
// [Log.Append]; [Verify] checks a log.
//
// Every line carries the hash of the line before it, so that a line that was changed,
// removed or put in is found. The head beside the log names the first and the last
// entry, so that entries are found missing if a tail was cut or a file was removed.
// Neither is keyed: they show accidents and careless hands. A process that may write
// the files can forge all of them, unless the newest hash ([Report.Head]) was noted
// elsewhere.
//
// The log holds no secrets. It cannot recognise one: its callers pass marks and words,
// never values.
//
// # Concurrency
//
// A [Log] is safe for concurrent use by one process. Verify may run while the log is
// written.
//
// # Errors
//
// A log that is not sound is a *[BrokenError] that names the first wrong line. If
// [Log.Append] fails, the log is as it was before; after [Log.Close] it returns
// [ErrClosed].
package audit
