package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

const module = "github.com/geminid/geminid/"

// A goPackage is what go list says of one package of the module.
type goPackage struct {
	ImportPath, Dir string
	GoFiles         []string
	Imports         []string
}

// wing returns the top-level folder that the package belongs to.
func wing(importPath string) string {
	top, _, _ := strings.Cut(strings.TrimPrefix(importPath, module), "/")
	return top
}

// listPackages returns the packages of the module that have Go files besides tests.
func listPackages(dir string) ([]goPackage, error) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports", "./...")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var all []goPackage
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("reading go list: %w", err)
		}
		if len(p.GoFiles) > 0 {
			all = append(all, p)
		}
	}
}

// measureImports counts wings, packages and the imports between them. Wings are
// ordered by what they import; an import up is one that closes a loop of wings.
func measureImports(packages []goPackage) []measure {
	wings := map[string]map[string]bool{}
	between := 0
	for _, p := range packages {
		from := wing(p.ImportPath)
		if wings[from] == nil {
			wings[from] = map[string]bool{}
		}
		for _, path := range p.Imports {
			if !strings.HasPrefix(path, module) {
				continue
			}
			between++
			if to := wing(path); to != from {
				wings[from][to] = true
			}
		}
	}
	arrows, up := 0, 0
	for from, targets := range wings {
		arrows += len(targets)
		for to := range targets {
			if reaches(wings, to, from, nil) {
				up++
			}
		}
	}
	return []measure{
		{"rooms at the root", fmt.Sprint(len(wings)), ""},
		{"arrows between them", fmt.Sprint(arrows), ""},
		{"arrows up (part of a loop)", fmt.Sprint(up), ""},
		{"packages", fmt.Sprint(len(packages)), "2 to 143"},
		{"imports between packages", fmt.Sprint(between), ""},
	}
}

// reaches reports whether following imports from one wing leads to another.
func reaches(wings map[string]map[string]bool, from, to string, seen []string) bool {
	if from == to {
		return true
	}
	if slices.Contains(seen, from) {
		return false
	}
	for next := range wings[from] {
		if reaches(wings, next, to, append(seen, from)) {
			return true
		}
	}
	return false
}
