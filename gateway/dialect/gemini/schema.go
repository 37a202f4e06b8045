package gemini

import (
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/gateway/dialect"
)

// convertSchema makes a JSON Schema of a schema in the older form of this API: its
// types are in upper case, numbers may be in quotes, null is allowed by a field of its
// own, and fields may be written in snake case.
func convertSchema(s gjson.Result) string {
	if !s.IsObject() {
		return s.Raw
	}
	nullable := s.Get("nullable").Bool()
	var out strings.Builder
	out.WriteByte('{')
	s.ForEach(func(key, value gjson.Result) bool {
		name := dialect.CamelNames(key.Str)
		if text := convertKeyword(name, value, nullable); text != "" {
			if out.Len() > 1 {
				out.WriteByte(',')
			}
			out.WriteString(strconv.Quote(name) + ":" + text)
		}
		return true
	})
	out.WriteByte('}')
	return out.String()
}

// convertKeyword converts the value of a keyword; it is empty if JSON Schema has no
// such keyword.
func convertKeyword(name string, value gjson.Result, nullable bool) string {
	switch name {
	case "type":
		return convertType(value, nullable)
	case "enum":
		if nullable && value.IsArray() {
			return strings.TrimSuffix(strings.TrimRight(value.Raw, " \n\t\r"), "]") + ",null]"
		}
	case "nullable", "propertyOrdering", "example":
		return ""
	case "properties", "defs", "$defs":
		return mapMembers(value, convertSchema)
	case "items", "additionalProperties", "not":
		return convertSchema(value)
	case "anyOf", "oneOf", "allOf", "prefixItems":
		return mapElements(value, convertSchema)
	case "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties", "minimum", "maximum":
		if value.Type == gjson.String && gjson.Valid(value.Str) {
			return value.Str
		}
	}
	return value.Raw
}

func convertType(value gjson.Result, nullable bool) string {
	name := strings.ToLower(value.Str)
	switch {
	case value.Type != gjson.String:
		return value.Raw
	case name == "type_unspecified" || name == "":
		return ""
	case nullable:
		return "[" + strconv.Quote(name) + `,"null"]`
	}
	return strconv.Quote(name)
}

// mapMembers converts the values of an object and leaves their names.
func mapMembers(object gjson.Result, convert func(gjson.Result) string) string {
	if !object.IsObject() {
		return object.Raw
	}
	var members []string
	object.ForEach(func(key, value gjson.Result) bool {
		members = append(members, key.Raw+":"+convert(value))
		return true
	})
	return "{" + strings.Join(members, ",") + "}"
}

func mapElements(list gjson.Result, convert func(gjson.Result) string) string {
	if !list.IsArray() {
		return list.Raw
	}
	var elements []string
	for _, value := range list.Array() {
		elements = append(elements, convert(value))
	}
	return "[" + strings.Join(elements, ",") + "]"
}
