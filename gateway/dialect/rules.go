package dialect

import (
	"math"

	"github.com/tidwall/gjson"
)

// Rule checks the value of a field and returns the error that the client reads.
type Rule func(n Node) error

// readableBy makes a rule of a method that reads a node.
func readableBy[T any](read func(Node) (T, error)) Rule {
	return func(n Node) error {
		_, err := read(n)
		return err
	}
}

// The rules of single types.
var (
	IsText = readableBy(Node.AsText)
	IsBool = readableBy(Node.AsBool)
)

// IsObject is the rule of a JSON object with any fields.
func IsObject(n Node) error {
	if !n.Value.IsObject() {
		return n.NewError("must be an object")
	}
	return nil
}

// IsNumber is the rule of a JSON number.
func IsNumber(n Node) error {
	if n.Value.Type != gjson.Number {
		return n.NewError("must be a number")
	}
	return nil
}

// IsCount is the rule of a whole number above zero.
func IsCount(n Node) error {
	if err := IsNumber(n); err != nil {
		return err
	}
	if n.Value.Num < 1 || n.Value.Num != math.Trunc(n.Value.Num) {
		return n.NewError("must be a whole number of at least 1")
	}
	return nil
}

// MayBeQuoted is a rule for numbers that also takes a number inside a string, as
// the JSON mapping of protobuf does.
func MayBeQuoted(number Rule) Rule {
	return func(n Node) error {
		if n.Value.Type == gjson.String && gjson.Valid(n.Value.Str) {
			if inner := gjson.Parse(n.Value.Str); inner.Type == gjson.Number {
				n.Value = inner
			}
		}
		return number(n)
	}
}

// ListOf is the rule of an array whose elements all follow one rule.
func ListOf(element Rule) Rule {
	return func(n Node) error {
		elements, err := n.AsList(MaxTurns)
		if err != nil {
			return err
		}
		for _, e := range elements {
			if e.IsAbsent() {
				return e.NewError("must not be null")
			}
			if err := element(e); err != nil {
				return err
			}
		}
		return nil
	}
}
