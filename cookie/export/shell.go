package export

import (
	"strconv"
	"strings"

	"github.com/geminid/geminid/cookie"
)

// maxWords is more than the commands of a whole page's requests have.
const maxWords = 200_000

// shellCommands splits text into commands and those into words, as the shell
// does that they were copied for.
func shellCommands(text string) ([][]string, *cookie.Rejection) {
	s := splitter{rest: text}
	if windowsQuoting(text) {
		s.rest = uncaret(text)
		s.scanWindows()
	} else {
		s.scanPOSIX()
	}
	s.endCommand()
	switch {
	case s.count > maxWords:
		return nil, cookie.Reject(cookie.CodeTooBig, "has more than %d words. Copy one request only.", maxWords)
	case s.open:
		return nil, cookie.Reject(cookie.CodeTruncated, "ends in the middle of a quoted text. If it is still uploading, wait; otherwise copy it again.")
	}
	return s.commands, nil
}

// splitter gathers words while it scans.
type splitter struct {
	rest     string
	word     strings.Builder
	started  bool // a word has begun, be it empty
	words    []string
	commands [][]string
	count    int  // of all words
	open     bool // the text ended within quotes
}

func (s *splitter) put(text string) { s.word.WriteString(text); s.started = true }

func (s *splitter) endWord() {
	if s.started {
		s.words = append(s.words, s.word.String())
		s.word.Reset()
		if s.count++; s.count > maxWords {
			s.rest = ""
		}
		s.started = false
	}
}

func (s *splitter) endCommand() {
	s.endWord()
	if len(s.words) > 0 {
		s.commands = append(s.commands, s.words)
		s.words = nil
	}
}

// until takes the rest up to one of the stop characters, which stays. It is a
// plain loop because most stretches are short.
func (s *splitter) until(stops string) string {
	end := 0
	for end < len(s.rest) && strings.IndexByte(stops, s.rest[end]) < 0 {
		end++
	}
	taken := s.rest[:end]
	s.rest = s.rest[end:]
	return taken
}

func (s *splitter) scanPOSIX() {
	for s.rest != "" {
		if plain := s.until(" \t\r\n;&|'\"$\\"); plain != "" {
			s.put(plain)
			continue
		}
		c := s.rest[0]
		s.rest = s.rest[1:]
		switch {
		case c == ' ' || c == '\t' || c == '\r':
			s.endWord()
		case c == '\n' || c == ';' || c == '&' || c == '|':
			s.endCommand()
		case c == '\'':
			quoted, _, _ := strings.Cut(s.rest, "'")
			s.put(quoted)
			s.rest = s.rest[len(quoted):]
			s.closeQuote()
		case c == '"':
			s.doubleQuoted()
		case c == '$' && strings.HasPrefix(s.rest, "'"):
			s.rest = s.rest[1:]
			s.ansiQuoted()
		case c == '\\' && (strings.HasPrefix(s.rest, "\n") || strings.HasPrefix(s.rest, "\r\n")):
			s.rest = s.rest[strings.IndexByte(s.rest, '\n')+1:]
		case c == '\\' && s.rest != "":
			s.put(s.rest[:1])
			s.rest = s.rest[1:]
		default:
			s.put(string(c))
		}
	}
}

func (s *splitter) closeQuote() {
	if s.rest == "" {
		s.open = true
		return
	}
	s.rest = s.rest[1:]
}

// doubleQuoted reads on behind a double quote, where a backslash escapes only special
// characters.
func (s *splitter) doubleQuoted() {
	for {
		s.put(s.until("\"\\"))
		if !strings.HasPrefix(s.rest, `\`) {
			break
		}
		s.rest = s.rest[1:]
		switch {
		case strings.HasPrefix(s.rest, "\n"):
			s.rest = s.rest[1:]
		case s.rest != "" && strings.ContainsRune("\"\\$`", rune(s.rest[0])):
			s.put(s.rest[:1])
			s.rest = s.rest[1:]
		default:
			s.put(`\`)
		}
	}
	s.closeQuote()
}

// ansiQuoted reads on behind $', where a backslash escapes as in C.
func (s *splitter) ansiQuoted() {
	for {
		s.put(s.until(`'\`))
		if !strings.HasPrefix(s.rest, `\`) {
			break
		}
		if r, _, tail, err := strconv.UnquoteChar(s.rest, '\''); err == nil {
			s.put(string(r))
			s.rest = tail
			continue
		}
		// A backslash before any other character (\" and \E among them).
		s.rest = s.rest[1:]
		if s.rest != "" {
			s.put(s.rest[:1])
			s.rest = s.rest[1:]
		}
	}
	s.closeQuote()
}
