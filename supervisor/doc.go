// Package supervisor keeps Gemini sessions alive and judges their state. It lends
// the current cookies to requests ([Supervisor.Do]), learns from how they end,
// probes and rotates at their time ([Supervisor.Tick]), and takes new cookies into
// use only if they are proven ([Supervisor.Offer]).
//
// It reads no clock but [Config.Now], opens no file and knows no HTTP: an [Upstream]
// answers probes and rotations, and a [Store] keeps one record an account.
//
// To read the code, start with the state machine: state.go holds the facts about a
// session and the table of rules that a finding changes them by, judge.go derives
// the state from them, and tick.go says which call is due. These are pure.
// account.go holds [account.dispatch], the only way to change an account, and
// rotate.go the one call that must not be lost. The sources of the rules are in
// docs/protocol.md and docs/decisions.
//
// # Concurrency
//
// All methods of [Supervisor] may be called at the same time. Requests read an
// immutable view of each account and wait for no lock. Each account has a writer
// token, which is held across its calls to the upstream, so that a session is never
// rotated by two, and a mutex for its fields, which is never held across a call.
// Functions with the suffix Locked need that mutex. Offers are decided one at a
// time. The package owns no goroutine; Tick and Flush start one an account and wait
// for it.
//
// # Errors
//
// A failed call to the upstream is not an error but a finding, which changes the
// state. [Supervisor.Do] returns fn's error, or a *[Refusal] if no account may
// serve. Commands on accounts return [ErrNoAccount], [ErrNoPrevious],
// [ErrNotAsked] wrapped with the reason, [ErrEnded] after Flush, a *[TooSoon],
// or the error of the context. An offer ends in a [Verdict] in words. A record that
// cannot be saved is logged once and retried; the session goes on from memory.
package supervisor
