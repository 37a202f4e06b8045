package geminiweb

// Sign is a sign that the upstream changed: something that is counted while the
// calls go on.
type Sign string

// The signs.
const (
	// SignStaleLabel is a call that was refused until the page was read anew; the
	// detail is the status.
	SignStaleLabel Sign = "stale_label"
)
