package text

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"
)

// unescapeText decodes the twice escaped string that begins at raw[0] and appends
// it to dst. It stops before the closing quote, or after limit decoded bytes if
// limit is not negative, and returns how many bytes of raw it used. It reports
// false for everything that it would not decode exactly as two JSON decoders do.
func unescapeText(dst, raw []byte, limit int) (out []byte, used int, ok bool) {
	start, i := len(dst), 0
	for i < len(raw) && (limit < 0 || len(dst)-start < limit) {
		if raw[i] != '\\' {
			n := literalPrefix(raw[i:])
			if limit >= 0 {
				n = min(n, limit-(len(dst)-start))
			}
			if n == 0 {
				return dst, i, false
			}
			dst = append(dst, raw[i:i+n]...)
			i += n
			continue
		}
		if i+2 < len(raw) && raw[i+1] == '\\' && raw[i+2] == 'n' { // by far the commonest
			dst = append(dst, '\n')
			i += 3
			continue
		}
		r, next, kind := outerEscape(raw, i)
		switch kind {
		case literalRune:
			dst = utf8.AppendRune(dst, r)
		case closingQuote:
			return dst, i, limit < 0 && utf8.Valid(dst[start:])
		case innerBackslash:
			if r, next, ok = innerEscape(raw, next); !ok {
				return dst, i, false
			}
			dst = utf8.AppendRune(dst, r)
		default:
			return dst, i, false
		}
		i = next
	}
	return dst, i, limit >= 0 && len(dst)-start == limit
}

// special marks the bytes that do not represent themselves in a JSON string.
var special = func() (table [256]bool) {
	for c := range ' ' {
		table[c] = true
	}
	table['"'], table['\\'] = true, true
	return table
}()

// literalPrefix returns the length of the prefix without special bytes.
func literalPrefix(raw []byte) int {
	for i, c := range raw {
		if special[c] {
			return i
		}
	}
	return len(raw)
}

// outerKind is the meaning of an escape of the outer string in the inner JSON
// string.
type outerKind uint8

const (
	unknownEscape  outerKind = iota
	literalRune              // a character
	closingQuote             // the quote that ends the string
	innerBackslash           // the backslash that begins an inner escape
)

// outerEscape decodes the escape of the outer string at raw[i].
func outerEscape(raw []byte, i int) (r rune, next int, kind outerKind) {
	if i+1 >= len(raw) {
		return 0, i, unknownEscape
	}
	switch raw[i+1] {
	case '"':
		return 0, i + 2, closingQuote
	case '\\':
		return 0, i + 2, innerBackslash
	case '/':
		return '/', i + 2, literalRune
	case 'u':
	default:
		return 0, i, unknownEscape
	}
	r, ok := parseHex4(raw, i+2)
	next = i + 6
	switch {
	case !ok || r < ' ':
		return 0, i, unknownEscape
	case r == '"':
		return 0, next, closingQuote
	case r == '\\':
		return 0, next, innerBackslash
	case utf16.IsSurrogate(r):
		r, next = joinSurrogates(r, raw, next, `\u`)
	}
	return r, next, literalRune
}

// innerEscape decodes the escape of the inner string whose backslash is before
// raw[i].
func innerEscape(raw []byte, i int) (r rune, next int, ok bool) {
	if i >= len(raw) {
		return 0, i, false
	}
	switch raw[i] {
	case 'n':
		return '\n', i + 1, true
	case 't':
		return '\t', i + 1, true
	case 'r':
		return '\r', i + 1, true
	case 'b':
		return '\b', i + 1, true
	case 'f':
		return '\f', i + 1, true
	case '/':
		return '/', i + 1, true
	case '\\':
		c, next := innerByte(raw, i)
		return rune(c), next, c == '"' || c == '\\' || c == '/'
	case 'u':
	default:
		return 0, i, false
	}
	if r, ok = parseHex4(raw, i+1); !ok {
		return 0, i, false
	}
	next = i + 5
	if !utf16.IsSurrogate(r) {
		return r, next, true
	}
	if bytes.HasPrefix(raw[next:], []byte(`\u`)) {
		return 0, i, false // the second half may be spelled in another way
	}
	r, next = joinSurrogates(r, raw, next, `\\u`)
	return r, next, true
}

// joinSurrogates completes a surrogate pair if the second half follows in raw[i:]
// behind escape. A lone half becomes U+FFFD, as in encoding/json.
func joinSurrogates(high rune, raw []byte, i int, escape string) (rune, int) {
	if bytes.HasPrefix(raw[i:], []byte(escape)) {
		if low, ok := parseHex4(raw, i+len(escape)); ok {
			if r := utf16.DecodeRune(high, low); r != utf8.RuneError {
				return r, i + len(escape) + 4
			}
		}
	}
	return utf8.RuneError, i
}

// parseHex4 parses four hexadecimal digits.
func parseHex4(raw []byte, i int) (r rune, ok bool) {
	if i+4 > len(raw) {
		return 0, false
	}
	for _, c := range raw[i : i+4] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case 'A' <= c && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
