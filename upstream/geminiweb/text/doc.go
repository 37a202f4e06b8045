// Package text turns the cumulative frames of an answer into a stream of new
// text.
//
// # The problem
//
// The upstream does not send increments. Each frame of an answer repeats the
// whole text so far, as JSON inside a JSON string:
//
//	[["wrb.fr",null,"[null,[\"c_1\",\"r_1\"],null,null,[[\"rc_1\",[\"The tides\"], … ]]]"]]
//	[["wrb.fr",null,"[null,[\"c_1\",\"r_1\"],null,null,[[\"rc_1\",[\"The tides come from\"], … ]]]"]]
//
// A client of ours wants "The tides", then " come from". Three things make
// that hard.
//
// Volume. An answer of 1 MiB that grows by 4 KiB per frame is 130 MiB of JSON.
// A program that parses each frame does work in proportion to the square of the
// answer, for every stream at once.
//
// Flicker. The end of an unfinished text comes and goes: the upstream closes an
// open code fence in every frame, escapes Markdown marks until it has seen their
// partner, cuts a surrogate pair in half. Text that went out to a client cannot
// be taken back.
//
// Rewrites. Now and then the upstream changes text in the middle: it puts a link
// around a word, corrects a sentence, or replaces the answer by a refusal. Then
// the new text does not begin with the old one.
//
// # Known bytes are compared, new bytes are decoded
//
// A [Decoder] keeps the beginning of the last text frame as it lay on the wire,
// still escaped twice: everything up to the opening quote of the text, then the
// escaped text that has been sent to the client. Nearly every frame begins with
// exactly these bytes. Comparing them is one bytes.HasPrefix, which runs at the
// speed of memory, and only the bytes after them are decoded (unescape.go), by a
// reader that undoes both levels of escapes at once. It stops at the closing
// quote, wherever that is.
//
// The rest of the frame, in front of the text and after it, is compared with
// that of the last frame. It differs in few frames. Then it is parsed without the
// text in between, so that ids, marks and links are seen in the frame that first
// has them, at the cost of some hundred bytes: see [Delta.Frame].
//
// This path makes no assumption that it does not check. If a frame has another
// shape, more than one candidate, an escape that two JSON decoders could read
// differently, the fast path gives up without having changed anything, and the
// whole frame is parsed by [wire.ParseFrame]. A wrong guess costs time, never a letter;
// tests feed random frames through both paths and compare every step.
//
// The first text frame, and one whose head has changed, need the place of the
// text: locate.go walks the escaped bytes by brackets and commas to index
// [4][0][1][0] of the inner array.
//
// # Stable text is sent, unstable text is held
//
// Of the new text the part goes on that no later frame can change: unstable.go
// holds back trailing code fences, escaped marks and broken characters. The
// package markup then makes of it the text that a client should see, and holds back
// a possible beginning of something to be changed, such as "&am". Each of these
// waits has a bound in bytes. When the answer is complete, [Decoder.Flush] sends
// the rest.
//
// Each byte is cleaned once. After a rewrite the text in front of the place where
// it goes on is cleaned again, to know whether that is inside of code.
//
// # Documents are put where their chips are
//
// An answer may have documents (canvases) beside its text, cumulative too. The text
// holds a chip at the place of each; canvas.go sends the new part of the document
// there, and the text behind it once the document is finished.
//
// # After a rewrite, the text goes on behind the last common block
//
// If a text does not begin with the text that was sent, align.go looks for the last block
// of bytes that both share: it takes the end of the sent text, steps back in
// growing steps, and searches each block near its old place. The text goes on
// after that block, at a word boundary. If there is no such block the new text
// is another answer: it is sent as a paragraph of its own, but only if it is
// complete or has outgrown the old one, because a rewritten text often comes
// back to the old words a few frames later. So a client may see a stale phrase;
// it never sees a passage twice or half a word.
//
// If the client wants the answer in one piece, none of this is needed: a Decoder in mode [AtEnd] sends
// the last text, cleaned, when it is flushed.
//
// # Cost
//
// The work for a frame is a comparison of the bytes that are known, and decoding
// in proportion to those that are new; the bounds in align.go make a rewrite
// cost no more than the frame. A frame costs no allocation once the buffers have
// grown. Memory is two to three times the text.
//
// # Usage
//
// Make a Decoder with [NewDecoder], pass it each frame with
// [Decoder.DecodeFrame], then call [Decoder.Flush] and [Decoder.Release]. See
// the example.
//
// # Concurrency and errors
//
// A Decoder must be used by one goroutine at a time. It does no I/O and does not
// block. A frame that is not JSON is reported by a boolean, and changes nothing.
package text
