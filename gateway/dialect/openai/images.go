package openai

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// decodePictureJSON reads POST /v1/images/generations, and edits in JSON.
func decodePictureJSON(r *http.Request, op dialect.Operation, deployment string) (*dialect.Call, error) {
	body, err := dialect.ReadBody(r, dialect.SnakeNames, pictureFields)
	if err != nil {
		return nil, err
	}
	return decodePictures(op, body, nil, deployment)
}

// decodePictures reads the fields that generations and edits have in common.
// inputs are the pictures to edit that came in a form, deployment the model of a body
// that names none.
func decodePictures(op dialect.Operation, body dialect.Object, inputs []*chat.Blob, deployment string) (*dialect.Call, error) {
	name, err := body.Field("model").AsText()
	if name = cmp.Or(name, deployment); err == nil && name != "" {
		name, err = dialect.ParseModelName(name)
	}
	if err != nil {
		return nil, err
	}
	files, err := dialect.ReadFileFields(body)
	if err != nil {
		return nil, err
	}
	for _, part := range files {
		if err := dialect.RequirePicture(part.Blob); err != nil {
			return nil, err
		}
		inputs = append(inputs, part.Blob)
	}
	switch {
	case len(inputs) > dialect.MaxFiles:
		return nil, body.Field("images").TooMany(dialect.MaxFiles, "files")
	case op == dialect.Edits && len(inputs) == 0:
		return nil, body.Field("image").NewError("is missing; send the picture to edit")
	}
	call := dialect.NewCall(op, name)
	call.Pictures = &dialect.Pictures{Inputs: inputs}
	for _, read := range []func(*dialect.Pictures, dialect.Object) error{readPrompt, readCount, readSize, readLooks, readResponseFormat} {
		if err := read(call.Pictures, body); err != nil {
			return nil, err
		}
	}
	call.Chat = &chat.Request{Ignored: body.Ignored()}
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
	for _, name := range []string{"num_images", "batch_size"} {
		if other := body.Field(name); place.IsAbsent() {
			place = other
		} else if !other.IsAbsent() && other.Value.String() != place.Value.String() {
			return other.NewError("says another number than " + place.Path)
		}
	}
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

// readSize reads the wishes for size and aspect ratio, whatever a client calls
// them.
func readSize(p *dialect.Pictures, body dialect.Object) error {
	for _, name := range []string{"size", "image_size", "resolution"} {
		if err := p.SetSize(body.Field(name)); err != nil {
			return err
		}
	}
	if err := p.SetSides(body.Field("width"), body.Field("height")); err != nil {
		return err
	}
	if err := p.SetAspectRatio(body.Field("aspect_ratio")); err != nil {
		return err
	}
	config, err := body.Field("image_config").AsObject()
	if err != nil {
		return err
	}
	if err := p.SetAspectRatio(config.Field("aspect_ratio")); err != nil {
		return err
	}
	return p.SetSize(config.Field("image_size"))
}

// readLooks reads quality, style and negative_prompt.
func readLooks(p *dialect.Pictures, body dialect.Object) error {
	place := body.Field("quality")
	quality, err := place.AsText()
	if err != nil {
		return err
	}
	switch quality = strings.ToLower(quality); quality {
	case "1k", "2k", "4k":
		if err := p.SetSize(place); err != nil {
			return err
		}
	case "hd", "high":
		p.AddWish("Quality: as fine and detailed as can be.")
	default:
		if err := dialect.RequireOneOf(place, quality, "auto", "standard", "hd", "low", "medium", "high"); err != nil {
			return err
		}
	}
	place = body.Field("style")
	style, err := place.AsText()
	if err != nil {
		return err
	}
	if style = strings.ToLower(style); style != "" {
		p.AddWish("Style: " + style + ".")
	}
	if err := dialect.RequireOneOf(place, style, "vivid", "natural"); err != nil {
		return err
	}
	return p.SetNegative(body.Field("negative_prompt"))
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
	form = strings.ToLower(form)
	p.Links = form == "url"
	return dialect.RequireOneOf(place, form, "b64_json", "url")
}
