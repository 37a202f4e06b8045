package interactions

// eventType is the type of an event of a stream.
type eventType string

const (
	interactionCreated   eventType = "interaction.created"
	interactionCompleted eventType = "interaction.completed"
	statusUpdate         eventType = "interaction.status_update"
	stepStart            eventType = "step.start"
	stepDelta            eventType = "step.delta"
	stepStop             eventType = "step.stop"
	errorKind            eventType = "error"
)

// eventHead begins every event.
type eventHead struct {
	Type eventType `json:"event_type"`
}

func (h eventHead) kind() eventType { return h.Type }

type event interface{ kind() eventType }

type interactionEvent struct {
	eventHead
	Interaction interaction `json:"interaction"`
}

type statusEvent struct {
	eventHead
	ID     string `json:"interaction_id"`
	Status status `json:"status"`
}

type startEvent struct {
	eventHead
	Index int   `json:"index"`
	Step  *step `json:"step"`
}

// deltaEvent adds one of the deltas, or a file, to a step.
type deltaEvent struct {
	eventHead
	Index int `json:"index"`
	Delta any `json:"delta"`
}

type textDelta struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

type thoughtDelta struct {
	Type    string    `json:"type"`
	Content textDelta `json:"content"`
}

type annotationsDelta struct {
	Type        string       `json:"type"`
	Annotations []annotation `json:"annotations"`
}

type argumentsDelta struct {
	Type      string `json:"type"`
	Arguments string `json:"arguments"`
}

type stopEvent struct {
	eventHead
	Index int `json:"index"`
}

type errorEvent struct {
	eventHead
	Error failure `json:"error"`
}
