package chat

import "cmp"

// Role is the speaker of a turn.
type Role string

// The speakers. System text is not a turn; it is in Request.System.
const (
	User     Role = "user"
	Agent    Role = "model"
	ToolRole Role = "tool"
)

// Request is one question, decoded from any dialect. The decoder has checked it:
// it has at least one turn, the last is the user's or holds the result of a tool, and
// no part is blank.
type Request struct {
	// Model is the public ID of the requested model, without a "models/" prefix.
	Model string
	// System is the system text, in the order of the request; empty for none.
	System []string
	// Turns is the conversation, oldest first.
	Turns []Turn
	// Tools are the functions that the model may call, and ToolChoice says how.
	Tools      []OfferedTool
	ToolChoice ToolChoice
	// EndMalformed has an answer whose calls are of no use end with MalformedCall
	// instead of an error, for formats that have a reason for it.
	EndMalformed bool
	// Format is the form that the text of the answer must have.
	Format Format
	// Pinned is text that stands in front of the last turn and is never moved to a
	// file, such as the tools that a web session is shown as text.
	Pinned []string
	// Verbatim says which code blocks of the answer are passed on as they were written.
	Verbatim Verbatim
	// Thoughts asks for the model's thoughts as well.
	Thoughts bool
	// Thinking is how long the model is to think.
	Thinking Thinking
	// Tool is what the model is to make.
	Tool Tool
	// Stream is set if the client reads the answer while it is made. If it is not
	// set, a provider sends each text once, in its final form.
	Stream bool
	// Stop are texts in front of which the answer ends; see [StopAt].
	Stop []string
	// Ignored names fields of the request that are known and have no effect. The
	// answer lists them in X-Geminid-Ignored.
	Ignored []string
}

// Verbatim says which code blocks of an answer a provider passes on as they were
// written: those whose label begins with Label. Between a line that begins with Text
// and the line End no fence ends such a block. The zero value is for none.
type Verbatim struct{ Label, Text, End string }

// Turn is one message of a conversation.
type Turn struct {
	Role  Role
	Parts []Part
	// Calls are the tools that the model called at the end of the turn.
	Calls []ToolCall
	// Result is set in turns of ToolRole, and nil in others.
	Result *ToolResult
}

// Part is a piece of a turn: text, or a file if Blob is set.
type Part struct {
	Text string
	Blob *Blob
}

// Blob is a picture or another file, whole in memory.
type Blob struct {
	// MIME is the media type, such as "image/png".
	MIME string
	// Name is the file name, empty if the client gave none.
	Name string
	// Data is never changed. Blobs of one request that share it, because they name
	// the same address, are one file; see [UniqueFiles].
	Data []byte
	// Field is the request field of the file, for errors; empty in answers.
	Field string
	// Link is the address of a file that was not fetched yet; Data is nil then. It
	// is nil if the file came with the request. Providers get no Blob with a Link.
	Link *Link
}

// Link is the address of a file.
type Link struct {
	// URL is as the client sent it. Nothing is checked but the scheme, http or
	// https.
	URL string
	// Picture is set if the file must be a picture.
	Picture bool
}

// EventKind is the type of an event.
type EventKind uint8

// The kinds, in the order in which an answer may send them. Thought and Text may
// be sent any number of times, Text also after Media. Cited is sent once at most,
// behind all text. Finish is sent once, as the last event.
const (
	Meta    EventKind = iota + 1 // Served is known
	Thought                      // Text holds new thoughts
	Text                         // Text holds new answer text
	Media                        // Blob holds a finished picture or file
	Cited                        // Sources holds the pages that the answer rests on
	Called                       // Call holds a complete call of a tool
	Finish                       // Reason says why the answer ended
)

// FinishReason is the reason why a complete answer ended.
type FinishReason string

// The reasons that dialects can express.
const (
	Stop     FinishReason = "stop"
	Length   FinishReason = "length"
	Filtered FinishReason = "content_filter"
	// CallTools is the reason of an answer that ends with calls.
	CallTools FinishReason = "tool_calls"
	// MalformedCall is the reason of an answer without a valid call, see
	// Request.EndMalformed.
	MalformedCall FinishReason = "malformed_call"
)

// Block says what a piece of an answer's text is part of. The text is Markdown in any
// case, so that a reader may ignore it.
type Block uint8

// The blocks. A code block begins and ends with its fences.
const (
	Prose      Block = iota // any text; the zero value
	RunCode                 // a code block that the model ran
	CodeOutput              // a code block with the output of one that it ran
)

// Event is one piece of an answer. Text is new text only, in whole runes, and is
// never taken back.
type Event struct {
	Kind EventKind
	Text string
	// Block is what Text is part of. Between two blocks of one kind there is text that
	// is part of neither. Whoever cuts text anew, as [StopAt] does, may make Prose of
	// it.
	Block Block
	// Altered is set in events of kind Text if the provider changed anything of the
	// text so far, such as entities of HTML.
	Altered bool
	Blob    *Blob
	Call    *ToolCall
	Served  Served
	Reason  FinishReason
	// StopText is the text of Request.Stop that ended the answer, in events of kind
	// Finish; empty if none did.
	StopText string
	// Sources is never changed.
	Sources []Source
}

// Source is a web page that an answer rests on.
type Source struct {
	// URL is its address, http or https.
	URL string
	// Title is the title of the page, Site the name of the site; empty if unknown.
	Title, Site string
	// Passages are the parts of the answer that rest on it, in their order; empty if
	// that is unknown.
	Passages []Passage
}

// Name is the title of the page, or else the site, or else the address.
func (s Source) Name() string { return cmp.Or(s.Title, s.Site, s.URL) }

// Passage is a part of an answer's text.
type Passage struct {
	// Start and End are its place in all Text of the answer, in bytes; FirstRune and
	// EndRune the same in characters.
	Start, End         int
	FirstRune, EndRune int
	// Text is the part itself.
	Text string
}

// Served names the model that really answered, if the upstream says so.
type Served struct {
	// ID is the upstream's own ID, empty if unknown.
	ID string
	// Name is the display name, such as "3.6 Flash", empty if unknown.
	Name string
}

// Model is one entry of the model list.
type Model struct {
	// ID is the public ID, such as "gemini-2.5-pro".
	ID string
	// Name and Description are for people.
	Name, Description string
	// Image is set if the model makes pictures.
	Image bool
	// InputLimit and OutputLimit are in tokens; 0 if unknown.
	InputLimit, OutputLimit int
}
