package dialect

import (
	"math"

	"github.com/tidwall/gjson"
)

// form is a rule for the value of a field.
type form func(n node) error

// forms are the rules for fields that have no effect here: they are ignored, but
// a mistake in them is told as the API itself tells it.
type forms []struct {
	field string
	check form
}

// check returns the error of the first field that breaks its rule. Null is as
// good as absent.
func (f forms) check(o object) error {
	for _, rule := range f {
		if n := o.at(rule.field); !n.absent() {
			if err := rule.check(n); err != nil {
				return err
			}
		}
	}
	return nil
}

// as is the form of what a reader of nodes can read.
func as[T any](read func(node) (T, error)) form {
	return func(n node) error {
		_, err := read(n)
		return err
	}
}

var (
	aText    = as(node.text)
	aFlag    = as(node.flag)
	anObject = as(node.object)
)

func aNumber(n node) error {
	if n.value.Type != gjson.Number {
		return n.bad("must be a number")
	}
	return nil
}

// aCount is a whole number above zero.
func aCount(n node) error {
	if err := aNumber(n); err != nil {
		return err
	}
	if n.value.Num < 1 || n.value.Num != math.Trunc(n.value.Num) {
		return n.bad("must be a whole number of at least 1")
	}
	return nil
}

// inQuotes lets a number stand in a string too, as the protobuf JSON mapping
// does.
func inQuotes(number form) form {
	return func(n node) error {
		if n.value.Type == gjson.String && gjson.Valid(n.value.Str) {
			if inner := gjson.Parse(n.value.Str); inner.Type == gjson.Number {
				n.value = inner
			}
		}
		return number(n)
	}
}

// listOf is an array whose elements are all of one form.
func listOf(element form) form {
	return func(n node) error {
		elements, err := n.list(maxTurns)
		if err != nil {
			return err
		}
		for _, e := range elements {
			if e.absent() {
				return e.bad("must not be null")
			}
			if err := element(e); err != nil {
				return err
			}
		}
		return nil
	}
}

// oneOrMore is a string or an array of them.
func oneOrMore(n node) error {
	if n.value.Type == gjson.String {
		return nil
	}
	if !n.value.IsArray() {
		return n.bad("must be a string or an array of strings")
	}
	return listOf(aText)(n)
}
