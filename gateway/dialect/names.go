package dialect

import (
	"strings"
)

// NameMapping maps the name of a field as the client sent it to the name under
// which decoders look it up.
type NameMapping func(name string) string

// ExactNames leaves names as they are.
func ExactNames(name string) string { return name }

// SnakeNames maps camelCase to snake_case, the names of OpenAI's API, for clients
// that write imageUrl.
func SnakeNames(name string) string {
	if strings.ToLower(name) == name {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); i++ {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			if i > 0 && name[i-1] != '_' {
				b.WriteByte('_')
			}
			c += 'a' - 'A'
		}
		b.WriteByte(c)
	}
	return b.String()
}

// CamelNames maps snake_case to camelCase. The JSON mapping of protobuf, and with
// it the Gemini API, accepts both for every field.
func CamelNames(name string) string {
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
