package dialect

import (
	"strings"

	"github.com/geminid/geminid/chat"
)

// modalities are the words for an answer that is to be one thing alone. Audio is not
// among them: it asks for a voice, which the web session has not.
var modalities = map[string]chat.Tool{"image": chat.PictureTool, "video": chat.VideoTool}

// ReadModality returns the tool that a list of modalities asks for. It is a clear wish
// only if the list has nothing else: clients that can show pictures name them beside
// text in every question.
func ReadModality(n Node) chat.Tool {
	list := n.Value.Array()
	if !n.Value.IsArray() || len(list) != 1 {
		return chat.NoTool
	}
	return modalities[strings.ToLower(list[0].Str)]
}
