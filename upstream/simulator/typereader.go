package simulator

import (
	"encoding/json"
	"strings"
)

// typeReader reads types in the notation of TypeScript.
type typeReader struct {
	text  string
	at    int
	depth int
}

// maxTypeDepth bounds the nesting of a type.
const maxTypeDepth = 64

func (r *typeReader) rest() string { return r.text[r.at:] }

func (r *typeReader) restOfLine() string {
	line, _, _ := strings.Cut(r.rest(), "\n")
	return line
}

func (r *typeReader) skipLine() { r.at = min(len(r.text), r.at+len(r.restOfLine())+1) }

func (r *typeReader) skipBlanks() {
	for r.at < len(r.text) && strings.IndexByte(" \t", r.text[r.at]) >= 0 {
		r.at++
	}
}

// take skips a word if it comes next.
func (r *typeReader) take(word string) bool {
	r.skipBlanks()
	if !strings.HasPrefix(r.rest(), word) {
		return false
	}
	r.at += len(word)
	return true
}

// readUnion reads a type up to what does not belong to it.
func (r *typeReader) readUnion() *shape { return r.readParts("union", "|", r.readBoth) }

func (r *typeReader) readBoth() *shape { return r.readParts("both", "&", r.readOne) }

func (r *typeReader) readParts(kind, joint string, read func() *shape) *shape {
	parts := []*shape{read()}
	for r.take(joint) {
		parts = append(parts, read())
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return newShape(kind, parts...)
}

// readOne reads a type without joints, with the comment behind it.
func (r *typeReader) readOne() *shape {
	if r.depth++; r.depth > maxTypeDepth {
		return newShape("any")
	}
	s := r.readPlain()
	r.depth--
	for strings.HasPrefix(r.rest(), "[]") {
		r.at += 2
		s = newShape("array", s)
	}
	if r.take("/*") {
		note, _, _ := strings.Cut(r.rest(), "*/")
		r.at = min(len(r.text), r.at+len(note)+2)
		s.note = strings.TrimSpace(note)
	}
	return s
}

func (r *typeReader) readPlain() *shape {
	r.skipBlanks()
	switch {
	case !strings.HasPrefix(r.rest(), `{"`) && r.take("{"):
		return r.readObject()
	case r.take("Array<"):
		items := r.readUnion()
		r.take(">")
		return newShape("array", items)
	case r.take("("):
		inner := r.readUnion()
		r.take(")")
		return inner
	case r.take("["):
		return r.readTuple()
	}
	if s := r.readLiteral(); s != nil {
		return s
	}
	end := strings.IndexAny(r.rest(), " \t\n|&,<>[](){}")
	if end < 0 {
		end = len(r.rest())
	}
	word := r.rest()[:end]
	r.at += end
	switch word {
	case "string", "number", "integer", "boolean", "null", "any", "never":
		return newShape(word)
	}
	s := newShape("named")
	s.name = word
	return s
}

// readLiteral reads a value of JSON that begins like none of the types.
func (r *typeReader) readLiteral() *shape {
	word := r.restOfLine()
	if word == "" || strings.IndexByte(`{"-0123456789`, word[0]) < 0 && !strings.HasPrefix(word, "true") && !strings.HasPrefix(word, "false") {
		return nil
	}
	var value json.RawMessage
	if json.NewDecoder(strings.NewReader(r.rest())).Decode(&value) != nil {
		return nil
	}
	r.at += len(value)
	s := newShape("literal")
	s.literal = string(value)
	return s
}

func (r *typeReader) readTuple() *shape {
	tuple := newShape("tuple")
	for !r.take("]") && r.at < len(r.text) {
		before := r.at
		tuple.parts = append(tuple.parts, r.readUnion())
		r.take(",")
		if r.at == before {
			break
		}
	}
	return tuple
}

// readObject reads the properties of an object, each on a line, up to its brace.
func (r *typeReader) readObject() *shape {
	object := newShape("object")
	note := ""
	for r.at < len(r.text) {
		r.takeBreaks()
		switch {
		case r.take("}"):
			return object
		case r.take("//"):
			note += strings.TrimSpace(r.restOfLine()) + "\n"
			r.skipLine()
			continue
		case r.take("[key: string]:"):
			object.parts = []*shape{r.readUnion()}
		default:
			f, ok := r.readField()
			if !ok {
				r.skipLine()
				continue
			}
			object.fields = append(object.fields, f)
			f.shape.note = strings.TrimSpace(note + f.shape.note)
		}
		note = ""
	}
	return object
}

func (r *typeReader) takeBreaks() {
	for r.at < len(r.text) && strings.IndexByte(" \t\n", r.text[r.at]) >= 0 {
		r.at++
	}
}

// readField reads the line of a property.
func (r *typeReader) readField() (f field, ok bool) {
	r.skipBlanks()
	if strings.HasPrefix(r.rest(), `"`) {
		var name json.RawMessage
		if json.NewDecoder(strings.NewReader(r.rest())).Decode(&name) != nil || json.Unmarshal(name, &f.name) != nil {
			return f, false
		}
		r.at += len(name)
	} else {
		end := strings.IndexAny(r.restOfLine(), "?: ")
		if end <= 0 {
			return f, false
		}
		f.name = r.rest()[:end]
		r.at += end
	}
	f.optional = r.take("?")
	if !r.take(":") {
		return f, false
	}
	f.shape = r.readUnion()
	if r.take("//") {
		f.shape.note = strings.TrimSpace(f.shape.note + " " + strings.TrimSpace(r.restOfLine()))
	}
	r.skipLine()
	return f, true
}
