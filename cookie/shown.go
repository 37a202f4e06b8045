package cookie

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
)

// The shown… functions decide which words of a file may appear in a message.
// A session value is at least minValue bytes without a blank, so nothing here
// lets a run of that length through unless it is provably a name of its own.

// shownFile returns the file's base name for a message. Some tools write the
// session into the file's name, so a long unbroken name is shortened.
func shownFile(name string) string {
	base := path.Base(strings.ReplaceAll(visible(name), `\`, "/"))
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

// shownPath returns a path quoted for a shell. Its directories are the
// administrator's own; the last element is treated like shownFile.
func shownPath(p string) string {
	p = path.Join(path.Dir(visible(p)), shownFile(p))
	if strings.ContainsFunc(p, func(r rune) bool {
		return notHostname(r) && !strings.ContainsRune("/_+,@%…", r) && (r < 'A' || r > 'Z')
	}) {
		return "'" + strings.ReplaceAll(p, "'", `'\''`) + "'"
	}
	return p
}

func visible(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, s)
}

// shownDomain returns a cookie's domain for a message, or "another site" when
// it is not plainly a domain name: in a garbled file the column may hold
// anything.
func shownDomain(domain string) string {
	bare := strings.TrimPrefix(strings.ToLower(domain), ".")
	if len(bare) > 64 || strings.ContainsFunc(bare, notHostname) {
		return "another site"
	}
	suffix, icann := publicsuffix.PublicSuffix(bare)
	reserved := suffix == "example" || suffix == "test" || suffix == "invalid" || suffix == "localhost"
	if !icann && !reserved {
		return "another site"
	}
	for label := range strings.SplitSeq(bare, ".") {
		if len(label) >= minValue {
			return "another site"
		}
	}
	return strings.ToLower(domain)
}

func notHostname(r rune) bool {
	return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '.'
}

// shownTitle returns a page's title for a message, empty when it has a word
// that is too long to be one or is no text.
func shownTitle(title string) string {
	if !utf8.ValidString(title) {
		return ""
	}
	words := strings.Fields(title)
	for _, word := range words {
		if len(word) >= minValue ||
			strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsPrint(r) || r == '"' || r == '@' }) {
			return ""
		}
	}
	title = strings.Join(words, " ")
	if len(title) > 80 {
		return ""
	}
	return title
}

// shownStore returns the name of a cookie store for a message when it is of a
// browser's making, else empty.
func shownStore(store string) string {
	bare := strings.TrimPrefix(strings.TrimPrefix(store, "firefox-"), "container-")
	if bare == "default" || bare == "private" {
		return store
	}
	if bare == "" || len(bare) > 6 || strings.ContainsFunc(bare, func(r rune) bool { return r < '0' || r > '9' }) {
		return ""
	}
	return store
}
