package simulator

import (
	"encoding/json"
	"slices"
	"strings"
)

// readDocumentForm finds out whether a prompt asks for one JSON document. It returns the
// prompt without that wish, and the type of the document.
func readDocumentForm(prompt string) (rest string, document *shape) {
	const heading = "# Form of the answer\n"
	begin := strings.LastIndex("\n"+prompt, "\n"+heading)
	if begin < 0 {
		return prompt, nil
	}
	wish, after := cutTeaching(prompt[begin+len(heading):])
	document = newShape("object")
	if _, schema, ok := strings.Cut(wish, "JSON Schema:\n"); ok {
		var root any
		if json.Unmarshal([]byte(schema), &root) == nil {
			document = shapeOf(root, root, 0)
		}
	}
	return prompt[:begin] + "\n" + after, document
}

// shapeOf is the type that a JSON Schema describes.
func shapeOf(root, schema any, depth int) *shape {
	o, ok := schema.(map[string]any)
	if !ok || depth > maxSampleDepth {
		return newShape("null")
	}
	if reference, ok := o["$ref"].(string); ok {
		return shapeOf(root, resolveReference(root, reference), depth+1)
	}
	if constant, ok := o["const"]; ok {
		return literalShape(constant)
	}
	if list, ok := o["enum"].([]any); ok && len(list) > 0 {
		return literalShape(list[0])
	}
	for keyword, kind := range map[string]string{"anyOf": "union", "oneOf": "union", "allOf": "both"} {
		if list, ok := o[keyword].([]any); ok && len(list) > 0 {
			s := newShape(kind)
			for _, part := range list {
				s.parts = append(s.parts, shapeOf(root, part, depth+1))
			}
			return s
		}
	}
	return plainShape(root, o, depth)
}

// plainShape is the type of a schema without joints.
func plainShape(root any, o map[string]any, depth int) *shape {
	kind, _ := o["type"].(string)
	if list, ok := o["type"].([]any); ok && len(list) > 0 {
		kind, _ = list[0].(string)
	}
	if kind == "" && o["properties"] != nil {
		kind = "object"
	}
	s := newShape(strings.ToLower(kind))
	for keyword, value := range o {
		if number, ok := value.(float64); ok {
			s.note += keyword + ": " + itoa(int(number)) + ", "
		}
	}
	if format, ok := o["format"].(string); ok {
		s.note += `format: "` + format + `"`
	}
	if items, ok := o["items"]; ok {
		s.parts = []*shape{shapeOf(root, items, depth+1)}
	}
	properties, _ := o["properties"].(map[string]any)
	required, _ := o["required"].([]any)
	for name, property := range properties {
		s.fields = append(s.fields, field{name, !slices.Contains(required, any(name)), shapeOf(root, property, depth+1)})
	}
	slices.SortFunc(s.fields, func(a, b field) int { return strings.Compare(a.name, b.name) })
	return s
}

func literalShape(value any) *shape {
	s := newShape("literal")
	text, err := json.Marshal(value)
	if err != nil {
		text = []byte("null")
	}
	s.literal = string(text)
	return s
}

// resolveReference returns the part of a schema that a reference names, nil if there is none.
func resolveReference(root any, reference string) any {
	at := root
	for _, key := range strings.Split(strings.TrimPrefix(reference, "#"), "/") {
		if key == "" {
			continue
		}
		o, ok := at.(map[string]any)
		if !ok {
			return nil
		}
		at = o[strings.NewReplacer("~1", "/", "~0", "~").Replace(key)]
	}
	return at
}
