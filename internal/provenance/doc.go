// Package provenance marks the answers of the server, and explains those that
// something else gave in its place: a reverse proxy that keeps a path to itself, its
// sign-in page, the portal of a network, a gateway without its server.
//
// Start with [MarkOwn], which the server calls, and [ExplainForeign], which clients call for
// answers that are not [IsOwn]. The status page has the same table in its own words
// (gateway/page/script/server.js).
//
// # Concurrency
//
// The functions keep no state.
//
// # Errors
//
// Nothing here fails: an answer of which nothing is known has the kind [Other].
package provenance
