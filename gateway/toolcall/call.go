package toolcall

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
)

// mistake is why the model's answer is of no use, in words for the model.
type mistake string

// buildCall makes a call of a block that has ended.
func (q *Question) buildCall(b *block) (*chat.ToolCall, Outcome, mistake) {
	t := q.tools[b.name]
	if t == nil {
		return nil, Failed, mistake("there is no tool " + strconv.Quote(b.name) + "; the tools are " + strings.Join(q.toolNames(), ", "))
	}
	if t.Freeform {
		return newCall(t, freeText(b)), Exact, ""
	}
	return q.buildArguments(t, strings.TrimSpace(b.object.String()), b.sections)
}

// freeText is the text of a freeform call: its section, or the whole block if the
// model left the lines around the text out.
func freeText(b *block) string {
	if len(b.sections) > 0 {
		return b.sections[0].text.String()
	}
	return strings.TrimSuffix(b.object.String(), "\n")
}

func newCall(t *tool, arguments string) *chat.ToolCall {
	return &chat.ToolCall{ID: "call_" + rand.Text(), Name: t.Name, Arguments: arguments, Freeform: t.Freeform}
}

func (q *Question) toolNames() []string {
	var names []string
	for _, offered := range q.client.Tools {
		if q.tools[offered.Name] != nil {
			names = append(names, strconv.Quote(offered.Name))
		}
	}
	return names
}

// buildArguments makes a call of an object as the model wrote it and the texts that
// belong to it, by the ladder of repairs: as it is, its damage undone, its values
// given other types.
func (q *Question) buildArguments(t *tool, object string, sections []section) (*chat.ToolCall, Outcome, mistake) {
	outcome := Exact
	if object == "" {
		object = "{}"
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(object))
	if err != nil {
		outcome = Repaired
		repaired, repairErr := repairJSON(object)
		if repairErr == nil {
			value, repairErr = jsonschema.UnmarshalJSON(strings.NewReader(repaired))
		}
		if repairErr != nil {
			return nil, Failed, mistake("the arguments of " + t.Name + " are not valid JSON: " + err.Error())
		}
		object = repaired
	}
	fields, ok := value.(map[string]any)
	if !ok {
		return nil, Failed, mistake("the arguments of " + t.Name + " must be one JSON object")
	}
	if name, twice := findRepeated(gjson.Parse(object)); twice {
		return nil, Failed, mistake("the arguments of " + t.Name + " have " + strconv.Quote(name) + " twice")
	}
	arguments, wrong := addSections(compact(object), fields, sections)
	if wrong != "" {
		return nil, Failed, wrong
	}
	violation := t.schema.check(fields)
	if violation == nil {
		return newCall(t, arguments), outcome, ""
	}
	if coerced, left := t.schema.coerce(fields); left == nil {
		return newCall(t, encode(coerced)), Coerced, ""
	}
	return nil, Failed, mistake("the arguments of " + t.Name + " are not valid: " + violation.describe())
}

// findRepeated finds a key that an object has twice, however deep: readers differ in
// which value they take.
func findRepeated(value gjson.Result) (name string, found bool) {
	if !value.IsObject() && !value.IsArray() {
		return "", false
	}
	seen := make(map[string]bool)
	isObject := value.IsObject()
	value.ForEach(func(key, inner gjson.Result) bool {
		if isObject && seen[key.Str] {
			name, found = key.Str, true
			return false
		}
		seen[key.Str] = isObject
		name, found = findRepeated(inner)
		return !found
	})
	return name, found
}

// addSections adds the long texts to the object, as text and as fields.
func addSections(object string, fields map[string]any, sections []section) (string, mistake) {
	for i := range sections {
		name, text := sections[i].name, sections[i].text.String()
		if _, twice := fields[name]; twice || name == "" {
			return "", mistake("the argument " + strconv.Quote(name) + " is given twice, or has no name")
		}
		joint := ","
		if len(fields) == 0 {
			joint = ""
		}
		fields[name] = text
		object = strings.TrimSuffix(object, "}") + joint + encode(name) + ":" + encode(text) + "}"
	}
	return object, ""
}

// compact returns JSON on one line, and other text as it is.
func compact(object string) string {
	var out bytes.Buffer
	if json.Compact(&out, []byte(object)) != nil {
		return object
	}
	return out.String()
}

// encode writes a value as JSON on one line.
func encode(value any) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic("toolcall: " + err.Error()) // values come from JSON
	}
	return strings.TrimSuffix(out.String(), "\n")
}
