package chat

// Tool is what a client asks the model to make beside text, if it says so outside the
// text of its question.
type Tool uint8

// The tools.
const (
	NoTool      Tool = iota // the model decides by itself
	PictureTool             // a picture
	VideoTool               // a video
	MusicTool               // a piece of music
	CanvasTool              // a document or program beside the answer
)
