package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"
)

// All mutants of a package are compiled into one program, in which a variable of
// the environment chooses the one that runs: an operator with mutants becomes a
// function that looks at it. So a mutant costs a run of the tests and no compiler.

// chosenVariable is the environment variable with the number of the mutant, counted
// from 1. Without it the program is the original.
const chosenVariable = "GEMINID_MUTANT"

// chosenSource is the file that is added to the package.
const chosenSource = `package %s

import (
	"os"
	"strconv"
)

var chosenMutant = func() int { n, _ := strconv.Atoi(os.Getenv(%q)); return n }()
`

// replacements are the operators of gremlins, by the kind of mutant.
var replacements = map[string]map[token.Token]token.Token{
	"ARITHMETIC_BASE":       {token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.QUO, token.QUO: token.MUL, token.REM: token.MUL},
	"CONDITIONALS_BOUNDARY": {token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR},
	"CONDITIONALS_NEGATION": {token.EQL: token.NEQ, token.NEQ: token.EQL, token.LSS: token.GEQ, token.LEQ: token.GTR,
		token.GTR: token.LEQ, token.GEQ: token.LSS},
	"INCREMENT_DECREMENT": {token.INC: token.DEC, token.DEC: token.INC},
	"INVERT_LOGICAL":      {token.LAND: token.LOR, token.LOR: token.LAND},
	"INVERT_NEGATIVES":    {token.SUB: token.ADD},
}

// A variant is one mutant of an operator.
type variant struct {
	number int
	kind   string
}

// switcher writes one file with switches in it.
type switcher struct {
	p        *parsed
	s        *source
	variants map[[2]int][]variant // by line and column of the operator
	imports  map[string]string    // names in this file, by path
	left     int                  // mutants whose operator was not met yet
	err      error
}

// addSwitches returns the content of a file in which each operator with variants is
// replaced by a switch.
func addSwitches(p *parsed, s *source, variants map[[2]int][]variant) (string, error) {
	w := &switcher{p: p, s: s, variants: variants, imports: map[string]string{}}
	for _, i := range s.tree.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		for _, pkg := range p.pkg.Imports() {
			if pkg.Path() == path {
				w.imports[path] = pkg.Name()
			}
		}
		if i.Name != nil {
			w.imports[path] = i.Name.Name
		}
	}
	for _, all := range variants {
		w.left += len(all)
	}
	content := w.render(s.tree, s.tree.FileStart, s.tree.FileEnd)
	if w.err == nil && w.left > 0 {
		w.err = fmt.Errorf("%s: %d mutants are of no operator", p.set.Position(s.tree.Pos()).Filename, w.left)
	}
	return content, w.err
}

// render returns the source of a node between two positions, with switches for the
// operators in it.
func (w *switcher) render(within ast.Node, from, to token.Pos) string {
	var out strings.Builder
	offset := func(p token.Pos) int { return w.p.set.Position(p).Offset }
	last := from
	ast.Inspect(within, func(n ast.Node) bool {
		if n == nil {
			return false
		}
		text := ""
		switch n := n.(type) {
		case *ast.BinaryExpr:
			if all := w.take(n.OpPos); len(all) > 0 {
				x, y := w.render(n.X, n.X.Pos(), n.X.End()), w.render(n.Y, n.Y.Pos(), n.Y.End())
				text = w.writeSwitch(n, n.Op, all, func(op token.Token) string { return "(" + x + ") " + op.String() + " (" + y + ")" })
			}
		case *ast.UnaryExpr:
			if all := w.take(n.OpPos); len(all) > 0 {
				x := w.render(n.X, n.X.Pos(), n.X.End())
				text = w.writeSwitch(n, n.Op, all, func(op token.Token) string { return op.String() + "(" + x + ")" })
			}
		case *ast.IncDecStmt:
			if all := w.take(n.TokPos); len(all) > 0 {
				x := w.render(n.X, n.X.Pos(), n.X.End())
				text = x + " += " + w.writeSwitch(n.X, n.Tok, all, func(op token.Token) string {
					return map[token.Token]string{token.INC: "1", token.DEC: w.minusOne(n.X)}[op]
				})
			}
		}
		if text == "" {
			return true
		}
		out.WriteString(w.s.content[offset(last):offset(n.Pos())] + text)
		last = n.End()
		return false
	})
	out.WriteString(w.s.content[offset(last):offset(to)])
	return out.String()
}

// take returns the variants of the operator at a position.
func (w *switcher) take(at token.Pos) []variant {
	p := w.p.set.Position(at)
	all := w.variants[[2]int{p.Line, p.Column}]
	w.left -= len(all)
	return all
}

// writeSwitch returns a call of a function that evaluates an expression with the
// operator or with that of the chosen variant.
func (w *switcher) writeSwitch(e ast.Expr, op token.Token, all []variant, write func(token.Token) string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "func() %s { switch chosenMutant {", w.typeName(e))
	for _, v := range all {
		by, ok := replacements[v.kind][op]
		if !ok {
			w.err = cmp.Or(w.err, fmt.Errorf("%s: %s of %s is not known", w.p.set.Position(e.Pos()), v.kind, op))
		}
		fmt.Fprintf(&out, " case %d: return %s;", v.number, write(by))
	}
	return out.String() + " }; return " + write(op) + " }()"
}

// typeName returns the type of an expression as this file writes it.
func (w *switcher) typeName(e ast.Expr) string {
	t := types.Default(w.p.info.Types[e].Type)
	return types.TypeString(t, func(pkg *types.Package) string {
		if pkg == w.p.pkg {
			return ""
		}
		name, ok := w.imports[pkg.Path()]
		if !ok {
			w.err = cmp.Or(w.err, fmt.Errorf("%s: the file does not import %s", w.p.set.Position(e.Pos()), pkg.Path()))
		}
		return name
	})
}

// minusOne returns the number that subtracts one from an integer or a float.
func (w *switcher) minusOne(e ast.Expr) string {
	if t, ok := w.p.info.Types[e].Type.Underlying().(*types.Basic); ok && t.Info()&types.IsUnsigned != 0 {
		return "^" + w.typeName(e) + "(0)"
	}
	return "-1"
}
