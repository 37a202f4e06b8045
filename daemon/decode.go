package daemon

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// sourcedValue is one setting as a source gives it. In a file a value has a type, which
// must be the right one; a text from elsewhere is read as what its key takes.
type sourcedValue struct {
	node *yaml.Node // nil outside of files
	text string
	from string // where it stands, for messages
}

// decodeInto reads the value into the field of its key and reports whether it could. A
// key without a value leaves the default.
func (g sourcedValue) decodeInto(field reflect.Value) bool {
	if g.node != nil && g.node.Tag == "!!null" {
		return true
	}
	switch to := field.Addr().Interface().(type) {
	case *[]string:
		return g.decodeList(to)
	case *map[string]string:
		return g.decodeMap(to)
	}
	text, ok := g.scalarText()
	if !ok {
		return false
	}
	var err error
	switch to := field.Addr().Interface().(type) {
	case *string:
		*to = text
	case *Secret:
		err = to.UnmarshalText([]byte(text))
	case *Size:
		err = to.UnmarshalText([]byte(text))
	case *time.Duration:
		*to, err = time.ParseDuration(text) // takes 0, and no other number without a unit
	case *bool:
		*to, err = strconv.ParseBool(text)
		return err == nil && g.hasTag("!!bool")
	case *int:
		*to, err = strconv.Atoi(strings.ReplaceAll(text, "_", ""))
		return err == nil && g.hasTag("!!int")
	}
	return err == nil
}

// typeHint is more than the kind of a key where that alone would not help.
func (g sourcedValue) typeHint(field reflect.Value) string {
	text, _ := g.scalarText()
	_, err := strconv.ParseFloat(text, 64)
	switch field.Interface().(type) {
	case time.Duration:
		if err == nil {
			return "a duration, because the unit is missing: write 5s or 5m"
		}
	case string, Secret:
		return "text: put it in quotes"
	}
	return ""
}

// hasTag reports whether a value has the type; a text from outside of a file has any.
func (g sourcedValue) hasTag(tag string) bool { return g.node == nil || g.node.Tag == tag }

// scalarText is the value as it is written.
func (g sourcedValue) scalarText() (text string, ok bool) {
	if g.node == nil {
		return g.text, true
	}
	return g.node.Value, g.node.Kind == yaml.ScalarNode
}

// decodeList reads a sequence, or "a, b".
func (g sourcedValue) decodeList(to *[]string) bool {
	*to = nil
	text, ok := g.scalarText()
	if ok {
		for item := range strings.SplitSeq(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				*to = append(*to, item)
			}
		}
		return true
	}
	for _, item := range g.node.Content {
		text, ok := sourcedValue{node: resolveAlias(item)}.scalarText()
		if !ok {
			return false
		}
		*to = append(*to, text)
	}
	return g.node.Kind == yaml.SequenceNode
}

// decodeMap reads a mapping, or "a=b, c=d".
func (g sourcedValue) decodeMap(to *map[string]string) bool {
	*to = make(map[string]string)
	text, ok := g.scalarText()
	if ok {
		for pair := range strings.SplitSeq(text, ",") {
			name, value, ok := strings.Cut(pair, "=")
			if !ok && strings.TrimSpace(text) != "" {
				return false
			}
			(*to)[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
		delete(*to, "")
		return true
	}
	for pair := range slices.Chunk(g.node.Content, 2) {
		if g.node.Kind != yaml.MappingNode {
			return false
		}
		name, nameOK := sourcedValue{node: pair[0]}.scalarText()
		value, valueOK := sourcedValue{node: resolveAlias(pair[1])}.scalarText()
		if _, twice := (*to)[name]; twice || !nameOK || !valueOK {
			return false
		}
		(*to)[name] = value
	}
	return g.node.Kind == yaml.MappingNode
}

// describeKind says in words what a key takes.
func describeKind(key string) string {
	t := reflect.TypeFor[Settings]()
	switch reflect.Zero(t.Field(slices.Index(SettingNames(), key)).Type).Interface().(type) {
	case time.Duration:
		return "a duration such as 30s or 5m"
	case Size:
		return "a size such as 32MiB"
	case bool:
		return "true or false"
	case int:
		return "a number"
	case map[string]string:
		return "a map of name: value"
	case []string:
		return "a list"
	}
	return "text"
}
