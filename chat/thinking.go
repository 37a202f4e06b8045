package chat

// Thinking is how long the model is to think before it answers.
type Thinking uint8

// The levels. A provider that knows no levels ignores them.
const (
	ThinkingUnset    Thinking = iota // the client named none: the provider's own choice
	ThinkingStandard                 // the ordinary amount, or less
	ThinkingExtended                 // as much as there is
)

// String returns the word for logs and tests, empty for ThinkingUnset.
func (t Thinking) String() string {
	switch t {
	case ThinkingStandard:
		return "standard"
	case ThinkingExtended:
		return "extended"
	default:
		return ""
	}
}
