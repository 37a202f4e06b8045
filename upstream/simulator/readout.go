package simulator

import (
	"fmt"
	"strings"
)

// describeReading says what of the prompt the model has read: how much, and which tools.
// With "tools" it says of each tool which arguments it takes, one a line: the path of
// the argument, a question mark if it is optional, and its values if they are listed.
func (q *question) describeReading(d *dialogue, what string) string {
	var shown []signature
	if d.taught != nil {
		shown = d.taught.tools
	}
	if what == "tools" {
		var out strings.Builder
		for _, s := range shown {
			s.describeFields(&out, s.shape, s.name, 0)
		}
		return "```\n" + out.String() + "```"
	}
	names := ""
	for _, s := range shown {
		names += " " + s.name
	}
	return fmt.Sprintf("I read %d of %d bytes and was shown %d tools:%s. The question is: %s", len(q.prompt), q.length, len(shown), names, abridgeText(stripKeywords(d.question), 200))
}

// describeFields lists the properties of a type, and those of the types in it.
func (s signature) describeFields(out *strings.Builder, of *shape, path string, depth int) {
	if depth > maxSampleDepth {
		return
	}
	for _, f := range of.fields {
		mark := ""
		if f.optional {
			mark = "?"
		}
		fmt.Fprintf(out, "%s.%s%s%s\n", path, f.name, mark, f.shape.listValues())
		s.describeFields(out, f.shape, path+"."+f.name, depth+1)
	}
	for _, part := range of.parts {
		s.describeFields(out, part, path, depth+1)
	}
	if target := s.types[of.name]; of.kind == "named" && target != nil && depth < 4 {
		s.describeFields(out, target, path, depth+1)
	}
}

// listValues lists the values of a type that has a list of them.
func (s *shape) listValues() string {
	list := ""
	if s.kind == "literal" {
		list = " " + s.literal
	}
	for _, part := range s.parts {
		if s.kind == "union" || s.kind == "array" {
			list += part.listValues()
		}
	}
	return list
}
