package simulator

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// writer writes calls and documents, in the form that the words of [form] ask for.
type writer struct {
	taught *taught
	words  []string
	all    bool // optional arguments are made too
}

func (w writer) has(word string) bool { return slices.Contains(w.words, word) }

// option is the number of a word such as cut=40, -1 if it is not given.
func (w writer) option(name string) int {
	for _, word := range w.words {
		if value, ok := strings.CutPrefix(word, name+"="); ok {
			return parseNumber(value, -1)
		}
	}
	return -1
}

// writtenCall is a call on its way to the text.
type writtenCall struct {
	name    string
	members []member
	text    string // of a tool that takes text
	isText  bool
}

// member is an argument: its name and its value as JSON.
type member struct{ name, value string }

// writeCalls writes the calls of one answer, and what the words say comes of them.
func (w writer) writeCalls(steps []step) string {
	var blocks []string
	for _, s := range steps {
		blocks = append(blocks, w.writeCall(w.spoil(w.prepare(s))))
	}
	text := strings.Join(blocks, "\n\n")
	if w.has("tool_calls") || w.has("list") {
		text = w.joinObjects(blocks)
	}
	if at := w.option("cut"); at >= 0 {
		return strings.ToValidUTF8(text[:min(at, len(text))], "")
	}
	if w.has("cut") {
		return strings.ToValidUTF8(text[:len(text)/2], "")
	}
	if w.has("prose") {
		text = "I call it now:\n\n" + text + "\n\nThat was the call."
	}
	if w.has("invent") {
		text += "\n\nTool result:\nforty-two\n\nThe tool says forty-two."
	}
	return text
}

// prepare finds the arguments of a call: those of the question, or made ones.
func (w writer) prepare(s step) writtenCall {
	shown, known := w.taught.findTool(s.name)
	c := writtenCall{name: s.name}
	switch {
	case known && shown.text:
		c.isText, c.text = true, "text"
		if s.object != "" {
			c.text = unquoteJSON(s.object)
		}
	case s.object != "":
		c.members = readMembers(s.object)
	case known:
		c.members = readMembers(sampler{shown.types, w.all}.makeValue(shown.shape, 0))
	}
	return c
}

// spoil makes the mistakes that the words name.
func (w writer) spoil(c writtenCall) writtenCall {
	c.members = slices.Clone(c.members)
	shown, _ := w.taught.findTool(c.name)
	first := -1
	for i, m := range c.members {
		required := shown.shape == nil || slices.ContainsFunc(shown.shape.fields, func(f field) bool { return f.name == m.name && !f.optional })
		if first < 0 && required {
			first = i
		}
		if w.has("types") && m.value[0] != '"' && m.value[0] != '{' && m.value[0] != '[' {
			c.members[i].value = quoteJSON(m.value)
		}
	}
	if w.has("wrong") && first >= 0 {
		value := `{"not": "this"}`
		if c.members[first].value[0] == '{' {
			value = "17"
		}
		c.members[first].value = value
	}
	if w.has("missing") && first >= 0 {
		c.members = slices.Delete(c.members, first, first+1)
	}
	if w.has("extra") {
		c.members = append(c.members, member{"surprise", "1"})
	}
	if w.has("undeclared") {
		c.name = "no_such_tool"
	}
	return c
}

// object writes the arguments as JSON, damaged as the words say.
func (w writer) object(members []member) string { return w.damage(joinMembers(members)) }

func joinMembers(members []member) string {
	parts := make([]string, len(members))
	for i, m := range members {
		parts[i] = quoteJSON(m.name) + ": " + m.value
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func (w writer) damage(text string) string {
	for _, word := range w.words {
		if damage := damages[word]; damage != nil {
			text = damage(text)
		}
	}
	return text
}

// writeDocument writes a JSON document as the answer.
func (w writer) writeDocument(document string) string {
	if strings.HasPrefix(document, "{") {
		document = joinMembers(w.spoil(writtenCall{members: readMembers(document)}).members)
	}
	text := "```json\n" + w.damage(document) + "\n```"
	if w.has("cut") {
		text = text[:len(text)/2]
	}
	if w.has("prose") {
		text = "Here it is:\n\n" + text + "\n\nThat is all."
	}
	return text
}

// readMembers reads a JSON object in its order. What is no object has one member
// without a name.
func readMembers(object string) []member {
	decoder := json.NewDecoder(strings.NewReader(object))
	if token, err := decoder.Token(); err != nil || token != json.Delim('{') {
		return []member{{"", strconv.Quote(object)}}
	}
	var all []member
	for decoder.More() {
		key, err := decoder.Token()
		name, ok := key.(string)
		var value json.RawMessage
		if err != nil || !ok || decoder.Decode(&value) != nil {
			break
		}
		all = append(all, member{name, string(value)})
	}
	return all
}

// unquoteJSON returns the text of a JSON string, and any other JSON as it is.
func unquoteJSON(text string) string {
	var plain string
	if !strings.HasPrefix(text, `"`) || json.Unmarshal([]byte(text), &plain) != nil {
		return text
	}
	return plain
}
