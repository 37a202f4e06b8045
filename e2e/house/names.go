package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"unicode"
)

// parseSource parses the files of the packages, tests and generated files left out.
func parseSource(packages []goPackage) ([]*ast.File, error) {
	var files []*ast.File
	set := token.NewFileSet()
	for _, p := range packages {
		for _, name := range p.GoFiles {
			file, err := parser.ParseFile(set, filepath.Join(p.Dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			if !ast.IsGenerated(file) {
				files = append(files, file)
			}
		}
	}
	return files, nil
}

// measureNames counts functions whose name is one word, and exported declarations
// with a comment.
func measureNames(files []*ast.File) []measure {
	functions, oneWord, exported, documented := 0, 0, 0, 0
	count := func(name *ast.Ident, doc ...*ast.CommentGroup) {
		if !name.IsExported() {
			return
		}
		exported++
		for _, d := range doc {
			if d != nil {
				documented++
				return
			}
		}
	}
	for _, file := range files {
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				functions++
				if countWords(d.Name.Name) == 1 {
					oneWord++
				}
				count(d.Name, d.Doc)
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					switch s := spec.(type) {
					case *ast.TypeSpec:
						count(s.Name, d.Doc, s.Doc, s.Comment)
					case *ast.ValueSpec:
						for _, name := range s.Names {
							count(name, d.Doc, s.Doc, s.Comment)
						}
					}
				}
			}
		}
	}
	return []measure{
		{"functions", fmt.Sprint(functions), ""},
		{"function names of one word", percent(oneWord, functions), "8 to 56 %, mostly 13 to 33"},
		{"exported declarations documented", percent(documented, exported), "27 to 98 %"},
	}
}

// countWords counts the words of a name in mixed caps; a run of capitals is one
// word with what follows it, so that HTTPServer has two.
func countWords(name string) int {
	words, runes := 0, []rune(strings.TrimLeft(name, "_"))
	for i, r := range runes {
		switch {
		case i == 0:
			words++
		case unicode.IsUpper(r) && (!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])):
			words++
		}
	}
	return words
}

func percent(part, whole int) string {
	if whole == 0 {
		return "0 of 0"
	}
	return fmt.Sprintf("%.1f %% (%d of %d)", 100*float64(part)/float64(whole), part, whole)
}
