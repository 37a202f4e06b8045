// Package report keeps the figures of the server's life, one roll-up an hour, in a
// small file that outlives restarts, and sums a stretch of them up for a person: the
// weekly or monthly look at the server, as text or Markdown, in English or Chinese. It
// holds numbers, account names and model names only.
//
// Start with [OpenStore] and [Store.AppendHour] to keep figures, with [FoldHours] and
// [Report.Write] to show them. If no server runs, [ReadHours] reads the file.
//
// # Concurrency
//
// A [Store] is safe for concurrent use by one process. A [Report] is a value; if
// several goroutines use one, none may change it.
//
// # Errors
//
// If a store cannot be opened because its file cannot be read, nothing is written and
// OpenStore may be tried again. If an append fails, nothing was added. Lines that are
// not understood are set aside, and logged.
package report
