package export

import (
	"strings"
	"unicode"
)

// looksINI recognises settings in [sections], such as those of WebAI-to-API.
func looksINI(head string) bool {
	for line := range strings.Lines(head) {
		if _, ok := sectionName(line); ok {
			return hasSetting(head, '=') || hasSetting(head, ':')
		}
	}
	return false
}

// iniSection reports whether text starts with a [section]. It distinguishes an INI file
// from a JSON list.
func iniSection(text string) bool {
	first, _, _ := strings.Cut(text, "\n")
	_, ok := sectionName(first)
	return ok
}

// sectionName returns the name of a [section] line.
func sectionName(line string) (string, bool) {
	line = strings.TrimSpace(line)
	if len(line) < 3 || line[0] != '[' || line[len(line)-1] != ']' {
		return "", false
	}
	name := line[1 : len(line)-1]
	if len(name) > 2 && name[0] == '[' && name[len(name)-1] == ']' { // one of several, in TOML
		name = name[1 : len(name)-1]
	}
	if !unicode.IsLetter(rune(name[0])) || name == "null" || name == "true" || name == "false" {
		return "", false
	}
	return name, !strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" _-.:", r)
	})
}
