package dialect

import (
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
)

// spelling brings a field name to the one under which decoders look it up.
type spelling func(name string) string

// exact leaves names as they are.
func exact(name string) string { return name }

// camel turns snake_case into camelCase: the protobuf JSON mapping, and so the
// Gemini API, accepts both for every field.
func camel(name string) string {
	if !strings.Contains(name, "_") {
		return name
	}
	var b strings.Builder
	upper := false
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c == '_' {
			upper = true
			continue
		}
		if upper && 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		upper = false
		b.WriteByte(c)
	}
	return b.String()
}

// node is a value of a request body together with its place, so that an error
// can name the field as the client wrote it down in its own documentation.
type node struct {
	value gjson.Result
	path  string
	spell spelling
}

// object holds the fields of a JSON object by their looked-up names.
type object struct {
	path   string
	fields map[string]gjson.Result
	spell  spelling
}

// absent reports whether the value is missing or null, which mean the same.
func (n node) absent() bool { return n.value.Type == gjson.Null }

// bad is the error of this field.
func (n node) bad(message string) *chat.Error {
	return &chat.Error{Kind: chat.BadRequest, Param: n.path, Message: n.path + " " + message}
}

// object reads the value as an object; an absent one has no fields.
func (n node) object() (object, error) {
	o := object{path: n.path, spell: n.spell}
	if n.absent() {
		return o, nil
	}
	if !n.value.IsObject() {
		return o, n.bad("must be an object")
	}
	o.fields = make(map[string]gjson.Result)
	n.value.ForEach(func(key, value gjson.Result) bool {
		o.fields[n.spell(key.Str)] = value
		return true
	})
	return o, nil
}

// at returns a field, an absent node when there is none.
func (o object) at(name string) node {
	path := name
	if o.path != "" {
		path = o.path + "." + name
	}
	return node{value: o.fields[name], path: path, spell: o.spell}
}

// list reads the value as an array of at most limit elements; an absent one is
// empty.
func (n node) list(limit int) ([]node, error) {
	if n.absent() {
		return nil, nil
	}
	if !n.value.IsArray() {
		return nil, n.bad("must be an array")
	}
	var out []node
	n.value.ForEach(func(_, value gjson.Result) bool {
		out = append(out, node{value: value, path: n.path + "[" + strconv.Itoa(len(out)) + "]", spell: n.spell})
		return len(out) <= limit
	})
	if len(out) > limit {
		return nil, n.bad("has more than " + strconv.Itoa(limit) + " elements")
	}
	return out, nil
}

// some is list that also takes a single object for an array of one, as the
// Gemini API does.
func (n node) some(limit int) ([]node, error) {
	if n.value.IsObject() {
		return []node{{value: n.value, path: n.path + "[0]", spell: n.spell}}, nil
	}
	return n.list(limit)
}

// text reads the value as a string of valid UTF-8; an absent one is empty.
func (n node) text() (string, error) {
	if n.absent() {
		return "", nil
	}
	if n.value.Type != gjson.String {
		return "", n.bad("must be a string")
	}
	return strings.ToValidUTF8(n.value.Str, "\ufffd"), nil
}

// flag reads the value as a boolean; an absent one is false.
func (n node) flag() (bool, error) {
	if n.absent() {
		return false, nil
	}
	if !n.value.IsBool() {
		return false, n.bad("must be a boolean")
	}
	return n.value.Bool(), nil
}
