package dialect

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
)

// openaiDraw reads POST /v1/images/generations.
func openaiDraw(r *http.Request) (*Call, error) {
	body, err := readBody(r, exact)
	if err != nil {
		return nil, err
	}
	return openaiPainting(Images, body, nil)
}

// openaiPainting reads what generations and edits have in common. inputs are the
// pictures to be edited.
func openaiPainting(op Operation, body object, inputs []*chat.Blob) (*Call, error) {
	name, err := body.at("model").text()
	if err == nil && name != "" {
		name, err = modelName(name, "model")
	}
	if err != nil {
		return nil, err
	}
	call := newCall(op, name)
	call.Pictures = &Pictures{inputs: inputs}
	var ignored []string
	for _, read := range []func(*Pictures, object) error{openaiPrompt, openaiCount, openaiLooks, openaiWay} {
		if err := read(call.Pictures, body); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"background", "output_format", "output_compression", "moderation", "input_fidelity"} {
		if n := body.at(name); !n.absent() && n.value.Str != "auto" {
			ignored = append(ignored, name)
		}
	}
	if name := "partial_images"; !body.at(name).off() {
		ignored = append(ignored, name)
	}
	call.Chat = &chat.Request{Ignored: ignored}
	call.Chat = call.Ask(call.Pictures.Count)
	return call, nil
}

func openaiPrompt(p *Pictures, body object) error {
	place := body.at("prompt")
	prompt, err := place.text()
	if err != nil {
		return err
	}
	return p.say(place, prompt)
}

// openaiCount reads n, which is a number in JSON and its digits in a form.
func openaiCount(p *Pictures, body object) error {
	place := body.at("n")
	switch {
	case place.absent():
		return p.number(place, 0, false)
	case place.value.Type == gjson.Number:
		return p.number(place, place.value.Num, true)
	}
	digits := strings.TrimSpace(place.value.Str)
	if place.value.Type == gjson.String && digits == "" {
		return p.number(place, 0, false)
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		return place.bad("must be a number")
	}
	return p.number(place, float64(n), true)
}

// openaiLooks reads size, quality and style.
func openaiLooks(p *Pictures, body object) error {
	place := body.at("size")
	size, err := place.text()
	if err != nil {
		return err
	}
	if err := p.size(place, strings.ToLower(size)); err != nil {
		return err
	}
	place = body.at("quality")
	quality, err := place.text()
	if err != nil {
		return err
	}
	if err := oneOf(place, quality, "auto", "standard", "hd", "low", "medium", "high"); err != nil {
		return err
	}
	if quality == "hd" || quality == "high" {
		p.wishes = append(p.wishes, "Quality: as fine and detailed as can be.")
	}
	place = body.at("style")
	style, err := place.text()
	if err != nil {
		return err
	}
	if style != "" {
		p.wishes = append(p.wishes, "Style: "+style+".")
	}
	return oneOf(place, style, "vivid", "natural")
}

// openaiWay reads how the pictures are to be handed over.
func openaiWay(p *Pictures, body object) error {
	if stream := body.at("stream"); !stream.off() {
		return stream.bad("must be false; a picture comes whole, so there is nothing to stream")
	}
	place := body.at("response_format")
	form, err := place.text()
	if err != nil {
		return err
	}
	p.Links = form == "url"
	return oneOf(place, form, "b64_json", "url")
}

type openaiGallery struct {
	Created int64           `json:"created"`
	Data    []openaiPicture `json:"data"`
	Format  string          `json:"output_format,omitempty"`
	Usage   openaiCost      `json:"usage"`
}

type openaiPicture struct {
	Bytes string `json:"b64_json,omitempty"`
	Link  string `json:"url,omitempty"`
}

type openaiCost struct {
	Input   int `json:"input_tokens"`
	Output  int `json:"output_tokens"`
	Total   int `json:"total_tokens"`
	Details struct {
		Text  int `json:"text_tokens"`
		Image int `json:"image_tokens"`
	} `json:"input_tokens_details"`
}

// openaiPictures is the answer of generations and edits. Where no link can be
// had the bytes take its place, as a data URL.
func openaiPictures(call *Call, answer chat.Answer, file func([]byte) string) any {
	gallery := openaiGallery{Created: call.Created.Unix(), Data: make([]openaiPicture, 0, len(answer.Media))}
	var spent chat.Tally
	for i, blob := range answer.Media {
		spent.AddFile()
		format := strings.TrimPrefix(blob.MIME, "image/")
		if i == 0 {
			gallery.Format = format
		} else if gallery.Format != format {
			gallery.Format = ""
		}
		if !call.Pictures.Links {
			gallery.Data = append(gallery.Data, openaiPicture{Bytes: file(blob.Data)})
			continue
		}
		link := call.link(blob)
		if link == "" {
			link = dataHead(blob) + file(blob.Data)
		}
		gallery.Data = append(gallery.Data, openaiPicture{Link: link})
	}
	gallery.Usage.count(call.Chat, spent)
	return gallery
}

func (c *openaiCost) count(asked *chat.Request, spent chat.Tally) {
	c.Input, c.Output = chat.EstimateTokens(asked), spent.Tokens()
	c.Total = c.Input + c.Output
	var seen chat.Tally
	for range chat.UniqueFiles(asked) {
		seen.AddFile()
	}
	if !seen.IsEmpty() {
		c.Details.Image = seen.Tokens()
	}
	c.Details.Text = c.Input - c.Details.Image
}
