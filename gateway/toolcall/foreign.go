package toolcall

import (
	"slices"
	"strings"
)

// foreignOpenings begin the forms of calls that models know from elsewhere.
var foreignOpenings = []string{
	"<tool_call>", "<function_calls>", "<invoke name=", "<function=",
	"```tool_code\n", "```tool_call\n", "```python\nprint(default_api.", "print(default_api.", "default_api.",
}

// foreignKeys are the first keys of calls that are written as bare JSON.
var foreignKeys = []string{"name", "tool", "tool_name", "function", "function_call", "functionCall", "tool_calls", "id", "type", "action"}

// matchForeign matches the beginning of an answer against those of foreign forms.
func matchForeign(text string) match {
	text = strings.TrimLeft(text, " \t\r\n")
	if text == "" {
		return openMatch
	}
	for _, opening := range foreignOpenings {
		if strings.HasPrefix(text, opening) {
			return fullMatch
		}
		if strings.HasPrefix(opening, text) {
			return openMatch
		}
	}
	for _, label := range []string{"```json\n", "```\n"} {
		if strings.HasPrefix(label, text) {
			return openMatch
		}
		text = strings.TrimPrefix(text, label)
	}
	return matchForeignJSON(text)
}

// matchForeignJSON matches the first key of the first object.
func matchForeignJSON(text string) match {
	text = strings.TrimLeft(text, "[ \t\r\n")
	if text == "" {
		return openMatch
	}
	text, ok := strings.CutPrefix(text, "{")
	if !ok {
		return noMatch
	}
	text = strings.TrimLeft(text, " \t\r\n")
	if text == "" {
		return openMatch
	}
	text, ok = strings.CutPrefix(text, `"`)
	if !ok {
		return noMatch
	}
	key, _, whole := strings.Cut(text, `"`)
	switch {
	case whole && slices.Contains(foreignKeys, key):
		return fullMatch
	case !whole && slices.ContainsFunc(foreignKeys, func(known string) bool { return strings.HasPrefix(known, key) }):
		return openMatch
	}
	return noMatch
}

// foreignCall is a call as another form has it.
type foreignCall struct {
	name   string
	object string    // JSON
	texts  []section // arguments that are given as text
	// unclear is set if an argument can be read in two ways.
	unclear bool
}

// readForeign reads an answer that is nothing but calls in a foreign form, of tools
// that may be called. An answer that only repeats text of the conversation holds none:
// that text may come from anywhere.
func (q *Question) readForeign(text string) []foreignCall {
	text = cutFence(strings.TrimSpace(text))
	calls := parseForeign(text)
	for _, call := range calls {
		if t := q.tools[call.name]; t == nil || t.Freeform {
			return nil
		}
	}
	if len(calls) == 0 || q.wasSaid(text) {
		return nil
	}
	return calls
}
