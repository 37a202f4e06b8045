// Package api is the HTTP surface: the routes of every dialect with the one handler
// behind them, and the server's own routes for its owner, for scripts and for
// monitoring. It knows no format (package dialect does), no upstream (a [Provider]
// does), and decides nothing about a session (package supervisor does).
//
// Start reading at [API.Handler], which names the middleware in its order, and at
// serverRoutes and dialectHandler for the handlers behind it. A question then goes
// through serveDialect, answerCall and answerChat. The state of a request travels in
// its context (requestState), and the recorder around the ResponseWriter notes its
// status.
//
// # Concurrency
//
// An [API] is safe for concurrent use. [API.Reconfigure] applies to requests that
// begin afterwards. A request is served by the goroutine that net/http gave it; only
// the files of a question are fetched beside it, and the heartbeat of a stream is a
// timer. [API.Drain] waits for all questions.
//
// # Errors
//
// Handlers return or write a [*chat.Error], whose kind package dialect maps to the
// status and the words of each format. An error after the status of a stream was
// sent becomes an event in the stream, and the connection is cut. The log gets the
// causes of internal errors, and never a key, a prompt or a query string.
package api
