package agents_test

import (
	"cmp"
	"strings"
	"testing"

	"github.com/tidwall/gjson"
)

// checkToolSize holds the room that the tools take in the prompt against the JSON that
// the program sent: 40 % of it at most, and no tool is missing.
func (k *task) checkToolSize(t *testing.T) {
	t.Helper()
	var first int
	var tools gjson.Result
	for _, r := range k.front.requests() {
		if found := gjson.GetBytes(r.body, "tools"); len(found.Raw) > len(tools.Raw) {
			first, tools = len(r.body), found
		}
	}
	section := ""
	for _, prompt := range k.lab.upstream.prompts() {
		if strings.Contains(prompt, k.id) {
			section = cmp.Or(toolSection(prompt), section)
		}
	}
	if tools.Raw == "" || section == "" {
		t.Fatalf("the program sent %d bytes of tools, and the model was shown %d", len(tools.Raw), len(section))
	}
	share := 100 * float64(len(section)) / float64(len(tools.Raw))
	t.Logf("the first question has %d bytes; tools: %d bytes sent, %d shown (%.1f %%)", first, len(tools.Raw), len(section), share)
	if share > 40 {
		t.Errorf("the tools take %d bytes of %d in the prompt", len(section), len(tools.Raw))
	}
	for _, name := range toolNames(tools) {
		if !strings.Contains("\n"+section, "\n"+name+"(") {
			t.Errorf("the model was not shown the tool %s", name)
		}
	}
}

// toolNames are the names of the functions in the tools of any API; those of a namespace
// have its name in front, and other kinds of tools none.
func toolNames(tools gjson.Result) (names []string) {
	for _, tool := range tools.Array() {
		switch {
		case tool.Get("functionDeclarations").Exists():
			names = append(names, toolNames(tool.Get("functionDeclarations"))...)
		case tool.Get("function.name").Exists():
			names = append(names, tool.Get("function.name").Str)
		case tool.Get("tools").Exists(): // a namespace
		case tool.Get("name").Exists():
			names = append(names, tool.Get("name").Str)
		}
	}
	return names
}

// toolSection is the part of a prompt that lists the tools.
func toolSection(prompt string) string {
	_, section, _ := strings.Cut(prompt, "\n# Tools\n")
	section, _, _ = strings.Cut(section, "\n# How to call a tool\n")
	return section
}
