package anthropic

// The events of a stream. Each has a line with its type too, without which some
// clients read nothing.
const (
	messageStart = "message_start"
	blockStart   = "content_block_start"
	blockDelta   = "content_block_delta"
	blockStop    = "content_block_stop"
	messageDelta = "message_delta"
	messageStop  = "message_stop"
	ping         = "ping"
)

// blockEvent is an event of one block. Content is set in its first, Delta in those
// that add to it.
type blockEvent struct {
	Type    string `json:"type"`
	Index   int    `json:"index"`
	Content any    `json:"content_block,omitempty"`
	Delta   *delta `json:"delta,omitempty"`
}

type delta struct {
	Type      string    `json:"type"`
	Text      *string   `json:"text,omitempty"`
	Thinking  *string   `json:"thinking,omitempty"`
	Signature string    `json:"signature,omitempty"`
	JSON      *string   `json:"partial_json,omitempty"`
	Citation  *citation `json:"citation,omitempty"`
}

// endEvent is message_delta.
type endEvent struct {
	Type  string `json:"type"`
	Delta struct {
		StopReason   *string   `json:"stop_reason"`
		StopSequence *string   `json:"stop_sequence"`
		StopDetails  *struct{} `json:"stop_details"`
		Container    *struct{} `json:"container"`
	} `json:"delta"`
	Usage deltaUsage `json:"usage"`
}

type deltaUsage struct {
	Input        int          `json:"input_tokens"`
	Output       int          `json:"output_tokens"`
	CacheCreated int          `json:"cache_creation_input_tokens"`
	CacheRead    int          `json:"cache_read_input_tokens"`
	Details      outputTokens `json:"output_tokens_details"`
	ServerTools  *struct{}    `json:"server_tool_use"`
}
