// Package remote fetches files from addresses that clients name, and takes care that no
// client reaches into the server's own network by it: the address is checked where the
// connection is made, so no name, no redirect and no change of a name's address gets
// around it. It carries no cookie, no key and no other sign of who asks.
//
// Start with [Client.FetchFile].
//
// # Concurrency
//
// A [Client] is safe for concurrent use.
//
// # Errors
//
// What a client is to blame for is a [Refusal]. It is the same for an address that is not
// public and for one that cannot be reached.
package remote
