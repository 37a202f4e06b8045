package toolcall

import (
	"cmp"
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
	if name := w.nameAt[pointer]; name != "" {
		return name
	}
	if w.nameAt == nil {
		w.nameAt, w.taken = make(map[string]string), make(map[string]int)
	}
	name := cmp.Or(strings.Map(wordRune, pointer[strings.LastIndexByte(pointer, '/')+1:]), "Arguments")
	w.taken[name]++
	for n := w.taken[name]; n > 1; n = w.taken[name] {
		name += strconv.Itoa(n)
		w.taken[name]++
	}
	w.named, w.nameAt[pointer] = append(w.named, pointer), name
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
		target := w.resolvePointer(pointer)
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

// resolvePointer returns the part of the root that a reference such as "#/$defs/Node"
// names. It does not exist if the reference leads elsewhere.
func (w *typeWriter) resolvePointer(reference string) gjson.Result {
	path, ok := strings.CutPrefix(reference, "#")
	if !ok {
		return gjson.Result{}
	}
	if path == "" || path == "/" {
		return w.root
	}
	cut := strings.LastIndexByte(path, '/')
	if cut < 0 {
		return gjson.Result{}
	}
	return w.membersOf(path[:cut])[unescapePointer(path[cut+1:])]
}

// membersOf returns the members of the part of the root at path. Schemas may have
// thousands of parts that are referred to, so that they are found once.
func (w *typeWriter) membersOf(path string) map[string]gjson.Result {
	if known, ok := w.members[path]; ok {
		return known
	}
	at := w.root
	if path != "" {
		cut := max(0, strings.LastIndexByte(path, '/'))
		at = w.membersOf(path[:cut])[unescapePointer(strings.TrimPrefix(path[cut:], "/"))]
	}
	members := make(map[string]gjson.Result)
	at.ForEach(func(name, value gjson.Result) bool {
		members[name.String()] = value
		return true
	})
	if w.members == nil {
		w.members = make(map[string]map[string]gjson.Result)
	}
	w.members[path] = members
	return members
}

func unescapePointer(key string) string {
	return strings.ReplaceAll(strings.ReplaceAll(key, "~1", "/"), "~0", "~")
}
