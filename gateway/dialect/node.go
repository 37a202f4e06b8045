package dialect

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
)

// Node is a value of a request body with its path, so that an error can name the
// field as the documentation of the client's API does. It borrows the text of
// the body.
type Node struct {
	Value gjson.Result
	// Path is empty for the body itself, else like "messages[0].content".
	Path    string
	names   NameMapping
	table   Fields         // of the objects in it
	ignored *ignoredFields // of the whole body; nil if no table is gone by
}

// Object holds the fields of a JSON object by their mapped names.
type Object struct {
	path    string
	fields  map[string]gjson.Result
	names   NameMapping
	table   Fields
	ignored *ignoredFields
}

// maxFields bounds one object; no API has nearly as many.
const maxFields = 1024

// IsAbsent reports whether the value is missing or null, which mean the same.
func (n Node) IsAbsent() bool { return n.Value.Type == gjson.Null }

// NewError returns the error of this field; message goes on behind its path.
func (n Node) NewError(message string) *chat.Error {
	return &chat.Error{Kind: chat.BadRequest, Param: n.Path, Message: n.Path + " " + message}
}

// TooMany returns the error of a value with more than limit of things.
func (n Node) TooMany(limit int, things string) *chat.Error {
	if n.Path == "" {
		return chat.NewError(chat.BadRequest, "the request body has more than "+strconv.Itoa(limit)+" "+things)
	}
	return n.NewError("has more than " + strconv.Itoa(limit) + " " + things)
}

// AsObject returns the value as an object; an absent one has no fields. If the
// node belongs to a field table, the object has the honoured fields only; the
// error is that of the first field that is refused.
func (n Node) AsObject() (Object, error) {
	o := Object{path: n.Path, names: n.names, table: n.table, ignored: n.ignored}
	if n.IsAbsent() {
		return o, nil
	}
	if !n.Value.IsObject() {
		return o, n.NewError("must be an object")
	}
	o.fields = make(map[string]gjson.Result)
	var failure error
	count := 0
	n.Value.ForEach(func(key, value gjson.Result) bool {
		if count++; count > maxFields {
			failure = n.TooMany(maxFields, "fields")
		} else {
			failure = o.addField(key.Str, value)
		}
		return failure == nil
	})
	return o, failure
}

// Field returns a field, an absent node if there is none.
func (o Object) Field(name string) Node {
	n := Node{Value: o.fields[name], Path: o.pathOf(name), names: o.names, ignored: o.ignored}
	if row := o.table.findField(name); row != nil {
		n.table = row.Fields
	}
	return n
}

// givenField returns a field, and reports whether there is one that is not null.
func (o Object) givenField(name string) (n Node, given bool) {
	if o.fields[name].Type == gjson.Null {
		return Node{}, false
	}
	return o.Field(name), true
}

// AsList returns the value as an array of at most limit elements; an absent one
// is empty.
func (n Node) AsList(limit int) ([]Node, error) {
	if n.IsAbsent() {
		return nil, nil
	}
	if !n.Value.IsArray() {
		return nil, n.NewError("must be an array")
	}
	var out []Node
	n.Value.ForEach(func(_, value gjson.Result) bool {
		out = append(out, n.element(len(out), value))
		return len(out) <= limit
	})
	if len(out) > limit {
		return nil, n.TooMany(limit, "elements")
	}
	return out, nil
}

// AsListOrOne is AsList that also takes a single object for an array of one, as
// the Gemini API does.
func (n Node) AsListOrOne(limit int) ([]Node, error) {
	if n.Value.IsObject() {
		return []Node{n.element(0, n.Value)}, nil
	}
	return n.AsList(limit)
}

func (n Node) element(index int, value gjson.Result) Node {
	return Node{Value: value, Path: n.Path + "[" + strconv.Itoa(index) + "]", names: n.names, table: n.table, ignored: n.ignored}
}

// AsText returns the value as a string of valid UTF-8; an absent one is empty.
// The string is a copy, so that a short question does not keep a body full of
// pictures in memory.
func (n Node) AsText() (string, error) {
	text, err := n.borrowText()
	if len(text) == len(n.Value.Raw)-len(`""`) {
		text = strings.Clone(text) // else it has been unescaped, which made a copy
	}
	return strings.ToValidUTF8(text, "\ufffd"), err
}

// AsTexts returns the strings of an array of at most limit elements, or a single
// string, without empty ones.
func (n Node) AsTexts(limit int) ([]string, error) {
	nodes := []Node{n}
	if n.Value.Type != gjson.String {
		var err error
		if nodes, err = n.AsList(limit); err != nil {
			return nil, err
		}
	}
	var out []string
	for _, element := range nodes {
		switch text, err := element.AsText(); {
		case err != nil:
			return nil, err
		case element.IsAbsent():
			return nil, element.NewError("must not be null")
		case text != "":
			out = append(out, text)
		}
	}
	return out, nil
}

// borrowText is AsText without the copy: the string is a piece of the body, and
// its bytes are as the client sent them.
func (n Node) borrowText() (string, error) {
	if n.IsAbsent() {
		return "", nil
	}
	if n.Value.Type != gjson.String {
		return "", n.NewError("must be a string")
	}
	return n.Value.Str, nil
}

// JSONText returns the value as the JSON text that the client sent.
func (n Node) JSONText() string {
	if text := strings.Clone(n.Value.Raw); utf8.ValidString(text) { // mostly, and found out faster
		return text
	}
	return strings.ToValidUTF8(n.Value.Raw, "\ufffd")
}

// CutField returns an object as JSON text without one of its fields, and that field.
// Text that is not valid UTF-8 is replaced.
func (n Node) CutField(name string) (text string, field Node, err error) {
	o := Object{path: n.Path, names: n.names, ignored: n.ignored}
	field = o.Field(name)
	if !n.Value.IsObject() {
		return "", field, n.NewError("must be an object")
	}
	var rest []string
	n.Value.ForEach(func(key, value gjson.Result) bool {
		if n.names(key.Str) == name {
			field.Value = value
		} else {
			rest = append(rest, key.Raw+":"+value.Raw)
		}
		return true
	})
	if field.IsAbsent() {
		return n.JSONText(), field, nil
	}
	return strings.ToValidUTF8("{"+strings.Join(rest, ",")+"}", "\ufffd"), field, nil
}

// AsTable returns the node as one whose objects have the fields of a table.
func (n Node) AsTable(table Fields) Node {
	n.table = table
	return n
}

// IsOff reports whether the value switches nothing on, as JSON and forms write
// it: absent, false, 0 or empty.
func (n Node) IsOff() bool {
	switch strings.ToLower(strings.TrimSpace(n.Value.String())) {
	case "", "false", "0":
		return true
	}
	return false
}

// AsBool returns the value as a boolean; an absent one is false.
func (n Node) AsBool() (bool, error) {
	if n.IsAbsent() {
		return false, nil
	}
	if !n.Value.IsBool() {
		return false, n.NewError("must be a boolean")
	}
	return n.Value.Bool(), nil
}
