package dialect

import (
	"strings"
	"unicode/utf8"

	"github.com/geminid/geminid/chat"
)

// textBytes bounds the text of one event. A line has to stay below 64 KiB, and
// every byte may become six when it is escaped.
const textBytes = 10 << 10

// CutText cuts off what fits in one event of a stream, in whole runes.
func CutText(text string) (piece, rest string) {
	if len(text) <= textBytes {
		return text, ""
	}
	cut := textBytes
	for cut > textBytes-utf8.UTFMax && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut], text[cut:]
}

// MarkdownContent is the text of an answer with its pictures behind it as Markdown,
// the only way in which clients of formats without a field for them show any.
func MarkdownContent(call *Call, answer chat.Answer) Content {
	content := Content{{Text: answer.Text}}
	for i, blob := range answer.Media {
		open := MarkdownOpen(blob)
		if i > 0 || answer.Text != "" {
			open = "\n\n" + open
		}
		if link := call.LinkTo(blob); link != "" {
			content = append(content, Piece{Text: open + link + ")"})
			continue
		}
		content = append(content, Piece{Text: open + DataHead(blob)}, Piece{File: blob.Data}, Piece{Text: ")"})
	}
	return content
}

// MarkdownOpen opens an image, or a link to a file of another type. The address and a
// closing parenthesis follow.
func MarkdownOpen(blob *chat.Blob) string {
	if strings.HasPrefix(blob.MIME, "image/") {
		return "![image]("
	}
	return "[file]("
}

// DataHead is the beginning of a data URL. The base64 of the file follows.
func DataHead(blob *chat.Blob) string { return "data:" + blob.MIME + ";base64," }
