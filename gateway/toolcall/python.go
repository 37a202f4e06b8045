package toolcall

import "strings"

// parsePython returns the calls of a text that is written in Python, nil if anything
// else is in it.
func parsePython(text string) []foreignCall {
	var calls []foreignCall
	r := repairer{text: text}
	for r.peek() != 0 {
		r.out.Reset()
		printed := r.take("print(")
		r.take("default_api.")
		name, _, ok := strings.Cut(r.text[r.at:], "(")
		if !ok || name == "" || strings.ContainsAny(name, " ,=)\n'\"") {
			return nil
		}
		r.at += len(name) + 1
		if !r.keywords() || printed && !r.take(")") {
			return nil
		}
		calls = append(calls, foreignCall{name: name, object: r.out.String()})
	}
	return calls
}

// take skips a word if it comes next.
func (r *repairer) take(word string) bool {
	r.skipSpace()
	if !strings.HasPrefix(r.text[r.at:], word) {
		return false
	}
	r.at += len(word)
	return true
}

// keywords reads keyword arguments and the parenthesis that ends them, and writes them
// as an object. It reports whether they could be read.
func (r *repairer) keywords() bool {
	r.out.WriteByte('{')
	for first := true; ; first = false {
		if r.take(")") {
			r.out.WriteByte('}')
			return true
		}
		if !first {
			r.out.WriteByte(',')
		}
		name, _, ok := strings.Cut(r.text[r.at:], "=")
		word := strings.TrimSpace(name)
		if !ok || word == "" || strings.ContainsAny(word, " ,()[]{}'\"\n") {
			return false
		}
		r.at += len(name) + 1
		r.out.WriteString(encode(word) + ":")
		if !r.value(0) || !r.take(",") && r.peek() != ')' {
			return false
		}
	}
}
