// Package cookie describes a Google session: its cookies, its account, and the evidence
// about it.
//
// Start with [Set], an immutable cookie set, and [Value], a cookie's secret that no log
// and no format verb shows; [Value.Reveal] is the only way to the text. A [Finding] is
// the [Evidence] of one upstream call, a [Record] is the data that the store keeps for
// one account. The folders below read exports, watch the inbox, and store the records.
//
// # Concurrency
//
// Sets and values are immutable and may be shared. Nothing here blocks or starts a
// goroutine.
//
// # Errors
//
// A file that is not used has a [*Rejection] with a [Code] and words for its owner. An
// account file that cannot be read is an [*UnreadError]. No error holds a cookie's value.
package cookie
