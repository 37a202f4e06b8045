// Package fieldtable compares what the types of SDKs can send with the tables of
// docs/api-fields.md, which say what becomes of each field.
package fieldtable

import (
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/geminid/geminid/e2e/harness"
)

// Shape is an object type of an SDK.
type Shape interface {
	// Fields yields the names of its fields as they are sent, and the object types that
	// the value of each may be, or hold as items.
	Fields() iter.Seq2[string, []Shape]
}

// Tables are what becomes of each field, by heading and path. One that holds files
// is called "files".
type Tables map[string]map[string]string

// filesTitle is the heading of the table for whatever holds files.
const filesTitle = "Files"

var (
	fieldRow  = regexp.MustCompile("^\\| (`.*`) \\| ([a-z]+) \\| (.*) \\|$")
	fieldName = regexp.MustCompile("`([^`]+)`")
	camelHump = regexp.MustCompile("_([a-z])")
)

// Read reads docs/api-fields.md.
func Read() (Tables, error) {
	content, err := os.ReadFile(filepath.Join(harness.Root(), "docs", "api-fields.md"))
	if err != nil {
		return nil, err
	}
	tables := make(Tables)
	var table map[string]string
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "## "); ok {
			table = make(map[string]string)
			tables[title] = table
			continue
		}
		m := fieldRow.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		become := m[2]
		if strings.Contains(m[3], "#files") {
			become = "files"
		}
		for _, name := range fieldName.FindAllStringSubmatch(m[1], -1) {
			table[name[1]] = become
		}
	}
	files := tables[filesTitle]
	for name, become := range files { // Gemini's spelling
		files[camelHump.ReplaceAllStringFunc(name, func(s string) string { return strings.ToUpper(s[1:]) })] = become
	}
	return tables, nil
}

// Unknown lists the fields of shapes that the table of a title does not know, as
// deep as the table goes. below is the field in which the shapes stand, empty for the
// body itself; the fields called elsewhere do not travel in it.
func (t Tables) Unknown(title, below string, shapes []Shape, elsewhere ...string) []string {
	c := comparison{table: t[title], files: t[filesTitle], elsewhere: elsewhere}
	if c.table == nil {
		return []string{"the whole table " + title}
	}
	c.compareShapes(below, shapes)
	slices.Sort(c.unknown)
	return slices.Compact(c.unknown)
}

type comparison struct {
	table, files map[string]string
	elsewhere    []string
	unknown      []string
}

func (c *comparison) compareShapes(prefix string, shapes []Shape) {
	for _, shape := range shapes {
		for name, inner := range shape.Fields() {
			c.compareField(strings.TrimPrefix(prefix+"."+name, "."), name, inner)
		}
	}
}

func (c *comparison) compareField(path, name string, inner []Shape) {
	become, known := c.table[path]
	switch {
	case slices.Contains(c.elsewhere, name):
	case !known:
		c.unknown = append(c.unknown, path)
	case become == "files":
		within := comparison{table: c.files, files: c.files}
		within.compareShapes("", inner)
		for _, field := range within.unknown {
			c.unknown = append(c.unknown, path+"."+field)
		}
	case c.opens(path):
		c.compareShapes(path, inner)
	}
}

// opens reports whether the table says what becomes of the fields in a field.
func (c *comparison) opens(path string) bool {
	for known := range c.table {
		if strings.HasPrefix(known, path+".") {
			return true
		}
	}
	return false
}
