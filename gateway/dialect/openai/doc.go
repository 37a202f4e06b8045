// Package openai is the dialect of OpenAI's chat completions and Images API.
// Start with [Dialect]: its fields are the functions of this package. Requests
// are decoded in request.go, messages.go, images.go and edits.go by the tables of
// fields.go, answers encoded in answer.go and gallery.go, streams in stream.go.
//
// # Concurrency
//
// Everything is safe for concurrent use but an encoder, which belongs to one
// answer.
//
// # Errors
//
// Decoders return a *[chat.Error] that names the field.
package openai
