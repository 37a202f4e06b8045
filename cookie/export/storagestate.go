package export

import (
	"strings"

	"github.com/tidwall/gjson"
)

// looksStorageState recognises a JSON object around a list of cookies: the state that
// Playwright saves, and the answer of the DevTools protocol.
func looksStorageState(head string) bool {
	return strings.HasPrefix(head, "{") &&
		(gjson.Get(head, "cookies").IsArray() || gjson.Get(head, "result.cookies").IsArray())
}
