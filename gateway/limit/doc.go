// Package limit decides how many may do something at once, and how often: questions
// an hour for each client ([Clients], on [Window]), which of them belong to one task ([Tasks]), the distance between questions
// to one model ([Queue]), requests in flight ([Gate]) and connections ([Listener]).
// It knows no key and no wording of refusals.
//
// Start reading at [Window], which the other rates are made of.
//
// # Concurrency
//
// All types are safe for concurrent use and start no goroutine. Only [Queue.Enter],
// [Gate.Drain] and [Listener.Accept] block; the first two end with their context. All times are monotonic, so
// a step of the wall clock neither frees nor locks a client.
//
// # Errors
//
// A refusal is an [Allowance] that is not OK, a [*QueueFullError], [ErrGateFull] or
// [ErrGateClosed]. The first two say how long to wait.
package limit
