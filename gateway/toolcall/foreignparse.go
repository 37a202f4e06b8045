package toolcall

import (
	"strings"

	"github.com/tidwall/gjson"
)

// parseForeign returns the calls of a text, nil if anything else is in it.
func parseForeign(text string) []foreignCall {
	switch {
	case strings.HasPrefix(text, "<"):
		return parseMarkup(text)
	case strings.HasPrefix(text, "{"), strings.HasPrefix(text, "["):
		return parseObjects(text)
	default:
		return parsePython(text)
	}
}

// cutFence returns the content of a text that is one code block, and any other text as
// it is.
func cutFence(text string) string {
	label, content, ok := strings.Cut(text, "\n")
	if ok && strings.HasPrefix(label, "```") && strings.HasSuffix(content, "```") {
		return strings.TrimSpace(strings.TrimSuffix(content, "```"))
	}
	return text
}

// parseObjects reads calls that are written as JSON: one, a list, or a list in the
// field tool_calls.
func parseObjects(text string) []foreignCall {
	if !gjson.Valid(text) {
		repaired, err := repairJSON(text)
		if err != nil || !gjson.Valid(repaired) {
			return nil
		}
		text = repaired
	}
	root := gjson.Parse(text)
	list := root.Array() // of one, if it is an object
	if inner := root.Get("tool_calls"); inner.IsArray() {
		list = inner.Array()
	}
	var calls []foreignCall
	for _, one := range list {
		call, ok := parseObject(one)
		if !ok {
			return nil
		}
		calls = append(calls, call)
	}
	return calls
}

// parseObject reads one call. An object with other fields too is none.
func parseObject(one gjson.Result) (call foreignCall, ok bool) {
	ok = one.IsObject()
	one.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "name", "tool", "tool_name", "action":
			call.name = value.Str
		case "function", "function_call", "functionCall":
			if value.IsObject() {
				call, ok = parseObject(value)
			} else {
				call.name = value.Str
			}
		case "arguments", "args", "parameters", "input", "tool_input", "action_input":
			call.object = value.Raw
			if value.Type == gjson.String {
				call.object = value.Str
			}
		case "id", "type", "index":
		default:
			ok = false
		}
		return ok
	})
	return call, ok && call.name != ""
}

// parseMarkup reads calls that are written as elements.
func parseMarkup(text string) []foreignCall {
	var calls []foreignCall
	for _, wrapper := range []string{"function_calls"} {
		if inner, ok := cutElement(&text, "<"+wrapper+">", "</"+wrapper+">"); ok {
			if strings.TrimSpace(text) != "" {
				return nil
			}
			text = inner
		}
	}
	for text = strings.TrimSpace(text); text != ""; text = strings.TrimSpace(text) {
		call, ok := parseElement(&text)
		if !ok {
			return nil
		}
		calls = append(calls, call...)
	}
	return calls
}

// parseElement reads the element that text begins with, and cuts it off.
func parseElement(text *string) ([]foreignCall, bool) {
	if inner, ok := cutElement(text, "<tool_call>", "</tool_call>"); ok {
		inner = strings.TrimSpace(inner)
		var calls []foreignCall
		if strings.HasPrefix(inner, "<") {
			calls = parseMarkup(inner)
		} else {
			calls = parseObjects(inner)
		}
		return calls, len(calls) > 0
	}
	for _, form := range []struct {
		open, end, parameter string
		lines                bool // a value stands on lines of its own
	}{
		{"<invoke name=", "</invoke>", "<parameter name=", false},
		{"<function=", "</function>", "<parameter=", true},
	} {
		inner, ok := cutElement(text, form.open, form.end)
		if !ok {
			continue
		}
		name, body, ok := strings.Cut(inner, ">")
		call := foreignCall{name: strings.Trim(name, `"' `)}
		for body = strings.TrimSpace(body); ok && body != ""; body = strings.TrimSpace(body) {
			var argument string
			if argument, ok = cutElement(&body, form.parameter, "</parameter>"); !ok {
				break
			}
			var value string
			if name, value, ok = strings.Cut(argument, ">"); ok {
				value, call.unclear = trimLines(value, form.lines, call.unclear)
				call.texts = append(call.texts, newSection(strings.Trim(name, `"' `), value))
			}
		}
		return []foreignCall{call}, ok
	}
	return nil, false
}

// cutElement cuts the element off that text begins with, and returns what is in it.
func cutElement(text *string, open, end string) (inner string, ok bool) {
	rest, ok := strings.CutPrefix(*text, open)
	if !ok {
		return "", false
	}
	inner, rest, ok = strings.Cut(rest, end)
	if ok {
		*text = rest
	}
	return inner, ok
}

// trimLines removes the line breaks around a value that stands on lines of its own. Any
// other line break at an end may be a part of it or not, which is unclear.
func trimLines(text string, lines, unclear bool) (value string, stillUnclear bool) {
	begins, ends := strings.HasPrefix(text, "\n"), strings.HasSuffix(text, "\n")
	if lines && begins && ends && len(text) > 1 {
		return text[1 : len(text)-1], unclear
	}
	return text, unclear || begins || ends
}

func newSection(name, text string) section {
	s := section{name: name}
	s.text.WriteString(text)
	return s
}
