package uploads

import (
	"errors"
	"fmt"
)

// ErrNotFound is the error of a file that the owner does not have, and of an unknown
// upload.
var ErrNotFound = errors.New("there is no such file, or not any more")

// Refusal is an error that the client can mend.
type Refusal string

// Error implements error.
func (r Refusal) Error() string { return string(r) }

// FullError is the error of a file for which there is no room.
type FullError struct {
	// Own is set if the owner's share is used up, not set if the store is.
	Own bool
	// Bytes is how many bytes the owner may keep.
	Bytes int64
}

// Error implements error.
func (e *FullError) Error() string {
	if e.Own {
		return fmt.Sprintf("the files of this key take all the room that one key has (%d bytes, %d files); delete some, or wait until they expire", e.Bytes, maxFiles/ownerPart)
	}
	return "the server keeps as many files as it may; try again when some have expired"
}

// The refusals of uploads.
const (
	ErrBadID    Refusal = "the name of a file must be files/ and up to 40 letters a to z, digits and dashes, with no dash at the ends"
	ErrTaken    Refusal = "a file of that name is kept already; delete it first, or take another name"
	ErrBadName  Refusal = "the display name of a file must be at most 512 bytes long"
	ErrEmpty    Refusal = "the file holds no data"
	ErrTooLarge Refusal = "the file is larger than the server takes"
	ErrBusy     Refusal = "another request is sending this file; wait until it has ended, and query how much arrived"
	ErrGap      Refusal = "the offset lies behind the bytes that have arrived; query how many those are, and go on from there"
	ErrMany     Refusal = "too many uploads are under way; finish or cancel some, or wait an hour"
	ErrNotWhole Refusal = "the bytes that arrived are not as many as were announced; query how many those are, and go on from there"
)
