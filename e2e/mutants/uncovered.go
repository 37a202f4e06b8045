package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// The conditions of a switch lie outside the blocks that the coverage of Go
// counts, so that gremlins runs no tests on their mutants. They are run here.

// uncoveredTimeout bounds one run of the tests.
const uncoveredTimeout = 5 * time.Minute

// replacements are the operators of gremlins, by the kind of mutant.
var replacements = map[string]map[string]string{
	"ARITHMETIC_BASE":       {"+": "-", "-": "+", "*": "/", "/": "*", "%": "*"},
	"CONDITIONALS_BOUNDARY": {"<": "<=", "<=": "<", ">": ">=", ">=": ">"},
	"CONDITIONALS_NEGATION": {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"},
	"INCREMENT_DECREMENT":   {"++": "--", "--": "++"},
	"INVERT_LOGICAL":        {"&&": "||", "||": "&&"},
	"INVERT_NEGATIVES":      {"-": "+"},
}

// mutate returns the line with the operator at the column, counted from 1, changed.
func mutate(line, mutation string, column int) (string, error) {
	if column < 1 || column > len(line) {
		return "", fmt.Errorf("no column %d in %q", column, line)
	}
	before, rest := line[:column-1], line[column-1:]
	for _, length := range []int{2, 1} {
		if length > len(rest) {
			continue
		}
		if by, ok := replacements[mutation][rest[:length]]; ok {
			return before + by + rest[length:], nil
		}
	}
	return "", fmt.Errorf("%s at column %d of %q: no operator there", mutation, column, line)
}

// killUncovered runs the tests of the package on one mutant and reports whether they
// fail. A mutant that does not compile is an error of this program.
func killUncovered(t target, path string, lines []string, mutation string, line, column int) (killed bool, err error) {
	changed, err := mutate(lines[line-1], mutation, column)
	if err != nil {
		return false, err
	}
	tmp, err := os.MkdirTemp("", "mutant-*")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(tmp)
	mutant := append(append(append([]string{}, lines[:line-1]...), changed), lines[line:]...)
	source, overlay, test := filepath.Join(tmp, "mutant.go"), filepath.Join(tmp, "overlay.json"), filepath.Join(tmp, "mutant.test")
	original, err := filepath.Abs(path)
	if err != nil {
		return false, err
	}
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{original: source}})
	if err == nil {
		err = errors.Join(os.WriteFile(source, []byte(strings.Join(mutant, "\n")), 0o600), os.WriteFile(overlay, replace, 0o600))
	}
	if err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), uncoveredTimeout)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", test, "./"+t.dir).CombinedOutput(); err != nil {
		return false, fmt.Errorf("%s:%d:%d %s does not compile: %w\n%s", path, line, column, mutation, err, out)
	}
	run := exec.CommandContext(ctx, test, "-test.failfast", "-test.run", t.tests)
	run.Dir = t.dir
	return run.Run() != nil, nil
}
