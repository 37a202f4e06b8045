package docs_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/geminid/geminid/e2e/harness"
)

// openAPI is docs/openapi.yaml with what is needed to hold answers against it.
type openAPI struct {
	root     map[string]any
	compiler *jsonschema.Compiler
	where    map[string]string // operation → "path method", as a pointer's tokens
	seen     map[string]bool   // operation and status, of answers that fit
}

const address = "https://geminid.test/openapi.json"

func readOpenAPI(t *testing.T) *openAPI {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(harness.Root(), "docs", "openapi.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var tree any
	if err := yaml.Unmarshal(content, &tree); err != nil {
		t.Fatal(err)
	}
	// The validator wants values as JSON has them.
	text, err := json.Marshal(tree)
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	o := &openAPI{root: document.(map[string]any), compiler: jsonschema.NewCompiler(), where: map[string]string{}, seen: map[string]bool{}}
	o.compiler.AssertFormat()
	if err := o.compiler.AddResource(address, document); err != nil {
		t.Fatal(err)
	}
	for path, item := range o.root["paths"].(map[string]any) {
		for method, operation := range item.(map[string]any) {
			if operation, ok := operation.(map[string]any); ok && operation["operationId"] != nil {
				id := operation["operationId"].(string)
				if o.where[id] != "" {
					t.Errorf("two operations are called %s", id)
				}
				o.where[id] = "/paths/" + token(path) + "/" + method
			}
		}
	}
	return o
}

// token spells a key as a part of a JSON pointer.
func token(key string) string {
	return strings.NewReplacer("~", "~0", "/", "~1").Replace(key)
}

// at returns what a pointer leads to, references followed, and the pointer to it.
func (o *openAPI) at(pointer string) (node map[string]any, where string) {
	var here any = o.root
	for part := range strings.SplitSeq(strings.Trim(pointer, "/"), "/") {
		object, _ := here.(map[string]any)
		here = object[strings.NewReplacer("~1", "/", "~0", "~").Replace(part)]
	}
	node, _ = here.(map[string]any)
	if to, ok := node["$ref"].(string); ok {
		return o.at(strings.TrimPrefix(to, "#"))
	}
	return node, pointer
}

// answer is what the running server answered to an operation.
type answer struct {
	operation string
	reply     harness.Reply
}

// hold holds an answer against what the document says of its status.
func (o *openAPI) hold(t *testing.T, a answer) {
	t.Helper()
	operation := o.where[a.operation]
	if operation == "" {
		t.Fatalf("the document has no operation %s", a.operation)
	}
	status := fmt.Sprint(a.reply.Status)
	response, where := o.at(operation + "/responses/" + status)
	if response == nil {
		response, where = o.at(operation + "/responses/" + status[:1] + "XX")
	}
	if response == nil {
		t.Errorf("%s answers %s, which the document does not know: %s", a.operation, status, a.reply.Body)
		return
	}
	o.seen[a.operation+" "+status] = true
	for name := range sub(response, "headers") {
		if name == "Retry-After" && a.reply.Header.Get(name) == "" {
			t.Errorf("%s %s: the header %s is missing", a.operation, status, name)
		}
	}
	kind, _, _ := strings.Cut(a.reply.Header.Get("Content-Type"), ";")
	content := sub(response, "content")
	switch {
	case a.reply.Body == "" && content == nil:
		return
	case content[kind] != nil:
	case content["*/*"] != nil:
		return
	default:
		t.Errorf("%s %s is of type %q, which the document does not know", a.operation, status, kind)
		return
	}
	media := where + "/content/" + token(kind)
	switch kind {
	case "application/json":
		o.fits(t, a.operation+" "+status, media+"/schema", a.reply.Body)
	case "text/event-stream":
		events := 0
		for line := range strings.Lines(a.reply.Body) {
			if data, ok := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "data: "); ok && data != "[DONE]" {
				events++
				o.fits(t, a.operation+" "+status, media+"/x-event", data)
			}
		}
		if events < 2 {
			t.Errorf("%s streams %d events", a.operation, events)
		}
	}
}

// allows holds a request that was served against what its operation asks for.
func (o *openAPI) allows(t *testing.T, operation, body string) {
	t.Helper()
	request, where := o.at(o.where[operation] + "/requestBody")
	if sub(request, "content")["application/json"] == nil {
		return
	}
	o.fits(t, operation+" asked with", where+"/content/"+token("application/json")+"/schema", body)
}

func sub(node map[string]any, key string) map[string]any {
	child, _ := node[key].(map[string]any)
	return child
}

// fits holds a text against a schema; what says whose it is.
func (o *openAPI) fits(t *testing.T, what, pointer, text string) {
	t.Helper()
	schema, err := o.compiler.Compile(address + "#" + pointer)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Errorf("%s: no JSON: %q", what, text)
		return
	}
	if err := schema.Validate(value); err != nil {
		t.Errorf("%s: %v\n%s", what, err, text)
	}
}

// expected are the operations and statuses that the document promises by number.
func (o *openAPI) expected() []string {
	var all []string
	for id, where := range o.where {
		operation, _ := o.at(where)
		for status := range sub(operation, "responses") {
			if !strings.HasSuffix(status, "XX") {
				all = append(all, id+" "+status)
			}
		}
	}
	return all
}
