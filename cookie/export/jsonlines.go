package export

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/cookie"
)

// looksJSONLines recognises JSON documents that follow each other, mostly one a line.
func looksJSONLines(head string) bool {
	if !strings.HasPrefix(head, "{") || depthOver(head, maxDepth) {
		return false
	}
	documents := json.NewDecoder(strings.NewReader(head))
	if documents.Decode(new(unread)) != nil {
		return false
	}
	return strings.HasPrefix(trimBlank(head[documents.InputOffset():]), "{")
}

// parseJSONLines reads the cookies of all documents.
func parseJSONLines(text string, found *list) *cookie.Rejection {
	if depthOver(text, maxDepth) {
		return tooDeep()
	}
	documents := json.NewDecoder(strings.NewReader(text))
	for !found.full {
		var document json.RawMessage
		err := documents.Decode(&document)
		var fault *json.SyntaxError
		switch {
		case err == nil:
		case errors.Is(err, io.EOF):
			return rejectNoCookies(gjson.Result{}, found)
		case errors.As(err, &fault):
			return notJSON(text, fault)
		default:
			return cutInJSON()
		}
		if rejection := walkJSON(gjson.ParseBytes(document), found); rejection != nil {
			return rejection
		}
	}
	return nil
}
