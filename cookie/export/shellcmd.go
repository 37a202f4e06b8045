package export

import "strings"

// windowsQuoting reports whether a command was copied for cmd.exe, which
// escapes with carets.
func windowsQuoting(text string) bool {
	return strings.Contains(text, `^"`) || strings.Contains(text, "^\n") || strings.Contains(text, "^\r\n")
}

// uncaret undoes the escaping of cmd.exe: outside of quotes, a caret makes the
// next character plain and joins the next line. Browsers escape the quotes
// themselves, so to cmd.exe nothing is quoted.
func uncaret(text string) string {
	var plain strings.Builder
	plain.Grow(len(text))
	quoted := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		if c == '"' {
			quoted = !quoted
		}
		if c != '^' || quoted || i+1 == len(text) {
			plain.WriteByte(c)
			continue
		}
		i++
		switch {
		case strings.HasPrefix(text[i:], "\r\n"):
			i++
		case text[i] != '\n':
			plain.WriteByte(text[i])
		}
	}
	return plain.String()
}

// scanWindows splits as a Windows program splits its command line: double
// quotes group, a backslash escapes a quote only.
func (s *splitter) scanWindows() {
	quoted := false
	for s.rest != "" {
		if plain := s.until("\"\\ \t\r\n&"); plain != "" {
			s.put(plain)
			continue
		}
		c := s.rest[0]
		s.rest = s.rest[1:]
		switch {
		case c == '\\' && strings.HasPrefix(s.rest, `"`):
			s.put(`"`)
			s.rest = s.rest[1:]
		case c == '"':
			quoted = !quoted
			s.put("")
		case quoted || c == '\\':
			s.put(string(c))
		case c == ' ' || c == '\t' || c == '\r':
			s.endWord()
		default:
			s.endCommand()
		}
	}
	s.open = quoted
}
