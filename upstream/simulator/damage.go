package simulator

import (
	"slices"
	"strings"
)

// damages are the ways in which JSON is damaged between a model and its reader, by the
// word of [form].
var damages = map[string]func(string) string{
	"markdown": escapeMarks,
	"smart": func(text string) string {
		opened := false
		return rewriteJSON(text, func(_ bool, piece string) string {
			switch {
			case piece == `\"`:
				return `\”`
			case piece != `"`:
				return piece
			}
			if opened = !opened; opened {
				return "“"
			}
			return "”"
		})
	},
	"comma": func(text string) string {
		before := ""
		return rewriteJSON(text, func(inside bool, piece string) string {
			last := before
			if strings.TrimSpace(piece) != "" {
				before = piece
			}
			if !inside && (piece == "}" || piece == "]") && last != "{" && last != "[" {
				return "," + piece
			}
			return piece
		})
	},
	"single": func(text string) string {
		return rewriteJSON(text, func(inside bool, piece string) string {
			switch {
			case piece == `"`:
				return "'"
			case piece == `\"`:
				return `"`
			case inside && piece == "'":
				return `\'`
			}
			return piece
		})
	},
	"python": func(text string) string {
		return replaceOutside(text, map[string]string{"true": "True", "false": "False", "null": "None"})
	},
	"newline": func(text string) string {
		return rewriteJSON(text, func(inside bool, piece string) string {
			if inside && (piece == `\n` || piece == `\t`) {
				return map[string]string{`\n`: "\n", `\t`: "\t"}[piece]
			}
			return piece
		})
	},
}

// escapeMarks puts a backslash in front of whatever has a meaning in Markdown.
func escapeMarks(text string) string {
	return rewriteJSON(text, func(_ bool, piece string) string {
		if slices.Contains([]string{"_", "*", "[", "]", "<", ">", "#", "~", "`"}, piece) {
			return `\` + piece
		}
		return piece
	})
}

// rewriteJSON rewrites JSON piece by piece: a quote, an escape, or a character. inside
// is set within strings, their closing quotes included.
func rewriteJSON(text string, rewrite func(inside bool, piece string) string) string {
	var out strings.Builder
	inside := false
	for text != "" {
		piece := text[:1]
		switch {
		case inside && text[0] == '\\' && len(text) > 1:
			piece = text[:2]
		case text[0] >= 0x80:
			for i := range text {
				if i > 0 {
					piece = text[:i]
					break
				}
				piece = text
			}
		}
		out.WriteString(rewrite(inside, piece))
		if piece == `"` {
			inside = !inside
		}
		text = text[len(piece):]
	}
	return out.String()
}

// replaceOutside replaces words that stand outside of strings.
func replaceOutside(text string, words map[string]string) string {
	var out strings.Builder
	for text != "" {
		end := strings.IndexByte(text, '"')
		if end < 0 {
			end = len(text)
		}
		plain := text[:end]
		for from, to := range words {
			plain = strings.ReplaceAll(plain, from, to)
		}
		out.WriteString(plain)
		text = text[end:]
		n := stringLength(text)
		out.WriteString(text[:n])
		text = text[n:]
	}
	return out.String()
}

// stringLength is the length of the JSON string that text begins with.
func stringLength(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}
