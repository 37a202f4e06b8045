package gemini

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// decodePredict reads :predict, with which some clients ask for pictures:
// {instances: [{prompt}], parameters: {sampleCount, aspectRatio}}.
func decodePredict(call *dialect.Call, body dialect.Object) error {
	instances, err := body.Field("instances").AsListOrOne(dialect.MaxPictures)
	if err != nil {
		return err
	}
	if len(instances) != 1 {
		return body.Field("instances").NewError("must hold one instance with a prompt")
	}
	instance, err := instances[0].AsObject()
	if err != nil {
		return err
	}
	call.Pictures = new(dialect.Pictures)
	if err := readPrompt(call.Pictures, instance); err != nil {
		return err
	}
	parameters, err := body.Field("parameters").AsObject()
	if err != nil {
		return err
	}
	count := parameters.Field("sampleCount")
	if !count.IsAbsent() && count.Value.Type != gjson.Number {
		return count.NewError("must be a number")
	}
	if err := call.Pictures.SetCount(count, count.Value.Num, !count.IsAbsent()); err != nil {
		return err
	}
	if err := call.Pictures.SetAspectRatio(parameters.Field("aspectRatio")); err != nil {
		return err
	}
	call.Chat = call.PictureRequest(call.Pictures.Count)
	return nil
}

// decodeEdit reads :editImage: the body of generateContent with at least one
// picture in it, or {prompt, image: {mimeType, data}}.
func decodeEdit(call *dialect.Call, body dialect.Object) error {
	call.Pictures = new(dialect.Pictures)
	if body.Field("contents").IsAbsent() {
		if err := readPrompt(call.Pictures, body); err != nil {
			return err
		}
		if len(call.Pictures.Inputs) == 0 {
			return body.Field("image").NewError("is missing; send the picture to edit as {mimeType, data}")
		}
		call.Chat = call.PictureRequest(1)
		return nil
	}
	if err := decodeGenerate(call, body); err != nil {
		return err
	}
	if !hasPicture(call.Chat) {
		return body.Field("contents").NewError("must hold the picture to edit as inlineData")
	}
	call.Pictures.SetConversation(call.Chat.System, call.Chat.Turns)
	return nil
}

// hasPicture reports whether a conversation has a picture, or a link that may
// lead to one.
func hasPicture(req *chat.Request) bool {
	for _, blob := range chat.UniqueFiles(req) {
		if blob.Link != nil || strings.HasPrefix(blob.MIME, "image/") {
			return true
		}
	}
	return false
}

// readPrompt reads a prompt and the pictures beside it.
func readPrompt(p *dialect.Pictures, fields dialect.Object) error {
	place := fields.Field("prompt")
	prompt, err := place.AsText()
	if err != nil {
		return err
	}
	if err := p.SetPrompt(place, prompt); err != nil {
		return err
	}
	if mask := fields.Field("mask"); !mask.IsAbsent() {
		return dialect.MaskError(mask)
	}
	for _, name := range []string{"image", "images"} {
		images, err := fields.Field(name).AsListOrOne(dialect.MaxFiles)
		if err != nil {
			return err
		}
		for _, n := range images {
			blob, err := readPicture(n)
			if err != nil {
				return err
			}
			p.Inputs = append(p.Inputs, blob)
		}
	}
	if len(p.Inputs) > dialect.MaxFiles {
		return fields.Field("images").TooMany(dialect.MaxFiles, "elements")
	}
	return nil
}

// readPicture reads {mimeType, data}, also with the names that :predict has for
// the bytes.
func readPicture(n dialect.Node) (*chat.Blob, error) {
	fields, err := n.AsObject()
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"inlineData", "image"} {
		if inner := fields.Field(name); !inner.IsAbsent() {
			return readPicture(inner)
		}
	}
	mediaType, err := fields.Field("mimeType").AsText()
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(mediaType, "image/") {
		mediaType = "image/*"
	}
	for _, name := range []string{"bytesBase64Encoded", "imageBytes"} {
		if data := fields.Field(name); !data.IsAbsent() {
			return dialect.DecodeInline(data, mediaType)
		}
	}
	return dialect.DecodeInline(fields.Field("data"), mediaType)
}

// addAspectRatio adds the sentence for the wanted aspect ratio to the end of the
// question.
func addAspectRatio(call *dialect.Call, config dialect.Object) error {
	image, err := config.Field("imageConfig").AsObject()
	if err != nil {
		return err
	}
	sentence, err := dialect.ParseAspectRatio(image.Field("aspectRatio"))
	if err != nil || sentence == "" {
		return err
	}
	last := &call.Chat.Turns[len(call.Chat.Turns)-1]
	last.Parts = append(last.Parts, chat.Part{Text: sentence})
	return nil
}
