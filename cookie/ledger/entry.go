package ledger

import "github.com/geminid/geminid/cookie"

// Entry holds the known facts about one file name. Both parts may be set: a file that
// was taken in may be overwritten with a content that is refused.
type Entry struct {
	Refusal
	// Account took the content Taken in last; both are empty if none did.
	Account string `json:"account,omitempty"`
	// Taken is the SHA-256 of that content in hex.
	Taken string `json:"taken,omitempty"`
}

// Refusal is why one content is not used. The zero value means that none was refused.
type Refusal struct {
	// Hash is the SHA-256 of the content in hex.
	Hash string `json:"hash,omitempty"`
	// Code is empty if nothing is wrong with the file, but a newer one is used in its
	// place.
	Code cookie.Code `json:"code,omitempty"`
	// Message is the sentence for the owner of the file.
	Message string `json:"message,omitempty"`
}

// IsTaken reports whether the content with this hash was taken in; an empty hash was
// not.
func (e Entry) IsTaken(hash string) bool { return hash != "" && e.Taken == hash }

// IsRefused reports whether the content with this hash was refused or passed over.
func (e Entry) IsRefused(hash string) bool { return hash != "" && e.Hash == hash }

// isEmpty reports whether the entry says nothing.
func (e Entry) isEmpty() bool { return e == Entry{} }
