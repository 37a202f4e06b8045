// Package status is the vocabulary in which the supervisor describes sessions
// to people and programs: the states with their order and their words, the
// bodies of GET /api/cookies/status and GET /api/cookies/history, the verdict on
// new cookies, and how durations and moments are written. The server encodes
// these types; geminid's commands, geminid doctor and gchat decode them.
//
// Start reading at [State] and [Report].
//
// # Concurrency
//
// Everything here is a plain value. Copies share slices and pointers, which
// nothing in this package changes.
//
// # Errors
//
// Nothing here fails. A state that this build does not know is kept as it was
// sent, and [State.Known] reports false.
package status
