package conformance_test

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/responses"
	"google.golang.org/genai"
)

// TestKnownFields: the field tables know every field that the official SDKs can
// send, as deep as the tables go.
func TestKnownFields(t *testing.T) {
	pages := readFieldTables(t)
	for _, tt := range []struct {
		title, below string // the heading, and the field in which the type stands
		sent         any
		elsewhere    []string // fields that do not travel in this body
	}{
		{"POST /v1/chat/completions", "", openai.ChatCompletionNewParams{}, nil},
		{"POST /v1/responses", "", responses.ResponseNewParams{}, nil},
		{"Items of input in POST /v1/responses", "", responses.ResponseInputItemUnionParam{}, nil},
		{"Tools of POST /v1/responses", "", responses.FunctionToolParam{}, nil},
		{"Tools of POST /v1/responses", "", responses.CustomToolParam{}, nil},
		{"Tools of POST /v1/responses", "", responses.NamespaceToolParam{}, nil},
		{"POST /v1/images/generations and /v1/images/edits", "", openai.ImageGenerateParams{}, nil},
		{"POST /v1/images/generations and /v1/images/edits", "", openai.ImageEditParams{}, nil},
		{"models/MODEL:generateContent and :streamGenerateContent", "contents", genai.Content{}, nil},
		{"models/MODEL:generateContent and :streamGenerateContent", "systemInstruction", genai.Content{}, nil},
		{"models/MODEL:generateContent and :streamGenerateContent", "generationConfig", genai.GenerationConfig{}, nil},
		{"models/MODEL:generateContent and :streamGenerateContent", "generationConfig.imageConfig", genai.ImageConfig{}, nil},
		{"models/MODEL:generateContent and :streamGenerateContent", "toolConfig", genai.ToolConfig{}, nil},
		{"models/MODEL:countTokens", "contents", genai.Content{}, nil},
		{"models/MODEL:countTokens", "", genai.CountTokensConfig{}, []string{"httpOptions"}},
		{"models/MODEL:predict", "parameters", genai.GenerateImagesConfig{}, []string{"httpOptions", "outputGcsUri", "numberOfImages", "outputCompressionQuality"}},
	} {
		page := pages[tt.title]
		if page == nil {
			t.Fatalf("docs/api-fields.md has no heading %q", tt.title)
		}
		c := checker{t: t, title: tt.title, page: page, files: pages["Files"], elsewhere: tt.elsewhere}
		c.checkType(tt.below, reflect.TypeOf(tt.sent))
	}
}

// TestKnownConfig: the SDK's configuration of a question is spread over the body;
// each field of it has a place that the table knows.
func TestKnownConfig(t *testing.T) {
	page := readFieldTables(t)["models/MODEL:generateContent and :streamGenerateContent"]
	typ := reflect.TypeOf(genai.GenerateContentConfig{})
	for i := range typ.NumField() {
		name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" && name != "httpOptions" && page[name] == "" && page["generationConfig."+name] == "" {
			t.Errorf("the table does not know %s", name)
		}
	}
}

// checker compares a type with one table.
type checker struct {
	t           *testing.T
	title       string
	page, files map[string]string // what becomes of each field
	elsewhere   []string
}

func (c *checker) checkType(prefix string, typ reflect.Type) {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct {
		return
	}
	for i := range typ.NumField() {
		field := typ.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case name == "-" || !field.IsExported():
		case name == "": // a variant of a union
			if strings.HasPrefix(field.Name, "Of") || field.Anonymous {
				c.checkType(prefix, field.Type)
			}
		default:
			c.checkField(strings.TrimPrefix(prefix+"."+name, "."), field.Type)
		}
	}
}

func (c *checker) checkField(path string, typ reflect.Type) {
	for _, name := range c.elsewhere {
		if path == name || strings.HasSuffix(path, "."+name) {
			return
		}
	}
	become, ok := c.page[path]
	if !ok {
		c.t.Errorf("%s: the table does not know %s", c.title, path)
		return
	}
	if become == "files" {
		inner := checker{t: c.t, title: "Files, in " + c.title, page: c.files, files: c.files}
		inner.checkType("", typ)
		return
	}
	for known := range c.page {
		if strings.HasPrefix(known, path+".") {
			c.checkType(path, typ) // the table opens it
			return
		}
	}
}

var (
	fieldRow  = regexp.MustCompile("^\\| (`.*`) \\| ([a-z]+) \\| (.*) \\|$")
	fieldName = regexp.MustCompile("`([^`]+)`")
	camelHump = regexp.MustCompile("_([a-z])")
)

// readFieldTables reads docs/api-fields.md: what becomes of each field, by heading.
func readFieldTables(t *testing.T) map[string]map[string]string {
	t.Helper()
	content, err := os.ReadFile("../../docs/api-fields.md")
	if err != nil {
		t.Fatal(err)
	}
	pages := make(map[string]map[string]string)
	var page map[string]string
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "## "); ok {
			page = make(map[string]string)
			pages[title] = page
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
			page[name[1]] = become
		}
	}
	for name, become := range pages["Files"] { // Gemini's spelling
		pages["Files"][camelHump.ReplaceAllStringFunc(name, func(s string) string { return strings.ToUpper(s[1:]) })] = become
	}
	return pages
}
