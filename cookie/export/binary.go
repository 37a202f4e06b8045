package export

import (
	"bytes"
	"html"
	"slices"
	"strings"

	"github.com/geminid/geminid/cookie"
)

// magics are the first bytes of files people drop by mistake.
var magics = []struct{ prefix, kind string }{
	{"\x1f\x8b", "a gzip archive"},
	{"PK\x03\x04", "a zip archive"},
	{"PK\x05\x06", "a zip archive"},
	{"BZh", "a bzip2 archive"},
	{"\xfd7zXZ\x00", "an xz archive"},
	{"\x28\xb5\x2f\xfd", "a zstd archive"},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"},
	{"Rar!\x1a\x07", "a RAR archive"},
	{"\x89PNG", "a picture"},
	{"\xff\xd8\xff", "a picture"},
	{"GIF8", "a picture"},
	{"%PDF", "a PDF document"},
	{"bplist00", "a property list"},
	{"cook\x00\x00", "Safari's own cookie store"},
	{"\x7fELF", "a program"},
	{"MZ", "a program"},
}

func archive(data []byte) string {
	for _, m := range magics {
		if bytes.HasPrefix(data, []byte(m.prefix)) && (m.prefix != "MZ" || bytes.IndexByte(data, 0) >= 0) {
			return m.kind
		}
	}
	return ""
}

// refuseBinary refuses text with bytes that no text has.
func refuseBinary(text string, found *list) *cookie.Rejection {
	controls := 0
	for i := range len(text) {
		switch b := text[i]; {
		case b == 0:
			found.nameFormats = true
			return cookie.Reject(cookie.CodeBinary, "has a NUL byte at offset %d, so it is not text.", i)
		case b < 0x20 && b != '\t' && b != '\n' && b != '\r' && b != '\f' && b != 0x1b:
			controls++
		}
	}
	if controls > 16 && controls > len(text)/100 {
		found.nameFormats = true
		return cookie.Reject(cookie.CodeBinary, "is not text.")
	}
	return nil
}

// pageStarts are the tags with which a saved page can begin.
var pageStarts = []string{"<!doctype", "<html", "<head", "<title", "<meta", "<body", "<!--", "<script"}

// refuseHTML refuses a saved web page and shows its title, which mostly names the
// problem.
func refuseHTML(text string) *cookie.Rejection {
	head := text[:min(len(text), sniffed)]
	lower := lowerASCII(head) // byte for byte, so that places in it are places in head
	if !slices.ContainsFunc(pageStarts, func(tag string) bool { return strings.HasPrefix(lower, tag) }) {
		return nil
	}
	title := ""
	if _, after, ok := strings.Cut(lower, "<title"); ok {
		after = head[len(head)-len(after):]
		_, after, _ = strings.Cut(after, ">")
		inner, _, _ := strings.Cut(after, "<")
		title = shownTitle(html.UnescapeString(inner))
	}
	if title != "" {
		return cookie.Reject(cookie.CodeHTML, "is a web page (title %q), not a cookie export.", title)
	}
	return cookie.Reject(cookie.CodeHTML, "is a web page, not a cookie export.")
}

// lowerASCII is text with A to Z in lower case. Unlike strings.ToLower it keeps
// the length of every other byte, also of those that are no UTF-8.
func lowerASCII(text string) string {
	lower := []byte(text)
	for i, b := range lower {
		if 'A' <= b && b <= 'Z' {
			lower[i] = b + 'a' - 'A'
		}
	}
	return string(lower)
}

// unknownFormat is the verdict on text that no format claims.
func unknownFormat(text string, found *list) *cookie.Rejection {
	if curlyQuotes(text) {
		return cookie.Reject(cookie.CodeMalformed, "has curly quotes, so a word processor or a chat changed it. Export again as plain text.")
	}
	found.nameFormats = true
	return cookie.Reject(cookie.CodeMalformed, "is in no known format.")
}

func curlyQuotes(text string) bool {
	return slices.ContainsFunc([]string{"“", "”", "„", "‘", "’"},
		func(quote string) bool { return strings.Contains(text, quote) })
}
