// Package gemini is the dialect of generativelanguage.googleapis.com, the native
// Gemini API. Start with [Dialect]: its fields are the functions of this package.
// Requests are decoded in request.go, contents.go and images.go by the tables of
// fields.go, answers encoded in answer.go, streams in stream.go.
//
// # Concurrency
//
// Everything is safe for concurrent use but an encoder, which belongs to one
// answer.
//
// # Errors
//
// Decoders return a *[chat.Error] that names the field.
package gemini
