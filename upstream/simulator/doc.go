// Package simulator is a pretend gemini.google.com: the whole upstream in one
// http.Handler, with sessions whose cookies age, rotate and die, answers in the
// real framing, and every way to fail that was seen on the web. It is faithful
// and unkind on purpose: it refuses each call that the real upstream refuses. It
// imports nothing of this project, so that a client's mistake cannot agree
// with itself.
//
// # Three ways in
//
// As a handler it routes by Host and path (gemini.google.com,
// accounts.google.com, www.google.com, the upload and picture hosts); any other
// Host is routed by path alone and gets links to that Host. As an
// http.RoundTripper it is reached without a network, streams truly and works in
// a testing/synctest bubble. [Simulator.Control] is its remote control.
//
// # Sessions
//
// [Simulator.AddSession] signs in and returns the two cookies. A PSIDTS lives as long as
// Life draws at its issue; a rotation replaces it and leaves the old one a grace of
// 60 s. Ages are counted when a request comes, by Config.Now: a clock that jumps
// is fine. [Simulator.Standing] returns the verdict of the upstream on a pair now.
//
// # Concurrency
//
// All methods of [Simulator] are safe for concurrent use. [New] starts no goroutine. A
// round trip owns one, which ends with the request's context or the response's body.
//
// # Errors
//
// Failures that a client is to see are HTTP answers and broken connections, chosen by
// [Simulator.SetFault] or a keyword. [Simulator.RoundTrip] returns the errors that a TCP
// connection would give. Methods that look a session up return [ErrNoSession].
//
// # Keywords
//
// An answer is an echo of the prompt and a few sentences in several scripts.
// Words in square brackets choose something else, or add to it in their order. Only the last turn counts if
// the prompt holds a conversation in blocks that begin with "User:" and
// "Assistant:"; keywords are left out of the echo.
//
//	[say TEXT]            exactly TEXT
//	[long N]              N bytes (LongText) in frames of 4 KiB
//	[think]               thoughts first
//	[code]                a code block whose closing fence comes and goes
//	[flicker]             escaped Markdown marks come and go at the tail
//	[rewrite]             earlier characters change in mid-stream
//	[dirty]               entities, placeholder links, a FollowUp element
//	[card]                the text stands in the card slot
//	[leak]                thoughts leak into the text between control marks
//	[dense] [sparse]      the form of long arrays; else the prompt decides
//	[queue] [tool]        rows without a candidate come first
//	[delay D] [slow D]    wait before the first frame, between frames
//	[frames N] [bytes N]  how the text is divided into frames
//	[image N W×H WORD...] pictures; words: late (in a row after the text),
//	                      readback (only in the history; readback=D: there
//	                      after D), sparse, jpeg, once, expired, html,
//	                      pending=N (answers of 206), noise=BYTES
//	[web]                 pictures found on the web; [web tags] at their places
//	[lmdx WORD...]        components of the app's interface; words: image carousel
//	                      sequence timeline card table shopping nested unknown
//	                      widget elicit followup open
//	[sources]             cited pages, in fields and marks; [sources bare] in
//	                      fields alone, [sources lost] in marks alone
//	[search]              a search comes first, its pages are cited as by [sources bare]
//	[research]            the plan of a research that waits to be confirmed
//	[canvas N WORD...]    a document of N sections (3) beside the text, growing;
//	                      words: only (no text), code, rewrite
//	[markdown]            escapes, a comment behind a list, links in a search
//	[exec]                code that was run, and its output
//	[video] [music]       media files; [video pending D] is ready in the history
//	                      after D (30 s), [video several] has a link before the
//	                      one to the file
//	[error CODE]          refused; [error CODE late] after half the text,
//	                      [error CODE trailing] behind the whole answer
//	[status N]            refused with a bare status
//	[http N] [sorry]      an HTTP status; a redirect to the captcha page
//	[empty] [silent]      200 without a body; frames without a candidate
//	[stall N] [reset N]   silence, a broken connection after N frames of text
//	[cut N]               a clean end after N frames without the completion
//	                      mark, readable in the history; [cut N unsaved] is not
//	[garble N] [skew N]   frame N is no JSON; lengths are wrong by N
//	[chop N] [noend]      pieces of 1 to N bytes; no end frame
//	[downgrade]           another model answers
//	[latemodel]           the model is named with the last frame only
//
//	[call NAME {JSON}]    a call of a tool, in the form that the prompt teaches;
//	                      [call NAME] makes arguments of its signature; a tool
//	                      that takes text has a JSON string. Several are made
//	                      one after the other, each when the result of the
//	                      former is there; [say TEXT] is said at the end
//	[also NAME {JSON}]    a call in the same answer as the one before
//	[form WORD...]        how calls and documents are written. Forms: tool_code
//	                      default_api tool_call invoke function json list fenced
//	                      tool_calls function_call react. Damage of JSON:
//	                      markdown smart comma single python newline. Texts
//	                      below the object: raw (all), object (none). Mistakes:
//	                      undeclared types wrong missing extra forged invent
//	                      prose cut cut=N; once, if asked again it is right.
//	                      all: optional arguments too
//	[lead TEXT]           TEXT in front of calls
//	[refuse]              no call and no document; [refuse once]
//	[quote]               the last message as it stands, such as a tool's result
//	[read]                what of the prompt was read: bytes, tools, question;
//	                      [read tools] which arguments the tools take
//
// The model knows no form of calls but what the prompt teaches with examples, and no tool but
// those that it shows. It calls one if the prompt says that it must, answers the
// results of tools, and writes a document if one is asked for. It reads the first
// Config.PromptLimit bytes of a prompt; the journal has how much that was.
//
// A question that asks for a tool by number gets what the tool makes: 1 the plan of a
// research, 2 a canvas, 11 a video, 14 a picture, 21 music. One that asks for extended thinking in the
// model header gets thoughts.
//
// A prompt that asks for a picture in plain words gets one too, of the size
// ("640x480", "16:9") and number that it names.
package simulator
