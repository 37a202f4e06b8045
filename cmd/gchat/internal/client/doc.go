// Package client talks to a geminid server over its HTTP API: models, streamed
// chat, pictures, new cookies and the status of the sessions.
//
// Start at [New] and [Client.StreamChat].
//
// # Concurrency
//
// A [Client] is safe for concurrent use, except that [Client.GeneratePictures]
// must not run beside other calls. Calls block until the answer, a time-out, or
// the end of their context.
//
// # Errors
//
// An answer that is not the one that was asked for is an [APIError]; errors of the
// network are those of net/http. [ExplainError] turns either into an
// [exit.Failure] with advice. No error holds the key.
package client
