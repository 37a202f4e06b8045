// Package responses is the dialect of OpenAI's Responses API. Start with [Dialect]: its
// fields are the functions of this package, and those of openai.Dialect for what both
// have in common. Requests are decoded in request.go, items.go and tools.go by the
// tables of fields.go; the response object is in object.go, its items in output.go.
// Answers are encoded in answer.go, streams in stream.go.
//
// # Concurrency
//
// Everything is safe for concurrent use but an encoder, which belongs to one
// answer.
//
// # Errors
//
// Decoders return a *[chat.Error] that names the field.
package responses
