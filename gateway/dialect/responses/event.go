package responses

// eventType is the type of an event of a stream.
type eventType string

const (
	responseCreated    eventType = "response.created"
	responseInProgress eventType = "response.in_progress"
	responseCompleted  eventType = "response.completed"
	responseIncomplete eventType = "response.incomplete"
	responseFailed     eventType = "response.failed"
	itemAdded          eventType = "response.output_item.added"
	itemDone           eventType = "response.output_item.done"
	partAdded          eventType = "response.content_part.added"
	partDone           eventType = "response.content_part.done"
	textDelta          eventType = "response.output_text.delta"
	textDone           eventType = "response.output_text.done"
	annotationAdded    eventType = "response.output_text.annotation.added"
	summaryPartAdded   eventType = "response.reasoning_summary_part.added"
	summaryPartDone    eventType = "response.reasoning_summary_part.done"
	summaryTextDelta   eventType = "response.reasoning_summary_text.delta"
	summaryTextDone    eventType = "response.reasoning_summary_text.done"
	argumentsDelta     eventType = "response.function_call_arguments.delta"
	argumentsDone      eventType = "response.function_call_arguments.done"
	customInputDelta   eventType = "response.custom_tool_call_input.delta"
	customInputDone    eventType = "response.custom_tool_call_input.done"
	pictureInProgress  eventType = "response.image_generation_call.in_progress"
	pictureGenerating  eventType = "response.image_generation_call.generating"
	pictureCompleted   eventType = "response.image_generation_call.completed"
)

// eventHead begins every event.
type eventHead struct {
	Type eventType `json:"type"`
	Seq  int       `json:"sequence_number"`
}

func (h eventHead) kind() eventType { return h.Type }

// event is an event that is not written many times.
type event interface{ kind() eventType }

type responseEvent struct {
	eventHead
	Response response `json:"response"`
}

type itemEvent struct {
	eventHead
	Index int `json:"output_index"`
	Item  any `json:"item"`
}

// place says to which item an event belongs.
type place struct {
	Item  string `json:"item_id"`
	Index int    `json:"output_index"`
}

// placeEvent is an event that says nothing more.
type placeEvent struct {
	eventHead
	place
}

type partEvent struct {
	eventHead
	place
	Content int      `json:"content_index"`
	Part    textPart `json:"part"`
}

type textDoneEvent struct {
	eventHead
	place
	Content  int        `json:"content_index"`
	Text     string     `json:"text"`
	Logprobs []struct{} `json:"logprobs"`
}

type annotationEvent struct {
	eventHead
	place
	Content    int        `json:"content_index"`
	Number     int        `json:"annotation_index"`
	Annotation annotation `json:"annotation"`
}

type summaryPartEvent struct {
	eventHead
	place
	Summary int         `json:"summary_index"`
	Part    summaryPart `json:"part"`
}

type summaryTextEvent struct {
	eventHead
	place
	Summary int    `json:"summary_index"`
	Text    string `json:"text"`
}

// argumentsEvent has one of Delta, Name with Arguments, and Input.
type argumentsEvent struct {
	eventHead
	place
	Delta     *string `json:"delta,omitempty"`
	Name      string  `json:"name,omitempty"`
	Arguments *string `json:"arguments,omitempty"`
	Input     *string `json:"input,omitempty"`
}

// The deltas of text are written many times, by a template, which has no head.
type textDeltaBody struct {
	place
	Content  int        `json:"content_index"`
	Delta    string     `json:"delta"`
	Logprobs []struct{} `json:"logprobs"`
}

type summaryDeltaBody struct {
	place
	Summary int    `json:"summary_index"`
	Delta   string `json:"delta"`
}
