package toolcall

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/tidwall/gjson"
)

// annotation is the description of a schema, with the keywords that the type does not
// show as JSON behind it.
func (w *typeWriter) annotation(s gjson.Result) string {
	if !s.IsObject() {
		return ""
	}
	note := w.notes.cut(s.Get("description").Str)
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
	if i := slices.Index(w.named, pointer); i >= 0 {
		return w.names[i]
	}
	name := strings.Map(wordRune, pointer[strings.LastIndexByte(pointer, '/')+1:])
	if name == "" {
		name = "Arguments"
	}
	for n, plain := 2, name; slices.Contains(w.names, name); n++ {
		name = plain + strconv.Itoa(n)
	}
	w.named, w.names = append(w.named, pointer), append(w.names, name)
	return name
}

// wordRune keeps what may stand in the name of a type.
func wordRune(r rune) rune {
	if r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r) {
		return r
	}
	return -1
}

// writeNamed writes the types that were referred to, those too that only these refer
// to.
func (w *typeWriter) writeNamed() {
	for i := 0; i < len(w.named); i++ {
		pointer := w.named[i]
		target := resolvePointer(w.root, pointer)
		writeComment(w.out, "", w.annotation(target))
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
