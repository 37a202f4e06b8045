package cookie

import "encoding/json"

// Record is what the store keeps of one account: the values of the current and
// the previous generation, and a memo of the supervisor's that holds no secret.
type Record struct {
	Current, Previous Set
	// Memo is the supervisor's own JSON; the store does not look inside.
	Memo json.RawMessage
}
