// Package statefile opens, replaces and tidies up the files in which the daemon keeps
// its state. Start with [Read] and [Replace], or with [LoadOrSetAside] for a file that
// may be begun anew.
//
// # Concurrency
//
// The functions keep no state. A reader never sees half a file that Replace writes; if
// two processes replace one file, the later one wins, so a lock of the directory keeps
// others out.
//
// # Errors
//
// Three cases that are easily confused have errors of their own: a file that is not
// there ([fs.ErrNotExist]), one that is there and holds nothing of use
// (*[DamageError]), and one that cannot be read (any other error, see
// [IsUnreadable]). A file that cannot be read may be sound, so nothing may be written
// in its place. [WithRemedy] adds the cure to an error of a disk.
package statefile
