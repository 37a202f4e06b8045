package simulator

import (
	"fmt"
	"strings"
	"unicode"
)

// callForms are the forms in which models write calls, beside the one that the prompt
// teaches, by the word of [form].
var callForms = map[string]func(w writer, c writtenCall) string{
	"tool_code": func(w writer, c writtenCall) string {
		return "```tool_code\nprint(default_api." + c.name + "(" + w.keywordArguments(c) + "))\n```"
	},
	"default_api": func(w writer, c writtenCall) string {
		return "print(default_api." + c.name + "(" + w.keywordArguments(c) + "))"
	},
	"tool_call": func(w writer, c writtenCall) string {
		return "<tool_call>\n" + w.bareObject(c) + "\n</tool_call>"
	},
	"invoke": func(w writer, c writtenCall) string {
		return "<function_calls>\n<invoke name=\"" + c.name + "\">\n" + elements(c, `<parameter name="%s">%s</parameter>`+"\n") + "</invoke>\n</function_calls>"
	},
	"function": func(w writer, c writtenCall) string {
		return "<tool_call>\n<function=" + c.name + ">\n" + elements(c, "<parameter=%s>\n%s\n</parameter>\n") + "</function>\n</tool_call>"
	},
	"json":   writer.bareObject,
	"list":   writer.bareObject,
	"fenced": func(w writer, c writtenCall) string { return "```json\n" + w.bareObject(c) + "\n```" },
	"tool_calls": func(w writer, c writtenCall) string {
		return fmt.Sprintf(`{"id": "call_1", "type": "function", "function": {"name": %s, "arguments": %s}}`, quoteJSON(c.name), quoteJSON(w.object(c.members)))
	},
	"function_call": func(w writer, c writtenCall) string {
		return fmt.Sprintf(`{"functionCall": {"name": %s, "args": %s}}`, quoteJSON(c.name), w.object(c.members))
	},
	"react": func(w writer, c writtenCall) string {
		return "Action: " + c.name + "\nAction Input: " + w.object(c.members)
	},
}

// joinObjects writes calls that are objects as one document.
func (w writer) joinObjects(objects []string) string {
	list := "[" + strings.Join(objects, ", ") + "]"
	if w.has("tool_calls") {
		return `{"tool_calls": ` + list + "}"
	}
	return list
}

func (w writer) bareObject(c writtenCall) string {
	return fmt.Sprintf(`{"name": %s, "arguments": %s}`, quoteJSON(c.name), w.object(c.members))
}

// keywordArguments writes the arguments as Python does.
func (w writer) keywordArguments(c writtenCall) string {
	parts := make([]string, len(c.members))
	for i, m := range c.members {
		parts[i] = m.name + "=" + damages["single"](damages["python"](m.value))
	}
	return strings.Join(parts, ", ")
}

// elements writes each argument as an element of markup, strings as they are.
func elements(c writtenCall, format string) string {
	var out strings.Builder
	for _, m := range c.members {
		fmt.Fprintf(&out, format, m.name, unquoteJSON(m.value))
	}
	return out.String()
}

// writeCall writes one call in the form that the words ask for, else in the one that
// the prompt teaches.
func (w writer) writeCall(c writtenCall) string {
	for _, word := range w.words {
		if write := callForms[word]; write != nil {
			return write(w, c)
		}
	}
	return w.writeTaught(c)
}

// longArgument is the length from which the model writes a text below the object.
const longArgument = 160

// writeTaught writes a call as the prompt teaches it: long texts stand below the object.
func (w writer) writeTaught(c writtenCall) string {
	t := w.taught
	open := t.open
	if w.has("forged") {
		open = forgeLabel(open)
	}
	if c.isText {
		return open + c.name + "\n" + t.section + t.input + "\n" + c.text + "\n" + t.end + "\n" + t.close
	}
	var inside []member
	below := ""
	for _, m := range c.members {
		text := unquoteJSON(m.value)
		isLong := w.has("raw") || len(text) > longArgument || strings.Contains(text, "\n")
		if m.value[0] == '"' && isLong && !w.has("object") && t.section+m.name != t.end {
			below += t.section + m.name + "\n" + text + "\n"
			continue
		}
		inside = append(inside, m)
	}
	if below != "" {
		below += t.end + "\n"
	}
	return open + c.name + "\n" + w.object(inside) + "\n" + below + t.close
}

// forgeLabel changes the label of a block into one that nobody taught.
func forgeLabel(open string) string {
	letters := []rune(strings.TrimSpace(open))
	for i := len(letters) - 1; i >= 0 && i >= len(letters)-8; i-- {
		if unicode.IsLetter(letters[i]) || unicode.IsDigit(letters[i]) {
			letters[i] = 'a' + (letters[i]+1)%26
		}
	}
	return string(letters) + " "
}
