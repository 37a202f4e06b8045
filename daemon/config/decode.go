package config

import (
	"net/netip"
	"reflect"
	"strconv"
	"strings"
	"time"

	"slices"

	"go.yaml.in/yaml/v3"
)

// place is where a setting stands.
type place struct {
	from   string // for messages, such as FILE:LINE
	source int    // fromFile to fromFlag
	line   int    // in the file, 0 elsewhere
}

// sourcedValue is one setting as a source gives it. In a file a value has a type,
// which must be the right one; a text from elsewhere is read by its key's type.
type sourcedValue struct {
	place
	node *yaml.Node // nil outside of files
	text string
}

// decodeInto reads the value into the field of its key and reports whether it
// could. A key without a value leaves the default.
func (v sourcedValue) decodeInto(field reflect.Value) bool {
	if v.node != nil && v.node.Tag == "!!null" {
		return true
	}
	switch to := field.Addr().Interface().(type) {
	case *[]string:
		return v.decodeList(to)
	case *map[string]string:
		return v.decodeMap(to)
	}
	text, ok := v.scalarText()
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
		return err == nil && v.hasTag("!!bool")
	case *int:
		*to, err = strconv.Atoi(strings.ReplaceAll(text, "_", ""))
		return err == nil && v.hasTag("!!int")
	}
	return err == nil
}

// typeHint returns more than the kind of a key if that alone would not help.
func (v sourcedValue) typeHint(field reflect.Value) string {
	text, _ := v.scalarText()
	_, err := strconv.ParseFloat(text, 64)
	switch field.Interface().(type) {
	case time.Duration:
		if err == nil {
			return "a duration, because the unit is missing: write 5s or 5m"
		}
	case string, Secret:
		return "text: put it in quotes"
	case map[string]string:
		if v.node == nil {
			return "a map: write name=value,name=value"
		}
		return "a map of name: value, each name once"
	}
	return ""
}

// hasTag reports whether a value has the type; a text from outside of a file has any.
func (v sourcedValue) hasTag(tag string) bool { return v.node == nil || v.node.Tag == tag }

// scalarText returns the value as it is written.
func (v sourcedValue) scalarText() (text string, ok bool) {
	if v.node == nil {
		return v.text, true
	}
	return v.node.Value, v.node.Kind == yaml.ScalarNode
}

// decodeList reads a sequence, or "a, b", or a sequence written as text, such as
// ["a", "b"].
func (v sourcedValue) decodeList(to *[]string) bool {
	*to = nil
	text, ok := v.scalarText()
	if !ok {
		return v.decodeSequence(to)
	}
	if node := parseFlow(text, "[]"); node != nil {
		return (sourcedValue{node: node}).decodeSequence(to)
	}
	for item := range strings.SplitSeq(text, ",") {
		if item = strings.TrimSpace(item); item != "" {
			*to = append(*to, item)
		}
	}
	return true
}

func (v sourcedValue) decodeSequence(to *[]string) bool {
	for _, item := range v.node.Content {
		text, ok := sourcedValue{node: resolveAlias(item)}.scalarText()
		if !ok {
			return false
		}
		*to = append(*to, text)
	}
	return v.node.Kind == yaml.SequenceNode
}

// parseFlow parses a text that is one YAML or JSON collection between a pair of
// brackets, such as {"a": "b"}. It returns nil for all other texts, and for an IPv6
// address in brackets.
func parseFlow(text, brackets string) *yaml.Node {
	text = strings.TrimSpace(text)
	if len(text) < 2 || text[0] != brackets[0] || text[len(text)-1] != brackets[1] {
		return nil
	}
	if _, err := netip.ParseAddr(text[1 : len(text)-1]); err == nil {
		return nil
	}
	documents, err := parseYAML([]byte(text))
	if err != nil || len(documents) != 1 {
		return nil
	}
	return documents[0].Content[0]
}

// decodeMap reads a mapping, or "a=b, c=d", or a mapping written as text, such as
// {"a": "b"}. Names and values are not empty, and each name is there once.
func (v sourcedValue) decodeMap(to *map[string]string) bool {
	*to = make(map[string]string)
	text, ok := v.scalarText()
	if !ok {
		return v.decodeMapping(*to)
	}
	if node := parseFlow(text, "{}"); node != nil {
		return sourcedValue{node: node}.decodeMapping(*to)
	}
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return false // a mapping that is none
	}
	for pair := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(pair) == "" {
			continue
		}
		name, value, ok := cutPair(pair)
		if !ok || !putPair(*to, name, value) {
			return false
		}
	}
	return true
}

// cutPair splits name=value, or name:value if there is one colon only: model names
// have colons of their own.
func cutPair(pair string) (name, value string, ok bool) {
	if name, value, ok = strings.Cut(pair, "="); ok {
		return name, value, true
	}
	name, value, ok = strings.Cut(pair, ":")
	return name, value, ok && !strings.Contains(value, ":")
}

func putPair(to map[string]string, name, value string) bool {
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if _, twice := to[name]; twice || name == "" || value == "" {
		return false
	}
	to[name] = value
	return true
}

func (v sourcedValue) decodeMapping(to map[string]string) bool {
	if v.node.Kind != yaml.MappingNode {
		return false
	}
	for pair := range slices.Chunk(v.node.Content, 2) {
		name, nameOK := sourcedValue{node: pair[0]}.scalarText()
		value, valueOK := sourcedValue{node: resolveAlias(pair[1])}.scalarText()
		if !nameOK || !valueOK || !putPair(to, name, value) {
			return false
		}
	}
	return true
}
