package toolcall

import (
	"maps"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// writeSignature writes a tool as the model reads it: its description as comments,
// then its name with the type of its arguments.
func writeSignature(out *strings.Builder, notes *noteCutter, t *tool) {
	writeComment(out, "", notes.cut(t.Description))
	if t.Freeform {
		out.WriteString(t.Name + "(text)\n")
		return
	}
	w := typeWriter{out: out, notes: notes, root: gjson.Parse(t.Schema)}
	writeComment(out, "", w.annotation(w.root))
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
	out     *strings.Builder
	notes   *noteCutter
	root    gjson.Result
	named   []string                           // the pointers that were referred to, in the order of their numbers
	nameAt  map[string]string                  // the names of their types, by pointer
	taken   map[string]int                     // how often a name was wanted
	members map[string]map[string]gjson.Result // of parts of the root, by pointer
}

// expressed are the keywords that the type itself shows, and those that only repeat
// what is known.
var expressed = map[string]bool{
	"type": true, "properties": true, "required": true, "items": true, "enum": true, "const": true,
	"anyOf": true, "oneOf": true, "allOf": true, "$ref": true, "description": true, "$defs": true, "definitions": true,
	"additionalProperties": true, "$schema": true, "$id": true, "title": true, "prefixItems": true, "$comment": true,
}

// joints are the keywords that join schemas, with the sign that joins types so.
var joints = []joint{{"anyOf", " | "}, {"oneOf", " | "}, {"allOf", " & "}}

type joint struct{ keyword, sign string }

// writeType writes the type of a schema; properties of an object stand on lines of
// their own, below indent. Joined schemas come behind what stands beside them.
func (w *typeWriter) writeType(s gjson.Result, indent string) {
	beside := s.Get("properties").Exists()
	if beside {
		w.writePlain(s, indent)
	}
	joined := slices.DeleteFunc(slices.Clone(joints), func(j joint) bool { return !s.Get(j.keyword).IsArray() })
	for i, joint := range joined {
		list := s.Get(joint.keyword).Array()
		apart := (beside || len(joined) > 1) && len(list) > 1
		if beside || i > 0 {
			w.out.WriteString(" & ")
		}
		w.open(apart, "(")
		w.writeUnion(list, joint.sign, func(v gjson.Result) {
			inner := joint.sign == " & " && len(list) > 1 && isUnion(v)
			w.open(inner, "(")
			w.writeAnnotated(v, indent)
			w.open(inner, ")")
		})
		w.open(apart, ")")
	}
	if !beside && len(joined) == 0 {
		w.writePlain(s, indent)
	}
}

// open writes a parenthesis where one is needed.
func (w *typeWriter) open(needed bool, sign string) {
	if needed {
		w.out.WriteString(sign)
	}
}

func isUnion(s gjson.Result) bool {
	return len(s.Get("anyOf").Array())+len(s.Get("oneOf").Array()) > 1 || len(s.Get("enum").Array()) > 1 || s.Get("type").IsArray()
}

// writePlain writes the type of a schema without joints.
func (w *typeWriter) writePlain(s gjson.Result, indent string) {
	switch {
	case !s.IsObject():
		w.out.WriteString(map[bool]string{true: "never", false: "any"}[s.Type == gjson.False])
	case s.Get(`\$ref`).Exists():
		w.out.WriteString(w.nameOf(s.Get(`\$ref`).Str))
	case s.Get("const").Exists():
		w.out.WriteString(compact(s.Get("const").Raw))
	case s.Get("enum").IsArray():
		w.writeUnion(s.Get("enum").Array(), " | ", func(v gjson.Result) { w.out.WriteString(compact(v.Raw)) })
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
	if note := oneLine(w.annotation(s)); note != "" {
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
	case name == "object" || name == "" && (s.Get("properties").Exists() || s.Get("additionalProperties").Exists() || s.Get("required").Exists()):
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
	required := make(map[string]bool)
	for _, name := range s.Get("required").Array() {
		required[name.Str] = true
	}
	var lines typeLines
	s.Get("properties").ForEach(func(name, property gjson.Result) bool {
		lines.begin(w.out)
		w.writeProperty(name.Str, property, inner, required[name.Str])
		delete(required, name.Str)
		return true
	})
	for _, name := range slices.Sorted(maps.Keys(required)) { // those without a schema
		lines.begin(w.out)
		w.out.WriteString(inner + propertyName(name) + ": any\n")
	}
	if more := s.Get("additionalProperties"); more.IsObject() || more.Type == gjson.True {
		lines.begin(w.out)
		w.out.WriteString(inner + "[key: string]: ")
		w.writeAnnotated(more, inner)
		w.out.WriteString("\n")
	}
	lines.end(w.out, indent)
}

// typeLines writes the braces around the lines of an object. The zero value has none.
type typeLines struct{ any bool }

func (l *typeLines) begin(out *strings.Builder) {
	if !l.any {
		out.WriteString("{\n")
	}
	l.any = true
}

func (l *typeLines) end(out *strings.Builder, indent string) {
	if !l.any {
		out.WriteString("{}")
		return
	}
	out.WriteString(indent + "}")
}

// writeProperty writes the line of a property, below its description if that has
// several.
func (w *typeWriter) writeProperty(name string, property gjson.Result, indent string, required bool) {
	note := w.annotation(property)
	if strings.Contains(note, "\n") {
		writeComment(w.out, indent, note)
		note = ""
	}
	w.out.WriteString(indent + propertyName(name))
	w.open(!required, "?")
	w.out.WriteString(": ")
	w.writeType(property, indent)
	if note != "" {
		w.out.WriteString(" // " + note)
	}
	w.out.WriteString("\n")
}

// propertyName quotes names that are not plain words.
func propertyName(name string) string {
	plain := name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_$") == ""
	if plain {
		return name
	}
	return encode(name)
}
