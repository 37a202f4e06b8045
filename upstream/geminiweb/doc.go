// Package geminiweb speaks the protocol of the gemini.google.com web app: it
// asks a question and streams the answer ([Client.Stream]), finds out whether a
// session is signed in ([Client.Probe]), renews its short-lived cookie
// ([Client.Rotate], [Client.Renew]) and lists models ([Client.Models]). The
// protocol is described in docs/protocol.md, which names the place in the code
// for each of its facts.
//
// Start with [New] and the example. A [Client] keeps no cookies: each call gets
// its [cookie.Set] as an argument. Between calls it remembers what the app's page
// and the account's status said about a set, for a bounded number of sets and in
// memory only.
//
// # Life of a call
//
// [Client.Stream] makes a streamCall and runs streamAnswer (stream.go):
//
//  1. openSession (session.go) returns the values of the app page for this
//     generation of cookies. The first call of a generation reads the page and
//     the account's status; calls that come meanwhile wait for the same read.
//  2. resolveModel (models.go) maps the public model id to one of the account.
//  3. uploadPrompt (upload.go) writes the conversation as one prompt and sends
//     its files, side by side.
//  4. newQuestion (encode.go) encodes prompt and files into the form of the app.
//  5. runAttempt makes the call. sendRequest (send.go) adds the cookies that
//     belong to the host, checkResponse turns an answer without data into an
//     error, and a watchdog (watchdog.go) ends a call on which nothing arrives.
//  6. readAll (answer.go) reads the body: package frame cuts it, package text
//     finds the new text, package wire reads everything else. emitDelta yields
//     the events.
//  7. finishAnswer judges the end. An answer that was cut is read from the
//     account's history (recall.go), pictures are fetched (media.go), and the
//     chat is deleted if the mode asks for it (deletechat.go).
//
// If an attempt fails before the first event, and a second one may succeed
// (status.go says which), prepareRetry and another runAttempt follow.
//
// Calls of procedures, such as the account's status, go through callRPC
// (batch.go) and take the same way.
//
// # Concurrency
//
// All methods of a [Client] are safe for concurrent use. Streams run in their
// caller's goroutine. Reading a page for several callers, and deleting chats, is
// background work: it has time limits, and [Client.Close] waits for it.
//
// # Errors
//
// Every error of a call is an [*Error]. It unwraps to the [chat.Error] for the
// client, and its [Error.Finding] is evidence about the session for the
// supervisor. Probe and Rotate return findings alone: for them a failure is
// evidence like any other. Error texts and details never contain cookies,
// tokens, prompts or addresses with a query.
package geminiweb
