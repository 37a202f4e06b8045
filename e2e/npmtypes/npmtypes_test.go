// Package npmtypes_test holds the field tables against the types of the official SDKs
// for Node.
package npmtypes_test

import (
	"encoding/json"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/geminid/geminid/e2e/fieldtable"
	"github.com/geminid/geminid/e2e/harness"
)

// types are the object types that types/fields.mjs found.
type types struct {
	Roots  map[string][]int
	Shapes []map[string][]int
}

// shape is one of them, by its number.
type shape struct {
	of     *types
	number int
}

// Fields implements fieldtable.Shape.
func (s shape) Fields() iter.Seq2[string, []fieldtable.Shape] {
	return func(yield func(string, []fieldtable.Shape) bool) {
		for name, inner := range s.of.Shapes[s.number] {
			if !yield(name, s.of.shapes(inner)) {
				return
			}
		}
	}
}

func (ts *types) shapes(numbers []int) (list []fieldtable.Shape) {
	for _, number := range numbers {
		list = append(list, shape{ts, number})
	}
	return list
}

// readTypes installs the SDKs that the lock file names, whose scripts are not run, and
// has the TypeScript compiler list the fields of their types.
func readTypes(t *testing.T) *types {
	t.Helper()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Join(harness.Root(), "e2e", "npmtypes", "types"))); err != nil {
		t.Fatal(err)
	}
	npm := exec.CommandContext(t.Context(), harness.Tool(t, "npm", "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	npm.Dir = dir
	if out, err := npm.CombinedOutput(); err != nil {
		t.Fatalf("npm ci: %v\n%s", err, out)
	}
	node := exec.CommandContext(t.Context(), harness.Tool(t, "node", "nodejs"), "fields.mjs")
	node.Dir, node.Stderr = dir, os.Stderr
	out, err := node.Output()
	if err != nil {
		t.Fatalf("node fields.mjs: %v\n%s", err, out)
	}
	ts := new(types)
	if err := json.Unmarshal(out, ts); err != nil {
		t.Fatal(err)
	}
	return ts
}

// TestKnownFields: the field tables know every field that the SDKs can send, as deep
// as the tables go.
func TestKnownFields(t *testing.T) {
	tables, err := fieldtable.Read()
	if err != nil {
		t.Fatal(err)
	}
	ts := readTypes(t)
	const question = "models/MODEL:generateContent and :streamGenerateContent"
	for _, tt := range []struct {
		title, below, root string   // the heading, the field in which the type stands, its name in roots.ts
		elsewhere          []string // fields that do not travel in this body
	}{
		{"POST /v1/chat/completions", "", "Chat", nil},
		{"POST /v1/responses", "", "Response", nil},
		{"Items of input in POST /v1/responses", "", "ResponseItem", nil},
		{"POST /v1/messages and /v1/messages/count_tokens", "", "Message", nil},
		{"POST /v1/messages and /v1/messages/count_tokens", "", "MessageCount", nil},
		{"POST /v1beta/interactions", "", "Interaction", []string{"api_version"}},
		{"Steps of input in POST /v1beta/interactions", "", "InteractionStep", nil},
		{"Content of steps in POST /v1beta/interactions", "", "InteractionContent", nil},
		{"Tools of POST /v1beta/interactions", "", "InteractionTool", nil},
		{"Response formats of POST /v1beta/interactions", "", "InteractionFormat", nil},
		{"POST /v1/images/generations and /v1/images/edits", "", "Generation", nil},
		{"POST /v1/images/generations and /v1/images/edits", "", "Edit", nil},
		{question, "contents", "Content", nil},
		{question, "systemInstruction", "Content", nil},
		{question, "generationConfig", "GenerationConfig", nil},
		{question, "generationConfig.imageConfig", "ImageConfig", nil},
		{question, "toolConfig", "ToolConfig", nil},
		{"models/MODEL:countTokens", "contents", "Content", nil},
		{"models/MODEL:countTokens", "systemInstruction", "Content", nil},
		{"models/MODEL:countTokens", "", "CountConfig", []string{"httpOptions", "abortSignal", "systemInstruction"}}, // the SDK makes a Content of it
		{"models/MODEL:predict", "parameters", "ImagesConfig", []string{"httpOptions", "abortSignal", "outputGcsUri", "numberOfImages", "outputCompressionQuality"}},
	} {
		root := ts.Roots[tt.root]
		if len(root) == 0 || len(ts.Shapes[root[0]]) == 0 {
			t.Fatalf("roots.ts has no type %s with fields", tt.root)
		}
		for _, field := range tables.Unknown(tt.title, tt.below, ts.shapes(root), tt.elsewhere...) {
			t.Errorf("%s: the table does not know %s", tt.title, field)
		}
	}
	table, ofTheSDK := tables[question], []string{"httpOptions", "abortSignal", "automaticFunctionCalling"}
	for _, s := range ts.shapes(ts.Roots["ContentConfig"]) { // is spread over the body
		for name := range s.Fields() {
			if !slices.Contains(ofTheSDK, name) && table[name] == "" && table["generationConfig."+name] == "" {
				t.Errorf("%s: the table does not know %s", question, name)
			}
		}
	}
}
