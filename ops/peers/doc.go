// Package peers reads the settings files of other servers of the kind and translates
// them: settings, the keys of clients, cookies. If a setting has no counterpart, it is
// listed with the reason. Start with [ReadSettings]; a new server is a file with its
// rules, and a row in the table.
//
// # Concurrency
//
// ReadSettings keeps no state. A [Found] belongs to its caller.
//
// # Errors
//
// ReadSettings fails if the file is of another kind, or holds no setting that is known.
// If one setting is of no use, it is left out with the reason. Errors and reasons
// repeat no value, because it may be a key or a cookie.
package peers
