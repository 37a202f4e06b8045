package responses

import (
	"encoding/base64"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// encodeTokens answers a count.
func encodeTokens(call *dialect.Call) dialect.Body {
	return dialect.NewBody(struct {
		Object string `json:"object"`
		Input  int    `json:"input_tokens"`
	}{"response.input_tokens", chat.EstimateTokens(call.Chat)})
}

func encodeAnswer(call *dialect.Call, answer chat.Answer) dialect.Body {
	answer, count := dialect.VisibleAnswer(call, answer)
	whole := newResponse(call)
	whole.finish(call, newItems(call, answer), answer.Reason, &count)
	whole.save(call, whole.Output, false)
	return encodeWith(whole, whole.Output)
}

// newItems returns the items of a whole answer, in the order in which a stream has them.
func newItems(call *dialect.Call, answer chat.Answer) []any {
	var items []any
	if answer.Thoughts != "" {
		items = append(items, newThought(call, itemID(call, thoughtKind, 0), completed, summaryPart{"summary_text", answer.Thoughts}))
	}
	text := answer.Text
	for _, blob := range answer.Media {
		if !isPicture(blob) {
			text = joinBlocks(text, fileText(call, blob))
		}
	}
	if text != "" || len(answer.Media)+len(answer.Calls) == 0 {
		state := completed
		if answer.Reason == chat.Length || answer.Reason == chat.Filtered {
			state = incomplete
		}
		items = append(items, newMessage(itemID(call, messageKind, len(items)), state, newTextPart(text, newAnnotations(answer.Sources))))
	}
	for _, blob := range answer.Media {
		if isPicture(blob) {
			items = append(items, newPictureItem(itemID(call, pictureKind, len(items)), completed, blob))
		}
	}
	for _, made := range answer.Calls {
		items = append(items, newCallItem(call, len(items), made, completed))
	}
	return items
}

// joinBlocks puts a blank line between two texts.
func joinBlocks(text, more string) string {
	if text == "" {
		return more
	}
	return text + "\n\n" + more
}

// fileText is the text that shows a file that is no picture, as Markdown.
func fileText(call *dialect.Call, blob *chat.Blob) string {
	if link := call.LinkTo(blob); link != "" {
		return dialect.MarkdownOpen(blob) + link + ")"
	}
	return dialect.MarkdownOpen(blob) + dialect.DataHead(blob) + base64.StdEncoding.EncodeToString(blob.Data) + ")"
}
