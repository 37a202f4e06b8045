package agents_test

import (
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// checkToolSize holds the room that the tools take in the prompt against the JSON that
// the program sent. What the program says of its tools is most of it, and is shown whole,
// with a mark in front of each line; all else must take 40 % of its bytes at most.
func (k *task) checkToolSize(t *testing.T) {
	t.Helper()
	sent, words := 0, 0
	for _, r := range k.front.requests() {
		if tools := gjson.GetBytes(r.body, "tools"); len(tools.Raw) > sent {
			sent, words = len(tools.Raw), countDescriptions(tools)
		}
	}
	shown, marks := 0, 0
	for _, prompt := range k.lab.upstream.prompts() {
		if strings.Contains(prompt, k.id) {
			section := toolSection(prompt)
			shown, marks = max(shown, len(section)), max(marks, strings.Count("\n"+section, "\n// ")*len("// "))
		}
	}
	if sent == 0 || shown == 0 {
		t.Fatalf("the program sent %d bytes of tools, and the model was shown %d", sent, shown)
	}
	rest := 100 * (shown - words - marks) / (sent - words)
	t.Logf("tools: %d bytes sent, %d shown, %d of them descriptions; the rest takes %d %%", sent, shown, words, rest)
	if shown >= sent || rest > 40 {
		t.Errorf("the tools take %d bytes of %d, and %d %% without descriptions", shown, sent, rest)
	}
}

// countDescriptions counts the bytes of the descriptions in a text of JSON.
func countDescriptions(value gjson.Result) (bytes int) {
	value.ForEach(func(key, child gjson.Result) bool {
		if key.String() == "description" && child.Type == gjson.String {
			bytes += len(child.String())
		} else if child.IsObject() || child.IsArray() {
			bytes += countDescriptions(child)
		}
		return true
	})
	return bytes
}

// toolSection is the part of a prompt that lists the tools.
func toolSection(prompt string) string {
	_, section, _ := strings.Cut(prompt, "\n# Tools\n")
	section, _, _ = strings.Cut(section, "\n# How to call a tool\n")
	return section
}
