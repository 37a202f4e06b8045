package toolcall

import (
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/geminid/geminid/chat"
)

// format is the form that the text of an answer must have.
type format struct {
	chat.Format
	schema *schema // nil if any object will do
}

// compileFormat returns nil for a format that allows any text.
func (e *Engine) compileFormat(wanted chat.Format) (*format, error) {
	if wanted.Kind == chat.FreeText {
		return nil, nil
	}
	text := wanted.Schema
	if wanted.Kind == chat.JSONValue {
		text = "true"
	}
	compiled, err := e.schemas.compile(text, wanted.Field)
	if err != nil {
		return nil, err
	}
	return &format{Format: wanted, schema: compiled}, nil
}

// describe says in which form to answer; empty if any will do.
func (f *format) describe() string {
	switch {
	case f == nil:
		return ""
	case f.Kind == chat.JSONObject:
		return "# Form of the answer\nAnswer with one JSON object in a code block with the label json, and nothing else."
	case f.Schema == "":
		return "# Form of the answer\nAnswer with one JSON document in a code block with the label json, and nothing else."
	}
	var out strings.Builder
	out.WriteString("# Form of the answer\nAnswer with one JSON document in a code block with the label json, and nothing else. It must be valid under this JSON Schema:\n")
	out.WriteString(compact(f.Schema))
	return out.String()
}

// maxDocumentBytes bounds an answer that is a document: it is held whole, because a
// part of it cannot be checked.
const maxDocumentBytes = 4 << 20

// read returns the document in the text of an answer, checked and on its own.
func (f *format) read(text string) (string, mistake) {
	document := cutDocument(text)
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(document))
	if err != nil {
		repaired, repairErr := repairJSON(document)
		if repairErr == nil {
			value, repairErr = jsonschema.UnmarshalJSON(strings.NewReader(repaired))
		}
		if repairErr != nil {
			return "", mistake("the answer is not one valid JSON document: " + err.Error())
		}
		document = repaired
	}
	violation := f.schema.check(value)
	if word, isText := value.(string); isText && f.Bare && violation == nil {
		return word, ""
	}
	if violation == nil {
		return document, ""
	}
	if coerced, left := f.schema.coerce(value); left == nil {
		return encode(coerced), ""
	}
	place := violation.pointer()
	if place == "" {
		place = "the document itself"
	}
	return "", mistake("the answer breaks the rule " + violation.rule + " of the schema at " + place + ": " + violation.text)
}

// cutDocument returns the document in text: the text itself, or the content of its
// one code block.
func cutDocument(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || text[0] == '{' || text[0] == '[' {
		return text
	}
	begin := strings.Index(text, "```")
	if begin < 0 {
		return text
	}
	inner := strings.TrimLeft(text[begin:], "`")
	marks := text[begin : len(text)-len(inner)]
	label, content, ok := strings.Cut(inner, "\n")
	if !ok || len(strings.Fields(label)) > 1 {
		return text
	}
	end := strings.LastIndex(content, marks)
	if end < 0 {
		return text
	}
	return strings.TrimSpace(content[:end])
}
