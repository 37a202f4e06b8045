// Package frame cuts an answer body of the upstream into its frames.
//
// A body begins with the guard ")]}'" and goes on with frames of the form
//
//	<digits> \n <JSON array> \n
//
// where the number counts UTF-16 code units, from the newline after the digits
// to the newline after the array, both included (docs/protocol.md, "Framing").
// A body without numbers, one array per line, is read as well.
//
// Start with [NewReader] and call [Reader.ReadFrame] until it returns io.EOF.
//
// # Why the length is not counted
//
// Each frame of an answer repeats the whole answer so far, so a body is many
// times as long as its text, and decoding UTF-8 only to count units would touch
// every byte of it. A frame of n units has at least n and at most 3n bytes, and
// JSON has no raw newline inside a value, so the first newline from byte n on
// ends the frame. ReadFrame jumps there. A frame that was cut wrongly by this
// is not valid JSON: the caller, who must parse it anyway, finds out and calls
// [Reader.CutAgain], after which the same frame is cut by counting units, and
// after that by lines.
//
// # Memory
//
// A Reader holds a buffer of at most four times its longest frame, frames of
// more than 64 MiB are [ErrTooLong]. While it waits for the next frame it holds
// no pooled buffer, because a stream spends most of its life waiting: a
// thousand streams need a few buffers and not a thousand. Call [Reader.Release]
// when done.
//
// # Concurrency
//
// A Reader must be used by one goroutine at a time. It starts none and blocks
// only in the Read of its source.
//
// # Errors
//
// ReadFrame returns io.EOF at the end of the body, io.ErrUnexpectedEOF if the
// body ends inside a frame, [ErrTooLong], and errors of the source unchanged.
package frame
