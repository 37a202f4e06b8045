package gemini

import (
	"strings"

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
	if err := quotedNumber(count); err != nil && !count.IsAbsent() {
		return err
	}
	if err := call.Pictures.SetCount(count, count.Value.Float(), !count.IsAbsent()); err != nil {
		return err
	}
	if err := readLooks(call.Pictures, parameters); err != nil {
		return err
	}
	call.Chat = call.PictureRequest(call.Pictures.Count)
	return nil
}

func readLooks(p *dialect.Pictures, parameters dialect.Object) error {
	for _, name := range []string{"sampleImageSize", "imageSize"} {
		if err := p.SetSize(parameters.Field(name)); err != nil {
			return err
		}
	}
	if err := p.SetAspectRatio(parameters.Field("aspectRatio")); err != nil {
		return err
	}
	return p.SetNegative(parameters.Field("negativePrompt"))
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
	if err := addBeside(call.Chat, body); err != nil {
		return err
	}
	if !hasPicture(call.Chat) {
		return body.Field("contents").NewError("must hold the picture to edit as inlineData")
	}
	call.Pictures.SetConversation(call.Chat.System, call.Chat.Turns)
	return nil
}

// addBeside adds what stands beside contents, a prompt and pictures, to the last
// turn.
func addBeside(req *chat.Request, body dialect.Object) error {
	parts, err := dialect.ReadFileFields(body)
	if err != nil {
		return err
	}
	prompt, err := body.Field("prompt").AsText()
	if err != nil {
		return err
	}
	last := &req.Turns[len(req.Turns)-1]
	last.Parts = append(last.Parts, dialect.DropBlankParts(append(parts, chat.Part{Text: prompt}))...)
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
	files, err := dialect.ReadFileFields(fields)
	if err != nil {
		return err
	}
	for _, part := range files {
		if err := dialect.RequirePicture(part.Blob); err != nil {
			return err
		}
		p.Inputs = append(p.Inputs, part.Blob)
	}
	if len(p.Inputs) > dialect.MaxFiles {
		return fields.Field("images").TooMany(dialect.MaxFiles, "elements")
	}
	return nil
}
