package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

const gremlins = "github.com/go-gremlins/gremlins/cmd/gremlins@v0.6.0"

// timeoutCoefficient bounds a run of the tests on a mutant: so many times as long
// as they take on the program as it is.
const timeoutCoefficient = "20"

// A result is the outcome for one package.
type result struct {
	total, killed int
	survivors     []string
}

func (r result) percent() int {
	if r.total == 0 {
		return 0
	}
	return 100 * r.killed / r.total
}

// output is the part of the machine-readable report of gremlins that is used.
type output struct {
	Files []struct {
		Name      string `json:"file_name"`
		Mutations []struct {
			Type, Status string
			Line, Column int
		}
	}
}

// runTarget runs the tests of one package on every mutant. A mutant that gremlins
// finds uncovered is run once more (uncovered.go); one on which the tests run into their time limit is killed.
func runTarget(t target, explained map[string]string) (result, error) {
	file, err := os.CreateTemp("", "mutants-*.json")
	if err != nil {
		return result{}, err
	}
	file.Close()
	defer os.Remove(file.Name())
	args := []string{"run", gremlins, "unleash", "--workers", "1", "--timeout-coefficient", timeoutCoefficient,
		"--invert-logical", "--output", file.Name()}
	others, err := findOtherFiles(t)
	if err != nil {
		return result{}, err
	}
	for _, name := range others {
		args = append(args, "--exclude-files", "^"+regexp.QuoteMeta(name)+"$")
	}
	cmd := exec.Command("go", append(args, "./"+t.dir)...)
	flags := "-count=1 -vet=off -failfast"
	if t.tests != "" {
		flags += " -run=" + t.tests
	}
	cmd.Env = append(os.Environ(), "GOFLAGS="+flags) // a cached baseline would make the time limit too short
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		return result{}, fmt.Errorf("gremlins on %s: %w", t.dir, err)
	}
	content, err := os.ReadFile(file.Name())
	if err != nil {
		return result{}, err
	}
	var out output
	if err := json.Unmarshal(content, &out); err != nil {
		return result{}, fmt.Errorf("report of gremlins: %w", err)
	}
	r, err := judge(t, out, explained)
	if err == nil && r.total == 0 {
		err = fmt.Errorf("gremlins ran no mutant of %s: it was interrupted, or the tests fail without mutants too", t.dir)
	}
	return r, err
}

// findOtherFiles returns the names of the files that no mutants are wanted of, those
// of the packages below included.
func findOtherFiles(t target) ([]string, error) {
	only, err := regexp.Compile(t.only)
	if err != nil {
		return nil, err
	}
	var others []string
	err = filepath.WalkDir(t.dir, func(path string, entry fs.DirEntry, err error) error {
		name, _ := filepath.Rel(t.dir, path)
		if err == nil && strings.HasSuffix(name, ".go") && (filepath.Dir(path) != t.dir || !only.MatchString(name)) {
			others = append(others, name)
		}
		return err
	})
	return others, err
}

func judge(t target, out output, explained map[string]string) (result, error) {
	only, err := regexp.Compile(t.only)
	if err != nil {
		return result{}, err
	}
	var r result
	for _, f := range out.Files {
		name := filepath.Base(f.Name)
		if !only.MatchString(name) {
			continue
		}
		path := filepath.Join(t.dir, strings.TrimPrefix(f.Name, t.dir+"/"))
		source, err := parseLines(path)
		if err != nil {
			return result{}, err
		}
		for _, m := range f.Mutations {
			if !source.isMutable(m.Type, m.Line, m.Column) {
				continue
			}
			line := source.line(m.Line)
			if _, ok := explained[path+"\t"+m.Type+"\t"+line]; ok {
				continue
			}
			r.total++
			if m.Status == "NOT COVERED" {
				killed, err := killUncovered(t, path, source.lines, m.Type, m.Line, m.Column)
				if err != nil {
					return result{}, err
				}
				if killed {
					m.Status = "KILLED"
				}
			}
			switch m.Status {
			case "KILLED", "TIMED OUT":
				r.killed++
			default:
				r.survivors = append(r.survivors, fmt.Sprintf("%s:%d:%d %s (%s): `%s`", path, m.Line, m.Column, m.Type, m.Status, line))
			}
		}
	}
	return r, nil
}

// readExplanations reads lines of file, mutant type, source line and reason,
// separated by tabs. The key is all but the reason.
func readExplanations(path string) (map[string]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	all := map[string]string{}
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		line := scanner.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line, "\t")
		if len(cells) != 4 || cells[3] == "" {
			return nil, fmt.Errorf("%s: %q has not four fields separated by tabs", path, line)
		}
		all[strings.Join(cells[:3], "\t")] = cells[3]
	}
	return all, nil
}

// source is one parsed file.
type source struct {
	lines   []string
	code    []bool          // by line number: inside a function
	strings map[[2]int]bool // positions of operators between strings
}

func (s source) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return strings.TrimSpace(s.lines[n-1])
}

// isMutable reports whether gremlins can make a wrong program that runs out of a
// mutation: not of a plus between strings, and not of constants, which its coverage
// does not reach.
func (s source) isMutable(mutation string, line, column int) bool {
	return s.code[line] && !(mutation == "ARITHMETIC_BASE" && s.strings[[2]int{line, column}])
}

// parseLines reads a file and finds its functions and the operators between
// strings in it.
func parseLines(path string) (source, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return source{}, err
	}
	set := token.NewFileSet()
	files, err := parsePackage(set, filepath.Dir(path))
	if err != nil {
		return source{}, err
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
	config := types.Config{Importer: importer.ForCompiler(set, "source", nil), Error: func(error) {}}
	_, _ = config.Check(filepath.Dir(path), set, files, info) // an error leaves a type unknown
	s := source{lines: strings.Split(string(content), "\n"), strings: map[[2]int]bool{}}
	s.code = make([]bool, len(s.lines)+1)
	for _, file := range files {
		if set.Position(file.Pos()).Filename != path {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if f, ok := n.(*ast.FuncDecl); ok {
				for i := set.Position(f.Pos()).Line; i <= set.Position(f.End()).Line; i++ {
					s.code[i] = true
				}
			}
			if e, ok := n.(*ast.BinaryExpr); ok && e.Op == token.ADD && isString(info.Types[e].Type) {
				at := set.Position(e.OpPos)
				s.strings[[2]int{at.Line, at.Column}] = true
			}
			return true
		})
	}
	return s, nil
}

func isString(t types.Type) bool {
	if t == nil {
		return false
	}
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsString != 0
}

func parsePackage(set *token.FileSet, dir string) ([]*ast.File, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, nil
}
