// Package markup turns the text that the model wrote for the upstream's own web
// page into the Markdown that every client reads.
//
// # The text besides Markdown
//
// The web app orders its model to write elements of the app's interface into the
// text: <Sequence> with <Step>s, <Image>s that stand for pictures, and, at the end
// of many answers, <FollowUp> and <ElicitationsGroup>, which suggest the
// next question. Beside them stand marks of citations, placeholders of pictures and
// documents, addresses that are wrapped in a search, and backslashes that the
// app's renderer undoes. None of it means anything to a client.
//
// # Foreign or the subject
//
// The same characters may be the subject of the question: an answer about JSX, XML,
// LaTeX or regular expressions. So this package takes away the parts that it can prove
// to be foreign, and leaves all else byte for byte. Code spans and fences are never
// touched. components.go says which elements are known and when an element counts
// as one of them, foreign.go when an unknown one does, escapes.go and cites.go say
// it for backslashes and marks. Decision 25 has the reasons.
//
// # Streaming
//
// A [Cleaner] is a state machine that reads each byte once, in pieces of any size.
// It holds back only the possible beginning of something to be changed: the end
// of the piece that it did not use is presented again with the next one, so that
// the upstream may still rewrite it. Every such wait has a bound in bytes. Whatever
// the pieces, the output is the same.
//
// A Cleaner must be used by one goroutine at a time; it does no I/O.
package markup
