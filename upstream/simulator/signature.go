package simulator

import (
	"regexp"
	"strings"
)

// signature is a tool as the prompt shows it: a name and the type of its arguments in
// the notation of TypeScript, with comments.
type signature struct {
	name  string
	note  string // its comments
	text  bool   // it takes text instead of an object
	shape *shape
	types map[string]*shape // by name
}

// shape is a type.
type shape struct {
	kind    string // object, array, tuple, union, both, literal, named; else a word such as string
	literal string // JSON
	name    string // of a named type
	note    string // the comments behind it, or above it
	fields  []field
	parts   []*shape // of a union, both or tuple; the items of an array; the values of other fields
}

// field is a property of an object.
type field struct {
	name     string
	optional bool
	shape    *shape
}

// readSignatures reads a list of tools. What it cannot read is skipped.
func readSignatures(text string) []signature {
	var all []signature
	note := ""
	r := &typeReader{text: text}
	for r.at < len(r.text) {
		line := r.restOfLine()
		comment, isComment := strings.CutPrefix(line, "// ")
		alias := typeAlias.FindStringSubmatch(line)
		name, shown := cutSignature(line)
		switch {
		case isComment:
			note += comment + "\n"
			r.skipLine()
			continue
		case alias != nil && len(all) > 0:
			r.at += len(alias[0])
			target := r.readUnion()
			target.note = strings.TrimSpace(note)
			all[len(all)-1].types[alias[1]] = target
		case shown && strings.HasPrefix(line, name+"(text)"):
			all = append(all, signature{name: name, note: strings.TrimSpace(note), text: true, shape: newShape("text"), types: make(map[string]*shape)})
		case shown:
			r.at += len(name) + 1
			all = append(all, signature{name: name, note: strings.TrimSpace(note), shape: r.readUnion(), types: make(map[string]*shape)})
		}
		note = ""
		r.skipLine()
	}
	return all
}

var typeAlias = regexp.MustCompile(`^type (\S+) = `)

// cutSignature returns the name at the beginning of a signature.
func cutSignature(line string) (name string, ok bool) {
	at := -1
	for _, opening := range []string{"({", "(text)", "(any)", "(any ", "(Array<", "(any[]"} {
		if i := strings.Index(line, opening); i > 0 && (at < 0 || i < at) {
			at = i
		}
	}
	if at < 0 {
		if at = strings.IndexByte(line, '('); at <= 0 || strings.ContainsAny(line[:at], " \t") {
			return "", false
		}
	}
	return line[:at], true
}

func newShape(kind string, parts ...*shape) *shape { return &shape{kind: kind, parts: parts} }
