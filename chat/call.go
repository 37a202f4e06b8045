package chat

// OfferedTool is a function that the client offers to the model. A call of it is an event of
// the answer; the client runs it and sends the result with its next request.
type OfferedTool struct {
	// Name is what calls are named by. It is not empty, and no two tools of a request
	// share one.
	Name string
	// Description is for the model; empty if the client gave none.
	Description string
	// Schema is the JSON Schema of the arguments; empty if any object will do.
	Schema string
	// Freeform is set if the tool takes raw text instead of an object. Schema is
	// empty then, and the arguments of a call are that text.
	Freeform bool
	// Field is the request field of Schema, for errors.
	Field string
}

// ToolMode says whether the model calls tools.
type ToolMode uint8

// The modes.
const (
	ToolsAuto     ToolMode = iota // the model decides; the zero value
	ToolsNone                     // no tool may be called
	ToolsRequired                 // at least one tool must be called
)

// ToolChoice narrows what the model may call. The zero value leaves it to the model.
type ToolChoice struct {
	Mode ToolMode
	// Only names the tools that may be called; empty for all of the request.
	Only []string
	// Single allows one call in an answer at most.
	Single bool
}

// ToolCall is a call that the model made.
type ToolCall struct {
	// ID joins the call and its result.
	ID string
	// Name is that of a [OfferedTool] of the request.
	Name string
	// Arguments is a JSON object, or the raw text of a freeform tool.
	Arguments string
	// Freeform is set if Arguments is raw text.
	Freeform bool
}

// ToolResult says of which call a turn of role [ToolRole] holds the result. The
// result itself is in the parts of the turn.
type ToolResult struct {
	// CallID and Name are those of the call; Name is empty if it is not known.
	CallID, Name string
	// Failed is set if the client says that the call failed.
	Failed bool
}

// FormatKind is the form that the text of an answer must have.
type FormatKind uint8

// The forms.
const (
	FreeText   FormatKind = iota // any text; the zero value
	JSONObject                   // a JSON object
	JSONValue                    // any JSON
	JSONSchema                   // JSON that is valid under Format.Schema
)

// Format is the form of the text of an answer.
type Format struct {
	Kind FormatKind
	// Schema is a JSON Schema; empty unless Kind is JSONSchema.
	Schema string
	// Field is the request field of Schema, for errors.
	Field string
	// Bare is set if a document that is a string is to be given without its quotes.
	Bare bool
}
