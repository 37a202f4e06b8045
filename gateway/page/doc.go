// Package page serves the status page: one HTML page with the state of the sessions
// in a word, the remedy, and the addresses for chat clients. That much is for
// everybody and needs no JavaScript. With an admin key, which the page's script keeps
// in memory and sends as a header, it shows each account with its timeline and takes
// a dropped cookie export to the server.
//
// The page is one answer: style and script stand in it, allowed by their hashes, and
// nothing else may run, load or be called. The script believes only answers with the
// mark of internal/provenance to be the server's own.
//
// Start at [ServePage] and page.html; the script's files are in the order of
// script.go, the texts of each language in texts/.
//
// # Concurrency
//
// ServePage may be called at any time. The templates are made once, at the first
// call, and only read afterwards.
//
// # Errors
//
// An error of ServePage means that nothing was written. A reader who has gone is not
// an error.
package page
