package simulator

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// sampler makes values of types.
type sampler struct {
	types map[string]*shape
	all   bool // optional properties too
}

// maxSampleDepth bounds the nesting of a value: types may hold themselves.
const maxSampleDepth = 12

// makeValue returns JSON of a type.
func (m sampler) makeValue(s *shape, depth int) string {
	if depth > maxSampleDepth {
		return "null"
	}
	switch s.kind {
	case "literal":
		return s.literal
	case "string":
		return m.makeString(s)
	case "integer", "number":
		return m.makeNumber(s)
	case "boolean":
		return "true"
	case "null", "never":
		return "null"
	case "object":
		return m.makeObject(s, depth)
	case "array":
		return m.makeItems(s, depth)
	case "tuple":
		return "[" + m.join(s.parts, depth) + "]"
	case "union":
		return m.makeValue(firstChoice(s.parts, depth), depth+1)
	case "both":
		return m.makeBoth(s, depth)
	case "named":
		if target := m.types[s.name]; target != nil {
			return m.makeValue(target, depth+1)
		}
	}
	return `"text"`
}

// firstChoice is the first of a union, or the last where the nesting gets deep: such as
// the null that ends a list.
func firstChoice(parts []*shape, depth int) *shape {
	if depth > maxSampleDepth/2 {
		return parts[len(parts)-1]
	}
	return parts[0]
}

// noted returns the number that a note names behind a keyword of JSON Schema, otherwise
// if it names none.
func (s *shape) noted(keyword string, otherwise int) int {
	m := regexp.MustCompile(`\b` + keyword + `: (-?\d+)`).FindStringSubmatch(s.note)
	if m == nil {
		return otherwise
	}
	n, err := strconv.Atoi(m[1])
	if err != nil {
		return otherwise
	}
	return n
}

func (m sampler) makeString(s *shape) string {
	text := "text"
	for format, example := range map[string]string{"date-time": "2026-09-01T12:00:00Z", "date": "2026-09-01", "email": "a@example.com", "uri": "https://example.com/"} {
		if strings.Contains(s.note, `format: "`+format+`"`) {
			text = example
		}
	}
	for len(text) < min(s.noted("minLength", 0), 1<<10) {
		text += " text"
	}
	return quoteJSON(text[:max(0, min(len(text), s.noted("maxLength", len(text))))])
}

func (m sampler) makeNumber(s *shape) string {
	n := s.noted("minimum", 1)
	if above := s.noted("exclusiveMinimum", n-1); above >= n {
		n = above + 1
	}
	n = min(n, s.noted("maximum", n), s.noted("exclusiveMaximum", n+1)-1)
	if of := s.noted("multipleOf", 0); of > 0 {
		n = (n + of - 1) / of * of
	}
	return strconv.Itoa(n)
}

func (m sampler) makeItems(s *shape, depth int) string {
	n := min(max(s.noted("minItems", 1), 0), s.noted("maxItems", 100), 100)
	parts := make([]*shape, n)
	for i := range parts {
		parts[i] = newShape("any")
		if len(s.parts) > 0 {
			parts[i] = s.parts[0]
		}
	}
	return "[" + m.join(parts, depth) + "]"
}

func (m sampler) join(parts []*shape, depth int) string {
	values := make([]string, len(parts))
	for i, part := range parts {
		values[i] = m.makeValue(part, depth+1)
	}
	return strings.Join(values, ", ")
}

func (m sampler) makeObject(s *shape, depth int) string {
	var members []string
	for _, f := range s.fields {
		if !f.optional || m.all && depth < 3 {
			members = append(members, quoteJSON(f.name)+": "+m.makeValue(f.shape, depth+1))
		}
	}
	return "{" + strings.Join(members, ", ") + "}"
}

// makeBoth makes an object of all properties of all parts.
func (m sampler) makeBoth(s *shape, depth int) string {
	whole := newShape("object")
	for _, part := range s.parts {
		if target := m.types[part.name]; part.kind == "named" && target != nil {
			part = target
		}
		if part.kind != "object" {
			return m.makeValue(part, depth+1)
		}
		whole.fields = append(whole.fields, part.fields...)
	}
	return m.makeObject(whole, depth)
}

// quoteJSON writes a string as JSON, with no more escapes than are needed.
func quoteJSON(text string) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(text)
	return strings.TrimSuffix(out.String(), "\n")
}
