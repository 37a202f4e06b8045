// Package interactions is the dialect of Google's Interactions API, the successor of
// generateContent: POST /v1beta/interactions, streamed or whole, and the interactions that
// are stored. A conversation is a list of steps: what the user gave, what the model
// thought and said, calls of functions and their results. Thoughts that come back as
// steps are not shown to the model again.
//
// # Concurrency
//
// The functions of [Dialect] are safe for concurrent use.
//
// # Errors
//
// All errors of requests are *chat.Error and name the field.
package interactions
