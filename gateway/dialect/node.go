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

// maxFields bounds one object; no format has nearly as many.
const maxFields = 1024

// absent reports whether the value is missing or null, which mean the same.
func (n node) absent() bool { return n.value.Type == gjson.Null }

// bad is the error of this field.
func (n node) bad(message string) *chat.Error {
	return &chat.Error{Kind: chat.BadRequest, Param: n.path, Message: n.path + " " + message}
}

// tooMany is the error of a field that outgrew its limit.
func tooMany(n node, limit int, what string) *chat.Error {
	if n.path == "" {
		return chat.NewError(chat.BadRequest, "the request body has more than "+strconv.Itoa(limit)+" "+what)
	}
	return n.bad("has more than " + strconv.Itoa(limit) + " " + what)
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
		return len(o.fields) <= maxFields
	})
	if len(o.fields) > maxFields {
		return o, tooMany(n, maxFields, "fields")
	}
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
		return nil, tooMany(n, limit, "elements")
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

// text reads the value as a string of valid UTF-8; an absent one is empty. The
// string is a copy, so that a short question does not keep a body full of
// pictures in memory.
func (n node) text() (string, error) {
	text, err := n.borrow()
	return strings.ToValidUTF8(strings.Clone(text), "\ufffd"), err
}

// borrow is text without the copy: the string is a piece of the body, in
// whatever bytes the client sent.
func (n node) borrow() (string, error) {
	if n.absent() {
		return "", nil
	}
	if n.value.Type != gjson.String {
		return "", n.bad("must be a string")
	}
	return n.value.Str, nil
}

// told is the value as the JSON text it came as.
func (n node) told() string { return strings.ToValidUTF8(strings.Clone(n.value.Raw), "\ufffd") }

// off reports whether the value switches nothing on, in the spellings of JSON
// and of forms: absent, false, 0 or empty.
func (n node) off() bool {
	switch strings.ToLower(strings.TrimSpace(n.value.String())) {
	case "", "false", "0":
		return true
	}
	return false
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
