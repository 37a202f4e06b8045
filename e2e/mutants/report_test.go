package main

import (
	"path/filepath"
	"reflect"
	"testing"
)

// TestReport: what is written is read again, and a survivor belongs to its package and
// not to the one above.
func TestReport(t *testing.T) {
	want := map[string]result{
		"gateway/dialect":        {total: 3, killed: 2, survivors: []string{"gateway/dialect/body.go:1:2 INVERT_LOGICAL: `a && b`"}},
		"gateway/dialect/openai": {total: 5, killed: 4, survivors: []string{"gateway/dialect/openai/body.go:3:4 INVERT_LOGICAL: `a || b`"}},
		"cookie/store":           {total: 1, killed: 1},
	}
	name := filepath.Join(t.TempDir(), "mutants.md")
	if empty, err := readReport(name); err != nil || len(empty) != 0 {
		t.Fatalf("%v, %v of no report", empty, err)
	}
	if err := writeReport(name, want); err != nil {
		t.Fatal(err)
	}
	if got, err := readReport(name); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v, %v", got, err)
	}
}
