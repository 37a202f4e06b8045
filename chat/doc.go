// Package chat is the vocabulary between dialects and providers: a client's
// question is a [Request], its answer a sequence of [Event], an entry of the
// model list a [Model], and a failure an [Error] of a [Kind]. It knows no wire
// format, no cookie and no HTTP.
//
// Start with [Request] and [Event]. [FormatPrompt] writes a conversation as the
// one prompt that a web chat takes, [SplitPrompt] moves the part that is too
// long into a file, and [CollectAnswer] joins the events of an answer.
//
// # Concurrency
//
// The package has no state. Requests and blobs are not changed after decoding,
// and may then be read by several goroutines. A [Tally] belongs to one.
//
// # Errors
//
// Every failure that reaches a client is an [Error]; [AsError] makes one of any
// other error without a word of its text.
package chat
