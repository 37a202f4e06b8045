package openai

import (
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// gallery is the answer of generations and edits.
type gallery struct {
	Created int64        `json:"created"`
	Data    []picture    `json:"data"`
	Format  string       `json:"output_format,omitempty"` // if all have the same
	Usage   galleryUsage `json:"usage"`
}

// picture has one of its fields set.
type picture struct {
	Base64 *string `json:"b64_json,omitempty"`
	URL    *string `json:"url,omitempty"`
}

type galleryUsage struct {
	Input   int `json:"input_tokens"`
	Output  int `json:"output_tokens"`
	Total   int `json:"total_tokens"`
	Details struct {
		Text  int `json:"text_tokens"`
		Image int `json:"image_tokens"`
	} `json:"input_tokens_details"`
}

// encodeGallery encodes the pictures of an answer as bytes, or as addresses if
// the client asked for these. A picture without an address becomes a data URL.
func encodeGallery(call *dialect.Call, answer chat.Answer) dialect.Body {
	out := gallery{Created: call.Created.Unix(), Data: make([]picture, 0, len(answer.Media))}
	var sent chat.Tally
	var contents []dialect.Content
	filled := dialect.Unfilled()
	empty := picture{Base64: &filled}
	if call.Pictures.Links {
		empty = picture{URL: &filled}
	}
	for i, blob := range answer.Media {
		sent.AddFile()
		format := strings.TrimPrefix(blob.MIME, "image/")
		if i == 0 {
			out.Format = format
		} else if out.Format != format {
			out.Format = ""
		}
		out.Data = append(out.Data, empty)
		contents = append(contents, pictureContent(call, blob))
	}
	out.Usage = newGalleryUsage(call.Chat, sent)
	return dialect.NewFilledBody(out, contents...)
}

func pictureContent(call *dialect.Call, blob *chat.Blob) dialect.Content {
	if !call.Pictures.Links {
		return dialect.Content{{File: blob.Data}}
	}
	if link := call.LinkTo(blob); link != "" {
		return dialect.Content{{Text: link}}
	}
	return dialect.Content{{Text: dialect.DataHead(blob)}, {File: blob.Data}}
}

func newGalleryUsage(asked *chat.Request, sent chat.Tally) galleryUsage {
	u := galleryUsage{Input: chat.EstimateTokens(asked), Output: sent.Tokens()}
	u.Total = u.Input + u.Output
	var seen chat.Tally
	for range chat.UniqueFiles(asked) {
		seen.AddFile()
	}
	if !seen.IsEmpty() {
		u.Details.Image = seen.Tokens()
	}
	u.Details.Text = u.Input - u.Details.Image
	return u
}
