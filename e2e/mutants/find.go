package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

const gremlins = "github.com/go-gremlins/gremlins/cmd/gremlins@v0.6.0"

// A mutant is one change of one operator.
type mutant struct {
	path         string
	kind         string // the word of gremlins, such as CONDITIONALS_BOUNDARY
	line, column int    // of the operator, counted from 1
	text         string // the line
}

func (m mutant) String() string {
	return fmt.Sprintf("%s:%d:%d %s: `%s`", m.path, m.line, m.column, m.kind, m.text)
}

// found is the part of the machine-readable report of gremlins that is used.
type found struct {
	Files []struct {
		Name      string `json:"file_name"`
		Mutations []struct {
			Type         string
			Line, Column int
		}
	}
}

// findMutants asks gremlins for the mutants of a target and leaves out those that
// are no other program: see [source.isMutable], and those that are explained.
func findMutants(t target, p *parsed, explained map[string]string) ([]mutant, error) {
	out, err := listMutations(t)
	if err != nil {
		return nil, err
	}
	only, err := regexp.Compile(t.only)
	if err != nil {
		return nil, err
	}
	var all []mutant
	for _, f := range out.Files {
		if filepath.Dir(f.Name) != "." || !only.MatchString(f.Name) {
			continue
		}
		path := filepath.Join(t.dir, f.Name)
		s := p.files[path]
		if s == nil {
			return nil, fmt.Errorf("%s: gremlins found mutants in a file that is not compiled here", path)
		}
		for _, m := range f.Mutations {
			next := mutant{path: path, kind: m.Type, line: m.Line, column: m.Column, text: s.line(m.Line)}
			if _, ok := explained[next.path+"\t"+next.kind+"\t"+next.text]; !ok && s.isMutable(next) {
				all = append(all, next)
			}
		}
	}
	return all, nil
}

// listMutations runs gremlins without tests.
func listMutations(t target) (out found, err error) {
	file, err := os.CreateTemp("", "mutants-*.json")
	if err != nil {
		return out, err
	}
	file.Close()
	defer os.Remove(file.Name())
	args := []string{"run", gremlins, "unleash", "--dry-run", "--silent", "--invert-logical", "--output", file.Name()}
	below, err := findFilesBelow(t.dir)
	if err != nil {
		return out, err
	}
	for _, name := range below {
		args = append(args, "--exclude-files", "^"+regexp.QuoteMeta(name)+"$")
	}
	cmd := exec.Command("go", append(args, "./"+t.dir)...)
	cmd.Env = append(os.Environ(), "GOFLAGS=-vet=off -run=^$") // it asks for the coverage, which is not used here
	if said, err := cmd.CombinedOutput(); err != nil {
		return out, fmt.Errorf("gremlins on %s: %w\n%s", t.dir, err, said)
	}
	content, err := os.ReadFile(file.Name())
	if err == nil {
		err = json.Unmarshal(content, &out)
	}
	if err != nil {
		return out, fmt.Errorf("report of gremlins: %w", err)
	}
	return out, nil
}

// findFilesBelow returns the names of the files of the packages below one.
func findFilesBelow(dir string) (names []string, err error) {
	err = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") && filepath.Dir(path) != dir {
			name, _ := filepath.Rel(dir, path)
			names = append(names, name)
		}
		return err
	})
	return names, err
}
