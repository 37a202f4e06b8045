package export

import (
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"
)

// escapes is how a language escapes in its string literals.
type escapes uint8

const (
	jsEscapes escapes = iota // \n, \u0021, \x21
	psEscapes                // `n, `", "" for a quote
)

// literalAt reads the string literal that starts at text[at], a quote. next is
// the offset behind it; ok is false if it does not end.
func literalAt(text string, at int, how escapes) (value string, next int, ok bool) {
	quote := text[at]
	var plain strings.Builder
	for i := at + 1; i < len(text); {
		c := text[i]
		switch {
		case c == quote && how == psEscapes && i+1 < len(text) && text[i+1] == quote:
			plain.WriteByte(quote)
			i += 2
		case c == quote:
			return plain.String(), i + 1, true
		case how == psEscapes && c == '`' && quote == '"' && i+1 < len(text):
			plain.WriteByte(text[i+1])
			i += 2
		case how == jsEscapes && c == '\\' && i+1 < len(text):
			i += unescapeJS(text[i:], &plain)
		default:
			plain.WriteByte(c)
			i++
		}
	}
	return "", len(text), false
}

// unescapeJS writes the character that an escape stands for and returns the
// escape's length.
func unescapeJS(text string, plain *strings.Builder) int {
	if r, multibyte, tail, err := strconv.UnquoteChar(text[:min(len(text), 10)], 0); err == nil {
		if multibyte {
			plain.WriteRune(r)
		} else {
			plain.WriteByte(byte(r))
		}
		return min(len(text), 10) - len(tail)
	}
	_, size := utf8.DecodeRuneInString(text[1:])
	plain.WriteString(text[1 : 1+size])
	return 1 + size
}

// literals yields every string literal of a program text with its key: the
// literal or word that stands before it, with nothing but ":", "=", "(" or
// blanks between.
func literals(text string, how escapes) iter.Seq2[string, string] {
	return func(yield func(literal, key string) bool) {
		key := ""
		for i := 0; i < len(text); {
			switch c := text[i]; {
			case c == '"' || c == '\'' || c == '`' && how == jsEscapes:
				value, next, ok := literalAt(text, i, how)
				if !ok || !yield(value, key) {
					return
				}
				key, i = value, next
			case wordByte(c):
				word := i
				for ; i < len(text) && wordByte(text[i]); i++ {
				}
				key = text[word:i]
			default:
				if !strings.ContainsRune(":=( \t\r\n", rune(c)) {
					key = ""
				}
				i++
			}
		}
	}
}

func wordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '$'
}
