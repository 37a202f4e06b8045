package export

import (
	"encoding/binary"
	"html"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/geminid/geminid/cookie"
	"github.com/geminid/geminid/cookie/sqlite"
)

// decode turns a file's bytes into text: it undoes the encodings that copying and
// saving add, and refuses data that is not text. A database is passed on as it is.
func decode(data []byte, found *list) (string, *cookie.Rejection) {
	if sqlite.IsDatabase(data) {
		return string(data), nil
	}
	text, rejection := toUTF8(data, found)
	if rejection != nil {
		return "", rejection
	}
	if strings.IndexByte(text, '\r') >= 0 {
		text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	}
	text = trimBlank(text)
	if text == "" {
		return "", emptyFile(len(data))
	}
	if rejection := refuseBinary(text, found); rejection != nil {
		return "", rejection
	}
	if rejection := refuseHTML(text); rejection != nil {
		return "", rejection
	}
	if rejection := refuseEncrypted(text); rejection != nil {
		return "", rejection
	}
	return unfence(unescapeHTML(text, found)), nil
}

// toUTF8 undoes UTF-16, which PowerShell's ">" and Windows editors write, with
// or without a byte order mark.
func toUTF8(data []byte, found *list) (string, *cookie.Rejection) {
	if kind := archive(data); kind != "" {
		return "", cookie.Reject(cookie.CodeBinary, "is %s, not a cookie export. Unpack it, or export as text.", kind)
	}
	order, marked := utf16Order(data)
	switch {
	case marked:
		data = data[2:]
	case order != nil:
		found.warn(cookie.WarnGuessedEncoding, "The text is UTF-16 without a byte order mark; it was read as such.")
	default:
		return string(data), nil
	}
	if len(data)%2 != 0 {
		return "", cookie.Reject(cookie.CodeTruncated, "ends in the middle of a UTF-16 character. If it is still uploading, wait; otherwise copy it again.")
	}
	return fromUTF16(data, order), nil
}

// utf16Order returns the byte order of UTF-16 text, nil if data is not UTF-16, and
// reports whether a mark names it. Without a mark the zero bytes of ASCII letters
// decide.
func utf16Order(data []byte) (order binary.ByteOrder, marked bool) {
	if len(data) >= 2 {
		switch {
		case data[0] == 0xff && data[1] == 0xfe:
			return binary.LittleEndian, true
		case data[0] == 0xfe && data[1] == 0xff:
			return binary.BigEndian, true
		}
	}
	head := data[:min(len(data), 4096)&^1]
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	most := len(head) / 2 * 3 / 4
	switch {
	case len(head) < 16:
		return nil, false
	case zeros[0] == 0 && zeros[1] >= most:
		return binary.LittleEndian, false
	case zeros[1] == 0 && zeros[0] >= most:
		return binary.BigEndian, false
	}
	return nil, false
}

// fromUTF16 decodes piecemeal: the whole text as runes would be twice its size.
func fromUTF16(data []byte, order binary.ByteOrder) string {
	var text strings.Builder
	text.Grow(len(data) / 2)
	unit := func(i int) rune { return rune(order.Uint16(data[i:])) }
	for i := 0; i < len(data); i += 2 {
		r := unit(i)
		if utf16.IsSurrogate(r) {
			if i+3 >= len(data) {
				r = utf8.RuneError
			} else if r = utf16.DecodeRune(r, unit(i+2)); r != utf8.RuneError {
				i += 2
			}
		}
		text.WriteRune(r)
	}
	return text.String()
}

// trimBlank removes leading white space and the invisible characters that chat
// programs put before a copied text.
func trimBlank(text string) string {
	return strings.TrimLeftFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || r == '\ufeff' || r == '\u200b' || r == '\u2060'
	})
}

// unescapeHTML undoes one level of HTML escaping, when every quote of the text
// is written as an entity: then it was copied from a page's source.
func unescapeHTML(text string, found *list) string {
	if strings.IndexByte(text, '"') >= 0 || strings.IndexByte(text, '\'') >= 0 {
		return text
	}
	for _, entity := range []string{"&quot;", "&#34;", "&#39;", "&#x27;", "&#x22;", "&apos;"} {
		if strings.Contains(text, entity) {
			found.warn(cookie.WarnHTMLUnescaped, "The quotes were written as HTML entities; they were read as quotes.")
			return html.UnescapeString(text)
		}
	}
	return text
}

// unfence returns the first fenced block of a Markdown text, and a text without
// one as it is.
func unfence(text string) string {
	start, fence := -1, ""
	for _, mark := range []string{"```", "~~~"} {
		if at := fenceStart(text, mark); at >= 0 && (start < 0 || at < start) {
			start, fence = at, mark
		}
	}
	if start < 0 {
		return text
	}
	_, block, _ := strings.Cut(text[start:], "\n")
	if strings.HasPrefix(block, fence) {
		block = ""
	} else if end := strings.Index(block, "\n"+fence); end >= 0 {
		block = block[:end]
	}
	if block = trimBlank(block); block == "" {
		return text
	}
	return block
}

// fenceStart returns the offset of the first fence at the start of a line, or
// -1.
func fenceStart(text, fence string) int {
	if strings.HasPrefix(text, fence) {
		return 0
	}
	if at := strings.Index(text, "\n"+fence); at >= 0 {
		return at + 1
	}
	return -1
}
