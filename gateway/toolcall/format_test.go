package toolcall_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/geminid/geminid/chat"
)

// TestFormats: what a client gets of an answer in a form is in that form, or an error.
func TestFormats(t *testing.T) {
	city := chat.Format{Kind: chat.JSONSchema, Schema: `{"type":"object","properties":{"city":{"type":"string"},"size":{"type":"integer"}},"required":["city"],"additionalProperties":false}`}
	list := chat.Format{Kind: chat.JSONSchema, Schema: `{"type":"array","items":{"type":"integer"}}`}
	object := chat.Format{Kind: chat.JSONObject}
	for _, tt := range []struct {
		name   string
		format chat.Format
		script string
		want   string // empty for a mistake
	}{
		{"in a block", city, "```json\n{\"city\": \"Ulm\"}\n```", `{"city": "Ulm"}`},
		{"with words around it", city, "Here it is:\n\n```json\n{\"city\": \"Ulm\"}\n```\nAnything else?", `{"city": "Ulm"}`},
		{"bare", city, " {\"city\":\"Ulm\"}\n", `{"city":"Ulm"}`},
		{"with a block inside", city, "```json\n{\"city\": \"```x```\"}\n```", "{\"city\": \"```x```\"}"},
		{"damaged", city, "```json\n{'city': 'Ulm',}\n```", `{"city":"Ulm"}`},
		{"another type", city, `{"city":"Ulm","size":"3"}`, `{"city":"Ulm","size":3}`},
		{"a list", list, "```\n[1, 2]\n```", "[1, 2]"},
		{"any object", object, `{"a":[1]}`, `{"a":[1]}`},
		{"no object", object, `[1]`, ""},
		{"prose", city, "Ulm is a city.", ""},
		{"cut off", city, `{"city":"Ul`, ""},
		{"a field too many", city, `{"city":"Ulm","x":1}`, ""},
		{"two documents", object, `{"a":1} {"b":2}`, ""},
		{"nothing", object, "", ""},
	} {
		for _, frame := range []int{0, 1, 5} {
			req := question()
			req.Format = tt.format
			got, err := answer(t, counts{}, req, &model{scripts: []string{tt.script}, frame: frame})
			if tt.want != "" && (err != nil || got.Text != tt.want) {
				t.Errorf("%s in frames of %d: %v, %q", tt.name, frame, err, got.Text)
			}
			var failure *chat.Error
			if tt.want == "" && (!errors.As(err, &failure) || failure.Kind != chat.Upstream || got.Text != "") {
				t.Errorf("%s in frames of %d: %v, %q", tt.name, frame, err, got.Text)
			}
		}
		if tt.want == "" {
			req := question()
			req.Format = tt.format
			good := map[bool]string{true: `{"city":"Ulm"}`, false: `[1]`}[tt.format.Kind == chat.JSONObject || tt.format.Schema == city.Schema]
			m := &model{scripts: []string{tt.script, good}}
			if got, err := answer(t, counts{}, req, m); err != nil || got.Text != good || len(m.asked) != 2 {
				t.Errorf("%s, asked once more: %v, %q", tt.name, err, got.Text)
			}
		}
	}
}

// TestFormatErrors: the error names the place and the rule.
func TestFormatErrors(t *testing.T) {
	req := question()
	req.Format = chat.Format{Kind: chat.JSONSchema, Schema: `{"type":"object","properties":{"a":{"type":"array","items":{"enum":["x"]}}}}`}
	_, err := answer(t, counts{}, req, &model{scripts: []string{`{"a":["x","y"]}`}})
	if err == nil || !strings.Contains(err.Error(), "enum") || !strings.Contains(err.Error(), "/a/1") {
		t.Error(err)
	}
	req.Format = chat.Format{Kind: chat.JSONSchema, Field: "response_format.json_schema.schema", Schema: `{"type":7}`}
	var failure *chat.Error
	if _, err := newEngine(counts{}).Prepare(req); !errors.As(err, &failure) || failure.Kind != chat.BadRequest || failure.Param != req.Format.Field {
		t.Error(err)
	}
}
