package main

import (
	"fmt"
	"go/ast"
	"go/build"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"strings"
)

// parsed is one package with the types of its expressions.
type parsed struct {
	set   *token.FileSet
	name  string // of the package
	pkg   *types.Package
	info  *types.Info
	files map[string]*source // by path
}

// source is one file of a package.
type source struct {
	content string
	lines   []string
	tree    *ast.File
	code    []bool          // by line number: inside a function
	joins   map[[2]int]bool // by line and column: a plus between strings
}

// parsePackage reads the files of a package that are compiled here, without tests.
func parsePackage(dir string) (*parsed, error) {
	p := &parsed{set: token.NewFileSet(), files: map[string]*source{},
		info: &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}}
	names, err := listFiles(dir)
	if err != nil {
		return nil, err
	}
	var trees []*ast.File
	for _, name := range names {
		path := filepath.Join(dir, name)
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		tree, err := parser.ParseFile(p.set, path, content, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return nil, err
		}
		p.name = tree.Name.Name
		p.files[path] = &source{content: string(content), lines: strings.Split(string(content), "\n"), tree: tree}
		trees = append(trees, tree)
	}
	build.Default.CgoEnabled = false // or the importer runs cgo and leaves its files behind
	config := types.Config{Importer: importer.ForCompiler(p.set, "source", nil)}
	if p.pkg, err = config.Check(dir, p.set, trees, p.info); err != nil {
		return nil, fmt.Errorf("types of %s: %w", dir, err)
	}
	for _, s := range p.files {
		p.markLines(s)
	}
	return p, nil
}

// markLines finds the functions of a file and each plus between strings in it.
func (p *parsed) markLines(s *source) {
	s.code, s.joins = make([]bool, len(s.lines)+1), map[[2]int]bool{}
	ast.Inspect(s.tree, func(n ast.Node) bool {
		if f, ok := n.(*ast.FuncDecl); ok {
			for i := p.set.Position(f.Pos()).Line; i <= p.set.Position(f.End()).Line; i++ {
				s.code[i] = true
			}
		}
		if e, ok := n.(*ast.BinaryExpr); ok && e.Op == token.ADD && isString(p.info.Types[e].Type) {
			at := p.set.Position(e.OpPos)
			s.joins[[2]int{at.Line, at.Column}] = true
		}
		return true
	})
}

func (s *source) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return strings.TrimSpace(s.lines[n-1])
}

// isMutable reports whether a mutant is a program that runs: not of a plus between
// strings, and not of a constant outside functions, which is computed before.
func (s *source) isMutable(m mutant) bool {
	if m.line >= len(s.code) || !s.code[m.line] {
		return false
	}
	return m.kind != "ARITHMETIC_BASE" || !s.joins[[2]int{m.line, m.column}]
}

func isString(t types.Type) bool {
	if t == nil {
		return false
	}
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsString != 0
}
