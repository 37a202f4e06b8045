package toolcall

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// writeSignature writes a tool as the model reads it: its description as comments,
// then its name with the type of its arguments.
func writeSignature(out *strings.Builder, t *tool) {
	writeComment(out, "", t.Description)
	if t.Freeform {
		out.WriteString(t.Name + "(text)\n")
		return
	}
	w := typeWriter{out: out, root: gjson.Parse(t.Schema)}
	out.WriteString(t.Name + "(")
	w.writeType(w.root, "")
	out.WriteString(")\n")
	w.writeNamed()
}

func writeComment(out *strings.Builder, indent, text string) {
	for line := range strings.Lines(strings.TrimSpace(text)) {
		out.WriteString(indent + "// " + strings.TrimRight(line, "\r\n") + "\n")
	}
}

// typeWriter writes a JSON Schema as a TypeScript type. Schemas that are referred to
// become types with names, written once behind the signature; so a schema that refers
// to itself ends too.
type typeWriter struct {
	out   *strings.Builder
	root  gjson.Result
	named []string // the pointers that were referred to, in the order of their numbers
}

// expressed are the keywords that the type itself shows, and those that only repeat
// what is known.
var expressed = map[string]bool{
	"type": true, "properties": true, "required": true, "items": true, "enum": true, "const": true,
	"anyOf": true, "oneOf": true, "allOf": true, "$ref": true, "description": true, "$defs": true, "definitions": true,
	"additionalProperties": true, "$schema": true, "$id": true, "title": true, "prefixItems": true, "$comment": true,
}

// writeType writes the type of a schema; properties of an object stand on lines of
// their own, below indent.
func (w *typeWriter) writeType(s gjson.Result, indent string) {
	switch {
	case !s.IsObject():
		w.out.WriteString(map[bool]string{true: "never", false: "any"}[s.Type == gjson.False])
	case s.Get(`\$ref`).Exists():
		w.out.WriteString(w.nameOf(s.Get(`\$ref`).Str))
	case s.Get("const").Exists():
		w.out.WriteString(compact(s.Get("const").Raw))
	case s.Get("enum").IsArray():
		w.writeUnion(s.Get("enum").Array(), " | ", func(v gjson.Result) { w.out.WriteString(compact(v.Raw)) })
	case s.Get("anyOf").IsArray():
		w.writeUnion(s.Get("anyOf").Array(), " | ", func(v gjson.Result) { w.writeAnnotated(v, indent) })
	case s.Get("oneOf").IsArray():
		w.writeUnion(s.Get("oneOf").Array(), " | ", func(v gjson.Result) { w.writeAnnotated(v, indent) })
	case s.Get("allOf").IsArray():
		w.writeUnion(s.Get("allOf").Array(), " & ", func(v gjson.Result) { w.writeAnnotated(v, indent) })
	case s.Get("type").IsArray():
		w.writeUnion(s.Get("type").Array(), " | ", func(v gjson.Result) { w.writeNamedType(v.Str, s, indent) })
	default:
		w.writeNamedType(s.Get("type").Str, s, indent)
	}
}

// writeAnnotated is writeType for a part of a union, which has no line of its own for
// its description.
func (w *typeWriter) writeAnnotated(s gjson.Result, indent string) {
	w.writeType(s, indent)
	if note := oneLine(annotation(s)); note != "" {
		w.out.WriteString(" /* " + strings.ReplaceAll(note, "*/", "* /") + " */")
	}
}

func (w *typeWriter) writeUnion(parts []gjson.Result, joint string, write func(gjson.Result)) {
	if len(parts) == 0 {
		w.out.WriteString("never")
	}
	for i, part := range parts {
		if i > 0 {
			w.out.WriteString(joint)
		}
		write(part)
	}
}

// writeNamedType writes a type of JSON Schema. Without a name it is told by the
// keywords beside it.
func (w *typeWriter) writeNamedType(name string, s gjson.Result, indent string) {
	switch {
	case name == "object" || name == "" && (s.Get("properties").Exists() || s.Get("additionalProperties").Exists()):
		w.writeObject(s, indent)
	case name == "array" || name == "" && s.Get("items").Exists():
		w.writeArray(s, indent)
	case name == "":
		w.out.WriteString("any")
	default:
		w.out.WriteString(name) // string, number, integer, boolean, null
	}
}

func (w *typeWriter) writeArray(s gjson.Result, indent string) {
	if prefix := s.Get("prefixItems"); prefix.IsArray() {
		w.out.WriteString("[")
		w.writeUnion(prefix.Array(), ", ", func(v gjson.Result) { w.writeAnnotated(v, indent) })
		w.out.WriteString("]")
		return
	}
	items := s.Get("items")
	if !items.Exists() {
		w.out.WriteString("any[]")
		return
	}
	w.out.WriteString("Array<")
	w.writeAnnotated(items, indent)
	w.out.WriteString(">")
}

func (w *typeWriter) writeObject(s gjson.Result, indent string) {
	inner := indent + " "
	required := s.Get("required").Array()
	w.out.WriteString("{")
	empty := true
	s.Get("properties").ForEach(func(name, property gjson.Result) bool {
		if empty {
			w.out.WriteString("\n")
		}
		empty = false
		note := annotation(property)
		if strings.Contains(note, "\n") {
			writeComment(w.out, inner, note)
			note = ""
		}
		w.out.WriteString(inner + propertyName(name))
		if !slices.ContainsFunc(required, func(r gjson.Result) bool { return r.Str == name.Str }) {
			w.out.WriteString("?")
		}
		w.out.WriteString(": ")
		w.writeType(property, inner)
		if note != "" {
			w.out.WriteString(" // " + note)
		}
		w.out.WriteString("\n")
		return true
	})
	if more := s.Get("additionalProperties"); more.IsObject() || more.Type == gjson.True {
		w.out.WriteString(map[bool]string{true: "\n", false: ""}[empty] + inner + "[key: string]: ")
		w.writeAnnotated(more, inner)
		w.out.WriteString("\n")
		empty = false
	}
	if !empty {
		w.out.WriteString(indent)
	}
	w.out.WriteString("}")
}

// propertyName quotes names that are not plain words.
func propertyName(name gjson.Result) string {
	plain := name.Str != "" && strings.Trim(name.Str, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$") == ""
	if plain {
		return name.Str
	}
	return strconv.Quote(name.Str)
}
