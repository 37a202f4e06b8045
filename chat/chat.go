// Package chat is the vocabulary in which dialects and providers meet: what a
// client asks (Request), what comes back (Event), which models there are
// (Model) and how a failure is told (Error). It knows no wire format, no
// cookie and no HTTP.
package chat

// Role says who speaks in a turn.
type Role string

// The two speakers. System text is not a turn: it stands in Request.System.
const (
	User  Role = "user"
	Agent Role = "model"
)

// Request is one question, decoded from any dialect. A decoder has already
// checked it: at least one turn, the last one the user's, no part blank.
type Request struct {
	// Model is the public id the client asked for, without a "models/" prefix.
	Model string
	// System holds the system text, in the order given; empty means none.
	System []string
	// Turns is the conversation, oldest first.
	Turns []Turn
	// Thoughts says that the client wants the model's thoughts as well.
	Thoughts bool
	// Stream says that the client reads the answer as it is made. Without it a
	// provider sends each text once, as it stands in the end.
	Stream bool
	// Ignored names request fields that were understood and can not be
	// honoured; the answer carries them in X-Geminid-Ignored.
	Ignored []string
}

// Turn is what one speaker said.
type Turn struct {
	Role  Role
	Parts []Part
}

// Part is a piece of a turn: text, or a file when Blob is set.
type Part struct {
	Text string
	Blob *Blob
}

// Blob is a picture or another file, whole in memory.
type Blob struct {
	// MIME is the media type as told, such as "image/png".
	MIME string
	// Name is the file name, empty when the client gave none.
	Name string
	// Data is never changed. Blobs of one request that share it, as those that
	// name the same address do, are one file; see Files.
	Data []byte
	// Field is the request field it came in, for errors; empty in answers.
	Field string
	// Link says where the file lies while Data is not there yet; nil for a file
	// that came with the request. No provider is given one with a Link.
	Link *Link
}

// Link is a file that the client named by its address.
type Link struct {
	// URL is as the client wrote it: http or https, nothing else is checked.
	URL string
	// Picture says that nothing but a picture will do.
	Picture bool
}

// EventKind tells the pieces of an answer apart.
type EventKind uint8

// The kinds, in the order in which an answer may bring them. Thought and Text
// come any number of times, Text also behind Media, and Finish exactly once and
// last.
const (
	Meta    EventKind = iota + 1 // Served is known
	Thought                      // Text holds new thoughts
	Text                         // Text holds new answer text
	Media                        // Blob holds a finished picture or file
	Finish                       // Reason says why the answer ended
)

// FinishReason says why a complete answer ended.
type FinishReason string

// The reasons that dialects can spell.
const (
	Stop     FinishReason = "stop"
	Length   FinishReason = "length"
	Filtered FinishReason = "content_filter"
)

// Event is one piece of an answer. Text is only what is new, in whole runes;
// a piece once sent is never taken back.
type Event struct {
	Kind   EventKind
	Text   string
	Blob   *Blob
	Served Served
	Reason FinishReason
}

// Served names the model that really answered, as far as the upstream says.
type Served struct {
	// ID is the upstream's own id, empty when it did not say.
	ID string
	// Name is the display name, such as "3.6 Flash", empty when unknown.
	Name string
}

// Model is one entry of the model list.
type Model struct {
	// ID is the public id, such as "gemini-2.5-pro".
	ID string
	// Name and Description are for people.
	Name, Description string
	// Image says that the model is asked for pictures.
	Image bool
	// InputLimit and OutputLimit are in tokens.
	InputLimit, OutputLimit int
}
