// Package anthropic is the dialect of Anthropic's Messages API. Start with [Dialect]:
// its fields are the functions of this package. Requests are decoded in request.go,
// messages.go, blocks.go and tools.go by the tables of fields.go, answers encoded in
// answer.go and models.go, streams in stream.go.
//
// # Concurrency
//
// Everything is safe for concurrent use but an encoder, which belongs to one
// answer.
//
// # Errors
//
// Decoders return a *[chat.Error] that names the field.
package anthropic
