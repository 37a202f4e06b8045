package toolcall

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"github.com/tidwall/gjson"
	"golang.org/x/text/language"
	"golang.org/x/text/message"

	"github.com/geminid/geminid/chat"
)

// The compiled schemas that are kept. Programs send the same tools with each request.
const (
	cachedSchemas     = 256
	cachedSchemaBytes = 16 << 10 // a longer schema is compiled each time
)

// schemaCache keeps compiled schemas by their text.
type schemaCache struct{ kept *lru.Cache[string, *schema] }

func newSchemaCache() *schemaCache {
	kept, err := lru.New[string, *schema](cachedSchemas)
	if err != nil {
		panic(err) // only a size below one is an error
	}
	return &schemaCache{kept: kept}
}

// schema is a compiled JSON Schema. A nil one takes any JSON object.
type schema struct{ compiled *jsonschema.Schema }

// compile compiles the text of a schema; field names its place in errors. An empty
// text is the nil schema.
func (c *schemaCache) compile(text, field string) (*schema, error) {
	if text == "" {
		return nil, nil
	}
	if known, ok := c.kept.Get(text); ok {
		return known, nil
	}
	compiled, err := compileSchema(text)
	if err != nil {
		return nil, &chat.Error{
			Kind: chat.BadRequest, Param: field, Private: true,
			Message: field + " is not a valid JSON Schema: " + explainSchema(err),
		}
	}
	s := &schema{compiled}
	if len(text) <= cachedSchemaBytes {
		c.kept.Add(strings.Clone(text), s)
	}
	return s, nil
}

// allowsObject reports whether a schema may take an object, as arguments are one.
func allowsObject(text string) bool {
	kinds := gjson.Get(text, "type")
	return text != "false" && (!kinds.Exists() || slices.ContainsFunc(kinds.Array(), func(k gjson.Result) bool { return k.Str == "object" }))
}

// schemaURL names a schema that is compiled by itself.
const schemaURL = "schema:///arguments"

func compileSchema(text string) (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	if fields, ok := document.(map[string]any); ok {
		delete(fields, "$id") // references are to parts of this schema, whatever it is called
		if draft, _ := fields["$schema"].(string); !strings.Contains(draft, "json-schema.org/") {
			delete(fields, "$schema")
		}
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(anySchema{})
	compiler.UseRegexpEngine(compilePattern)
	if err := compiler.AddResource(schemaURL, document); err != nil {
		return nil, err
	}
	return compiler.Compile(schemaURL)
}

// anySchema stands in the place of schemas at other addresses, which are not fetched:
// it takes any value.
type anySchema struct{}

// Load implements [jsonschema.URLLoader].
func (anySchema) Load(string) (any, error) { return true, nil }

// anyText is a pattern that the regular expressions of Go cannot express, such as one
// that looks ahead. It matches any text.
type anyText string

// MatchString implements [jsonschema.Regexp].
func (anyText) MatchString(string) bool { return true }

// String implements [jsonschema.Regexp].
func (p anyText) String() string { return string(p) }

func compilePattern(pattern string) (jsonschema.Regexp, error) {
	compiled, err := regexp.Compile(pattern)
	if err != nil {
		return anyText(pattern), nil //nolint:nilerr // the model reads the pattern all the same
	}
	return compiled, nil
}

var english = message.NewPrinter(language.English)

// explainSchema returns why a schema cannot be compiled: the first rule of JSON Schema
// that it breaks, and where.
func explainSchema(err error) string {
	var invalid *jsonschema.SchemaValidationError
	var violation *jsonschema.ValidationError
	if errors.As(err, &invalid) && errors.As(invalid.Err, &violation) {
		return firstViolation(violation).describe()
	}
	return strings.ReplaceAll(err.Error(), schemaURL, "")
}

// check returns the first violation of a value, nil if it is valid. The value is one
// of [jsonschema.UnmarshalJSON].
func (s *schema) check(value any) *violation {
	if s == nil {
		if _, ok := value.(map[string]any); !ok {
			return &violation{rule: "type", text: "must be an object"}
		}
		return nil
	}
	var failure *jsonschema.ValidationError
	if err := s.compiled.Validate(value); !errors.As(err, &failure) {
		return nil
	}
	violation := firstViolation(failure)
	if _, endless := violation.kind.(*kind.RefCycle); endless {
		return nil // a schema that is only a reference to itself says nothing
	}
	return violation
}

// violation is a rule of a schema that a value breaks.
type violation struct {
	path []string // of the value
	rule string   // the keyword
	text string   // for the model
	kind jsonschema.ErrorKind
}

// firstViolation returns the innermost of the first failures.
func firstViolation(failure *jsonschema.ValidationError) *violation {
	for len(failure.Causes) > 0 {
		failure = failure.Causes[0]
	}
	return &violation{
		path: failure.InstanceLocation,
		rule: strings.Join(failure.ErrorKind.KeywordPath(), "/"),
		text: failure.ErrorKind.LocalizedString(english),
		kind: failure.ErrorKind,
	}
}

// pointer is the place of the value as a JSON pointer, empty for the whole.
func (v *violation) pointer() string {
	var out strings.Builder
	for _, key := range v.path {
		out.WriteString("/" + strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1"))
	}
	return out.String()
}

// describe says what is wrong, and where.
func (v *violation) describe() string {
	if place := v.pointer(); place != "" {
		return "at " + place + ": " + v.text
	}
	return v.text
}
