package toolcall

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// annotation is the description of a schema, with the keywords that the type does not
// show as JSON behind it.
func annotation(s gjson.Result) string {
	if !s.IsObject() {
		return ""
	}
	note := strings.TrimSpace(s.Get("description").Str)
	var rest []string
	s.ForEach(func(key, value gjson.Result) bool {
		if !expressed[key.Str] {
			rest = append(rest, key.Str+": "+compact(value.Raw))
		}
		return true
	})
	if len(rest) == 0 {
		return note
	}
	return strings.TrimSpace(note + " (" + strings.Join(rest, ", ") + ")")
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// nameOf returns the name of the type that pointer refers to, and notes that it is to
// be written.
func (w *typeWriter) nameOf(pointer string) string {
	if !slices.Contains(w.named, pointer) {
		w.named = append(w.named, pointer)
	}
	name := pointer[strings.LastIndexByte(pointer, '/')+1:]
	if name == "" || name == "#" {
		return "Arguments"
	}
	return name
}

// writeNamed writes the types that were referred to, those too that only these refer
// to.
func (w *typeWriter) writeNamed() {
	for i := 0; i < len(w.named); i++ {
		pointer := w.named[i]
		target := resolvePointer(w.root, pointer)
		writeComment(w.out, "", target.Get("description").Str)
		w.out.WriteString("type " + w.nameOf(pointer) + " = ")
		if target.Exists() {
			w.writeType(target, "")
		} else {
			w.out.WriteString("any")
		}
		w.out.WriteString("\n")
	}
}

// resolvePointer returns the part of root that a reference such as "#/$defs/Node"
// names. It does not exist if the reference leads elsewhere.
func resolvePointer(root gjson.Result, reference string) gjson.Result {
	path, ok := strings.CutPrefix(reference, "#")
	if !ok {
		return gjson.Result{}
	}
	at := root
	for _, key := range strings.Split(path, "/")[min(1, strings.Count(path, "/")):] {
		if key == "" {
			continue
		}
		key = strings.ReplaceAll(strings.ReplaceAll(key, "~1", "/"), "~0", "~")
		next := gjson.Result{}
		at.ForEach(func(name, value gjson.Result) bool {
			if name.Str == key {
				next = value
			}
			return !next.Exists()
		})
		at = next
	}
	return at
}
