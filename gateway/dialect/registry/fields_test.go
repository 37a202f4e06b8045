package registry_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/geminid/geminid/gateway/dialect"
	"github.com/geminid/geminid/gateway/dialect/registry"
)

const fieldsPage = "../../../docs/api-fields.md"

// TestFieldsPage: docs/api-fields.md is what the field tables say.
func TestFieldsPage(t *testing.T) {
	content := describeTables()
	if flag.Lookup("update").Value.String() == "true" {
		if err := os.WriteFile(fieldsPage, content, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(fieldsPage)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, content) {
		t.Error("docs/api-fields.md does not tell what the field tables say; run: go test ./gateway/dialect/registry -run FieldsPage -update")
	}
}

// TestFieldTables: each field stands once, with a use, and a refusal says why.
func TestFieldTables(t *testing.T) {
	var check func(where string, fields dialect.Fields)
	check = func(where string, fields dialect.Fields) {
		seen := make(map[string]bool)
		for _, f := range fields {
			place := where + "." + f.Name
			if f.Name == "" || seen[f.Name] {
				t.Errorf("%s: nameless, or there twice", place)
			}
			seen[f.Name] = true
			switch f.Use {
			case dialect.Honored:
			case dialect.Ignored, dialect.Refused:
				if f.Note == "" || f.Fields != nil {
					t.Errorf("%s: without a reason, or with fields that nobody reads", place)
				}
			default:
				t.Errorf("%s: no use", place)
			}
			check(place, f.Fields)
		}
	}
	for _, d := range registry.All {
		for _, table := range d.Tables {
			check(table.Title, table.Fields)
		}
	}
}

func describeTables() []byte {
	var b bytes.Buffer
	b.WriteString(`# Fields of the APIs

<!-- Made from the field tables of gateway/dialect: go test ./gateway/dialect/registry -run FieldsPage -update -->

What becomes of each field of a request. *Honoured* fields do what their name says, or what the note says. *Ignored* ones change nothing and are named in the header ` + "`X-Geminid-Ignored`" + ` of the answer, and so is every field that is not listed here; ` + "`null`, `false`, `\"\"`, `[]` and `{}`" + ` ask for nothing and are not named. *Refused* ones are a 400 that names the field. A file in a field that takes none is a 400 as well, so that none is lost without a word. Elements of arrays are written like the array.

Gemini's fields may be written in snake_case too, OpenAI's in camelCase. A field that is given twice with different values is a 400.
`)
	for _, d := range registry.All {
		for _, table := range d.Tables {
			fmt.Fprintf(&b, "\n## %s\n\n| field | becomes | note |\n|---|---|---|\n", table.Title)
			describeFields(&b, "", table.Fields)
		}
	}
	b.WriteString(`
## Files

In a field for files stands an address, a ` + "`data:`" + ` URL or base64: alone, in an object with one of the fields below, or in an array of these. What a file is, its first bytes decide, not the name of the field. Names are those of OpenAI's dialect; Gemini's has them in camelCase.

| field | becomes | note |
|---|---|---|
`)
	describeFields(&b, "", dialect.ObjectFields(dialect.ExactNames, 1))
	return b.Bytes()
}

// describeFields writes a line for each field, and one for all that hold files.
func describeFields(b *bytes.Buffer, prefix string, fields dialect.Fields) {
	var files []string
	var note string
	for _, f := range fields {
		if f.Files {
			files, note = append(files, "`"+prefix+f.Name+"`"), f.Note
			continue
		}
		fmt.Fprintf(b, "| `%s` | %s | %s |\n", prefix+f.Name, f.Use, f.Note)
		describeFields(b, prefix+f.Name+".", f.Fields)
	}
	if files != nil {
		fmt.Fprintf(b, "| %s | %s | %s |\n", strings.Join(files, ", "), dialect.Honored, note)
	}
}
