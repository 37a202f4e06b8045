package toolcall

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
)

// maxCoercions bounds the values of one call that are given another type.
const maxCoercions = 64

// coerce gives values the types that the schema asks for, where nothing is lost by
// that: "3" becomes 3 where an integer is asked for, and 3 becomes "3" where a string
// is. It changes value, and returns it with the violation that is left, nil for none.
func (s *schema) coerce(value any) (any, *violation) {
	for range maxCoercions {
		wrong := s.check(value)
		if wrong == nil {
			return value, nil
		}
		mismatch, ok := wrong.kind.(*kind.Type)
		if !ok {
			return value, wrong
		}
		place := find(&value, wrong.path)
		if place == nil {
			return value, wrong
		}
		changed, ok := convert(place.get(), mismatch.Want)
		if !ok {
			return value, wrong
		}
		place.set(changed)
	}
	return value, s.check(value)
}

// place is where a value stands.
type place struct {
	get func() any
	set func(any)
}

// find returns the place of the value at path in root, nil if there is none.
func find(root *any, path []string) *place {
	if len(path) == 0 {
		return &place{func() any { return *root }, func(v any) { *root = v }}
	}
	at := *root
	for _, key := range path[:len(path)-1] {
		if at = child(at, key); at == nil {
			return nil
		}
	}
	last := path[len(path)-1]
	switch parent := at.(type) {
	case map[string]any:
		return &place{func() any { return parent[last] }, func(v any) { parent[last] = v }}
	case []any:
		if i, err := strconv.Atoi(last); err == nil && i < len(parent) {
			return &place{func() any { return parent[i] }, func(v any) { parent[i] = v }}
		}
	}
	return nil
}

func child(value any, key string) any {
	switch parent := value.(type) {
	case map[string]any:
		return parent[key]
	case []any:
		if i, err := strconv.Atoi(key); err == nil && i < len(parent) {
			return parent[i]
		}
	}
	return nil
}

// convert returns value as one of the wanted types of JSON Schema, if that loses
// nothing.
func convert(value any, want []string) (any, bool) {
	switch v := value.(type) {
	case string:
		return convertText(v, want)
	case json.Number:
		return v.String(), slices.Contains(want, "string")
	case bool:
		return strconv.FormatBool(v), slices.Contains(want, "string")
	}
	return nil, false
}

// convertText reads a string that holds the JSON of a wanted type.
func convertText(text string, want []string) (any, bool) {
	inner, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return nil, false
	}
	name := ""
	switch v := inner.(type) {
	case json.Number:
		name = "number"
		if _, err := strconv.ParseInt(v.String(), 10, 64); err == nil && slices.Contains(want, "integer") {
			name = "integer"
		}
	case bool:
		name = "boolean"
	case nil:
		name = "null"
	case map[string]any:
		name = "object"
	case []any:
		name = "array"
	}
	return inner, slices.Contains(want, name)
}
