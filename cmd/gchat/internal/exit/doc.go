// Package exit is how gchat ends: the exit codes, and the error that carries one
// together with words for the user.
package exit
