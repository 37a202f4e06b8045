package fieldtable

import (
	"iter"
	"reflect"
	"strings"
)

// FromGo returns the shapes of a value of a Go SDK, by its type.
func FromGo(sent any) []Shape { return goShapes(reflect.TypeOf(sent)) }

type goShape struct{ typ reflect.Type }

func goShapes(typ reflect.Type) []Shape {
	for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
		typ = typ.Elem()
	}
	if typ.Kind() != reflect.Struct {
		return nil
	}
	return []Shape{goShape{typ}}
}

// Fields yields those of the variants of a union as well.
func (s goShape) Fields() iter.Seq2[string, []Shape] {
	return func(yield func(string, []Shape) bool) {
		for i := range s.typ.NumField() {
			field := s.typ.Field(i)
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			switch {
			case name == "-" || !field.IsExported():
			case name != "":
				if !yield(name, goShapes(field.Type)) {
					return
				}
			case strings.HasPrefix(field.Name, "Of") || field.Anonymous:
				for _, variant := range goShapes(field.Type) {
					for name, inner := range variant.Fields() {
						if !yield(name, inner) {
							return
						}
					}
				}
			}
		}
	}
}
