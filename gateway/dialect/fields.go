package dialect

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

// Use is what becomes of a field of a request.
type Use string

// The uses.
const (
	Honored Use = "honoured" // read by the decoder
	Ignored Use = "ignored"  // known, without effect, named in X-Geminid-Ignored
	Refused Use = "refused"  // known, and an error by name
)

// Field is a row of a field table: a field that clients send, and what becomes of
// it. The table is what a decoder goes by: it is shown honoured fields only.
type Field struct {
	// Name is the field as the documentation of the client's API spells it.
	Name string
	Use  Use
	// Note says for people what is done with the field, or why nothing is. Of a
	// refused field it is the error, behind the name.
	Note string
	// Check is the rule of an ignored field. Nil takes any value.
	Check Rule
	// Off are texts that ask for nothing, beside false, "", [] and {}.
	Off []string
	// Fields are the fields of the objects in it, or in its array. If they are nil
	// the decoder takes its value as a whole.
	Fields Fields
	// Files is set if the value is files, alike in every place; see [ReadFileFields].
	Files bool
}

// Fields is the table of the fields of one object.
type Fields []Field

// Honor returns the row of a field that is read.
func Honor(name, note string, fields ...Field) Field {
	return Field{Name: name, Use: Honored, Note: note, Fields: fields}
}

// Ignore returns the row of a field without effect.
func Ignore(name, note string, check Rule, off ...string) Field {
	return Field{Name: name, Use: Ignored, Note: note, Check: check, Off: off}
}

// Refuse returns the row of a field that is an error.
func Refuse(name, note string, off ...string) Field {
	return Field{Name: name, Use: Refused, Note: note, Off: off}
}

// FieldTable is the table of the body of some operations.
type FieldTable struct {
	// Title names the routes as the document does.
	Title  string
	Fields Fields
}

func (f Fields) findField(name string) *Field {
	for i := range f {
		if f[i].Name == name {
			return &f[i]
		}
	}
	return nil
}

// isOff reports whether a value of the field, in JSON or in a form, is one of those
// that ask for nothing.
func (f *Field) isOff(value gjson.Result) bool {
	if value.Type == gjson.JSON {
		return false
	}
	text := value.String()
	return text == "" || slices.ContainsFunc(f.Off, func(off string) bool { return strings.EqualFold(off, text) })
}

// asksNothing reports whether a value of any field leaves everything as it is.
func asksNothing(value gjson.Result) bool {
	switch text := value.String(); value.Type {
	case gjson.Null, gjson.False:
		return true
	case gjson.JSON:
		text = strings.Map(dropBlank, text[:min(len(text), 32)])
		return text == "[]" || text == "{}"
	default:
		return text == "" || strings.EqualFold(text, "false")
	}
}

func dropBlank(r rune) rune {
	if strings.ContainsRune(" \t\r\n", r) {
		return -1
	}
	return r
}

// ignoredFields are the paths of the fields of one body that have no effect, each
// once, in the order in which they were read.
type ignoredFields struct{ paths []string }

const (
	maxIgnored     = 32  // that are named
	maxIgnoredPath = 100 // bytes
	moreIgnored    = "..."
)

// addPath adds the path of an ignored field, without the numbers of elements.
// Names come from the client, and the list becomes a header.
func (f *ignoredFields) addPath(path string) {
	var b strings.Builder
	inIndex := false
	for _, r := range path[:min(len(path), 4*maxIgnoredPath)] {
		switch {
		case inIndex && '0' <= r && r <= '9':
		case r <= ' ', r > '~', r == ',':
			b.WriteByte('?')
		default:
			b.WriteRune(r)
		}
		inIndex = r == '[' || inIndex && '0' <= r && r <= '9'
	}
	name := b.String()
	if len(name) > maxIgnoredPath {
		name = name[:maxIgnoredPath] + moreIgnored
	}
	switch {
	case slices.Contains(f.paths, name):
	case len(f.paths) < maxIgnored:
		f.paths = append(f.paths, name)
	case len(f.paths) == maxIgnored:
		f.paths = append(f.paths, moreIgnored)
	}
}

// addField sorts a field of the client in: among the fields of o if the decoder
// is to read it, else among the ignored ones. It returns the error of one that is
// refused.
func (o Object) addField(key string, value gjson.Result) error {
	name := o.names(key)
	if o.ignored == nil {
		return o.storeField(name, value)
	}
	row := o.table.findField(name)
	n := Node{Value: value, Path: o.pathOf(name)}
	switch {
	case row != nil && row.Use == Honored:
		return o.storeField(name, value)
	case n.IsAbsent():
		return nil
	case row == nil:
		return o.passUnknown(name, Node{Value: value, Path: o.pathOf(key)})
	case row.Use == Refused:
		if row.isOff(value) {
			return nil
		}
		return n.NewError(row.Note)
	case row.Check != nil:
		if err := row.Check(n); err != nil {
			return err
		}
	}
	if holdsBytes(value) {
		return n.NewError("has no effect, and holds a file; send it in the parts of a message")
	}
	if !row.isOff(value) && !asksNothing(value) {
		o.ignored.addPath(n.Path)
	}
	return nil
}

// passUnknown notes a field that is not known. One that holds a file is an error.
func (o Object) passUnknown(name string, n Node) error {
	if mayNameFile(name) && holdsFile(n.Value) || holdsBytes(n.Value) {
		return n.NewError("is not a field for files; send them in the parts of a message, or as image where pictures are edited")
	}
	if !asksNothing(n.Value) {
		o.ignored.addPath(n.Path)
	}
	return nil
}

// storeField makes a field readable. One that is given twice, in one spelling or
// two, counts once if its values are the same or one of them is null.
func (o Object) storeField(name string, value gjson.Result) error {
	switch first, given := o.fields[name]; {
	case !given || first.Type == gjson.Null:
		o.fields[name] = value
	case value.Type != gjson.Null && value.Raw != first.Raw:
		return o.Field(name).NewError("is given twice, with different values; send one of them")
	}
	return nil
}

func (o Object) pathOf(name string) string {
	if o.path == "" {
		return name
	}
	return o.path + "." + name
}

// Ignored returns the paths of the fields of the body that have no effect, as far
// as it was read, for X-Geminid-Ignored.
func (o Object) Ignored() []string {
	if o.ignored == nil {
		return nil
	}
	return slices.Clone(o.ignored.paths)
}

// DropField notes that a field that was read has no effect after all.
func (n Node) DropField() {
	if n.ignored != nil {
		n.ignored.addPath(n.Path)
	}
}

// NewFormObject returns the object of a form's fields, whose values are all
// strings, in the order of names.
func NewFormObject(fields map[string]string, table Fields) (Object, error) {
	o := Object{fields: make(map[string]gjson.Result, len(fields)), names: ExactNames, table: table, ignored: new(ignoredFields)}
	names := make([]string, 0, len(fields))
	for name := range fields {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		text := fields[name]
		if err := o.addField(name, gjson.Result{Type: gjson.String, Str: text, Raw: strconv.Quote(text)}); err != nil {
			return o, err
		}
	}
	return o, nil
}
