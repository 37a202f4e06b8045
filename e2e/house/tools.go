package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	deadcode     = "golang.org/x/tools/cmd/deadcode@v0.52.0"
	golangciLint = "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0"
)

// mutantsReport is what make mutate writes.
const mutantsReport = "docs/mutants.md"

// readMutants returns the sum of the last mutation run.
func readMutants(dir string) (measure, error) {
	content, err := os.ReadFile(filepath.Join(dir, mutantsReport))
	if err != nil {
		return measure{}, fmt.Errorf("%w: run make mutate first", err)
	}
	for line := range strings.Lines(string(content)) {
		if cells := strings.Split(line, "|"); len(cells) > 5 && strings.TrimSpace(cells[1]) == "all" {
			return measure{"mutants killed (" + mutantsReport + ")", strings.TrimSpace(cells[4]) + " of " + strings.TrimSpace(cells[2]), ""}, nil
		}
	}
	return measure{}, fmt.Errorf("%s has no row that begins with all: run make mutate again", mutantsReport)
}

// countDeadCode counts the functions that neither program can reach.
func countDeadCode(dir string) (measure, error) {
	lines, err := runTool(dir, deadcode, "./cmd/...")
	return measure{"functions no program reaches", fmt.Sprint(len(lines)), ""}, err
}

// countDuplicates counts the pieces of at least 100 tokens that stand twice.
func countDuplicates(dir string) (measure, error) {
	lines, err := runTool(dir, golangciLint, "run", "--no-config", "--default=none", "--enable=dupl", "--tests=false",
		"--issues-exit-code=0", "--max-same-issues=0", "--max-issues-per-linter=0", "--show-stats=false",
		"--output.text.print-issued-lines=false", "./...")
	return measure{"duplicates of 100 tokens and more", fmt.Sprint(len(lines)), ""}, err
}

// runTool runs a Go program by its import path and returns the lines it prints.
func runTool(dir, tool string, args ...string) ([]string, error) {
	cmd := exec.Command("go", append([]string{"run", tool}, args...)...)
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", tool, err)
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' }), nil
}
