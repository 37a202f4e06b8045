package openai

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// decodeGeneration reads POST /v1/images/generations.
func decodeGeneration(r *http.Request) (*dialect.Call, error) {
	body, err := dialect.ReadBody(r, dialect.ExactNames)
	if err != nil {
		return nil, err
	}
	return decodePictures(dialect.Images, body, nil)
}

// decodePictures reads the fields that generations and edits have in common.
// inputs are the pictures to edit.
func decodePictures(op dialect.Operation, body dialect.Object, inputs []*chat.Blob) (*dialect.Call, error) {
	name, err := body.Field("model").AsText()
	if err == nil && name != "" {
		name, err = dialect.ParseModelName(name)
	}
	if err != nil {
		return nil, err
	}
	call := dialect.NewCall(op, name)
	call.Pictures = &dialect.Pictures{Inputs: inputs}
	var ignored []string
	for _, read := range []func(*dialect.Pictures, dialect.Object) error{readPrompt, readCount, readLooks, readResponseFormat} {
		if err := read(call.Pictures, body); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"background", "output_format", "output_compression", "moderation", "input_fidelity"} {
		if n := body.Field(name); !n.IsAbsent() && n.Value.Str != "auto" {
			ignored = append(ignored, name)
		}
	}
	if name := "partial_images"; !body.Field(name).IsOff() {
		ignored = append(ignored, name)
	}
	call.Chat = &chat.Request{Ignored: ignored}
	call.Chat = call.PictureRequest(call.Pictures.Count)
	return call, nil
}

func readPrompt(p *dialect.Pictures, body dialect.Object) error {
	place := body.Field("prompt")
	prompt, err := place.AsText()
	if err != nil {
		return err
	}
	return p.SetPrompt(place, prompt)
}

// readCount reads n: a number in JSON, its digits in a form.
func readCount(p *dialect.Pictures, body dialect.Object) error {
	place := body.Field("n")
	switch {
	case place.IsAbsent():
		return p.SetCount(place, 0, false)
	case place.Value.Type == gjson.Number:
		return p.SetCount(place, place.Value.Num, true)
	}
	digits := strings.TrimSpace(place.Value.Str)
	if place.Value.Type == gjson.String && digits == "" {
		return p.SetCount(place, 0, false)
	}
	n, err := strconv.Atoi(digits)
	if err != nil {
		return place.NewError("must be a number")
	}
	return p.SetCount(place, float64(n), true)
}

// readLooks reads size, quality and style.
func readLooks(p *dialect.Pictures, body dialect.Object) error {
	place := body.Field("size")
	size, err := place.AsText()
	if err != nil {
		return err
	}
	if err := p.SetSize(place, strings.ToLower(size)); err != nil {
		return err
	}
	place = body.Field("quality")
	quality, err := place.AsText()
	if err != nil {
		return err
	}
	if err := dialect.RequireOneOf(place, quality, "auto", "standard", "hd", "low", "medium", "high"); err != nil {
		return err
	}
	if quality == "hd" || quality == "high" {
		p.AddWish("Quality: as fine and detailed as can be.")
	}
	place = body.Field("style")
	style, err := place.AsText()
	if err != nil {
		return err
	}
	if style != "" {
		p.AddWish("Style: " + style + ".")
	}
	return dialect.RequireOneOf(place, style, "vivid", "natural")
}

// readResponseFormat reads whether the pictures are sent as bytes or addresses.
func readResponseFormat(p *dialect.Pictures, body dialect.Object) error {
	if stream := body.Field("stream"); !stream.IsOff() {
		return stream.NewError("must be false; a picture comes whole, so there is nothing to stream")
	}
	place := body.Field("response_format")
	form, err := place.AsText()
	if err != nil {
		return err
	}
	p.Links = form == "url"
	return dialect.RequireOneOf(place, form, "b64_json", "url")
}
