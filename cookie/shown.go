package cookie

import (
	"path"
	"strings"
	"unicode"

	"github.com/geminid/geminid/internal/statefile"
)

// The shown… functions decide which words of a file may appear in a message.
// A session value is at least minValue bytes without a blank, so nothing here
// lets a run of that length through unless it is provably a name of its own.

// ShownFile returns the file's base name for a message. Some tools write the
// session into the file's name, so a long unbroken name is shortened.
func ShownFile(name string) string {
	base := path.Base(strings.ReplaceAll(stripUnprintable(name), `\`, "/"))
	if base == "." || base == "/" {
		return "the export"
	}
	words := strings.Split(base, " ")
	for i, word := range words {
		stem, ext := strings.TrimSuffix(word, path.Ext(word)), path.Ext(word)
		if len(word) <= 40 && !strings.Contains(stem, "g.a0") && !strings.Contains(stem, "sidts-") {
			continue
		}
		if len(ext) > 8 {
			ext = ""
		}
		words[i] = "…" + ext
	}
	return strings.Join(words, " ")
}

// ShownPath returns a path quoted for a shell. Its directories are the
// administrator's own; the last element is treated as by [ShownFile].
func ShownPath(p string) string {
	p = path.Join(path.Dir(stripUnprintable(p)), ShownFile(p))
	return statefile.ShellQuote(p)
}

func stripUnprintable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, s)
}
