// Package wire reads the formats of the upstream: the app page
// ([ParsePage]), frames of an answer ([ParseFrame]), the row of a procedure
// call ([FindCall]), the account status ([ParseAccount]) and the body of a
// rotation ([ParseInterval]). The formats are described in docs/protocol.md.
//
// The upstream writes protocol buffers as JSON arrays, in which the place is
// the meaning: [At] reads them, whether they are dense or sparse.
//
// All functions are pure: they do no I/O, keep nothing and are safe for
// concurrent use. They return no errors. Input is foreign and may change any
// day: a value that is missing or has another shape is the zero value in the
// result, and its meaning is up to the caller.
package wire
