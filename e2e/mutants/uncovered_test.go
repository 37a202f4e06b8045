package main

import "testing"

func TestMutate(t *testing.T) {
	tests := []struct {
		line, mutation string
		column         int
		want           string // empty for an error
	}{
		{"\tcase a == b:", "CONDITIONALS_NEGATION", 9, "\tcase a != b:"},
		{"\tcase a <= b:", "CONDITIONALS_BOUNDARY", 9, "\tcase a < b:"},
		{"\tcase a < b:", "CONDITIONALS_BOUNDARY", 9, "\tcase a <= b:"},
		{"\tcase a < b:", "CONDITIONALS_NEGATION", 9, "\tcase a >= b:"},
		{"\tcase a && b:", "INVERT_LOGICAL", 9, "\tcase a || b:"},
		{"\tcase a == -1:", "INVERT_NEGATIVES", 12, "\tcase a == +1:"},
		{"\tcase a == b:", "CONDITIONALS_NEGATION", 8, ""},
		{"\tcase a == b:", "CONDITIONALS_BOUNDARY", 9, ""},
		{"a<b", "CONDITIONALS_BOUNDARY", 4, ""},
		{"a<b", "CONDITIONALS_BOUNDARY", 0, ""},
	}
	for _, tt := range tests {
		got, err := mutate(tt.line, tt.mutation, tt.column)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s at %d of %q: %q, %v", tt.mutation, tt.column, tt.line, got, err)
		}
	}
}
