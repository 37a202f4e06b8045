package dialect

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
)

// geminiPredict reads :predict, the form in which some clients ask for pictures:
// {instances: [{prompt}], parameters: {sampleCount, aspectRatio}}.
func geminiPredict(call *Call, body object) error {
	instances, err := body.at("instances").some(maxPictures)
	if err != nil {
		return err
	}
	if len(instances) != 1 {
		return body.at("instances").bad("must hold one instance with a prompt")
	}
	instance, err := instances[0].object()
	if err != nil {
		return err
	}
	call.Pictures = new(Pictures)
	if err := geminiPrompt(call.Pictures, instance); err != nil {
		return err
	}
	parameters, err := body.at("parameters").object()
	if err != nil {
		return err
	}
	count := parameters.at("sampleCount")
	if !count.absent() && count.value.Type != gjson.Number {
		return count.bad("must be a number")
	}
	if err := call.Pictures.number(count, count.value.Num, !count.absent()); err != nil {
		return err
	}
	words, err := ratio(parameters.at("aspectRatio"))
	if err != nil {
		return err
	}
	if words != "" {
		call.Pictures.wishes = append(call.Pictures.wishes, words)
	}
	call.Chat = call.Ask(call.Pictures.Count)
	return nil
}

// geminiEdit reads :editImage: the body of generateContent with at least one
// picture in it, or {prompt, image: {mimeType, data}}.
func geminiEdit(call *Call, body object) error {
	call.Pictures = new(Pictures)
	if body.at("contents").absent() {
		if err := geminiPrompt(call.Pictures, body); err != nil {
			return err
		}
		if len(call.Pictures.inputs) == 0 {
			return body.at("image").bad("is missing; send the picture to edit as {mimeType, data}")
		}
		call.Chat = call.Ask(1)
		return nil
	}
	if err := geminiGenerate(call, body); err != nil {
		return err
	}
	if !seesPicture(call.Chat) {
		return body.at("contents").bad("must hold the picture to edit as inlineData")
	}
	call.Pictures.system, call.Pictures.turns = call.Chat.System, call.Chat.Turns
	return nil
}

// seesPicture reports whether a conversation has a picture in it, or a link that
// may lead to one.
func seesPicture(req *chat.Request) bool {
	for _, blob := range chat.UniqueFiles(req) {
		if blob.Link != nil || strings.HasPrefix(blob.MIME, "image/") {
			return true
		}
	}
	return false
}

// geminiPrompt reads a prompt and the pictures beside it.
func geminiPrompt(p *Pictures, fields object) error {
	place := fields.at("prompt")
	prompt, err := place.text()
	if err != nil {
		return err
	}
	if err := p.say(place, prompt); err != nil {
		return err
	}
	if mask := fields.at("mask"); !mask.absent() {
		return mask.bad("is not offered; say in the prompt which part of the picture shall change")
	}
	for _, name := range []string{"image", "images"} {
		images, err := fields.at(name).some(maxFiles)
		if err != nil {
			return err
		}
		for _, n := range images {
			blob, err := geminiPicture(n)
			if err != nil {
				return err
			}
			p.inputs = append(p.inputs, blob)
		}
	}
	if len(p.inputs) > maxFiles {
		return tooMany(fields.at("images"), maxFiles, "elements")
	}
	return nil
}

// geminiPicture reads {mimeType, data}, and the names that :predict has for the
// bytes.
func geminiPicture(n node) (*chat.Blob, error) {
	fields, err := n.object()
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"inlineData", "image"} {
		if inner := fields.at(name); !inner.absent() {
			return geminiPicture(inner)
		}
	}
	mediaType, err := fields.at("mimeType").text()
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(mediaType, "image/") {
		mediaType = "image/*"
	}
	for _, name := range []string{"bytesBase64Encoded", "imageBytes"} {
		if data := fields.at(name); !data.absent() {
			return inline(data, mediaType)
		}
	}
	return inline(fields.at("data"), mediaType)
}

// geminiFormat tells the wanted aspect ratio in words at the end of a question.
func geminiFormat(call *Call, config object) error {
	image, err := config.at("imageConfig").object()
	if err != nil {
		return err
	}
	words, err := ratio(image.at("aspectRatio"))
	if err != nil || words == "" {
		return err
	}
	last := &call.Chat.Turns[len(call.Chat.Turns)-1]
	last.Parts = append(last.Parts, chat.Part{Text: words})
	return nil
}

type geminiPrediction struct {
	MIME string `json:"mimeType"`
	Data string `json:"bytesBase64Encoded"`
}

// geminiPredictions is the answer of :predict.
func geminiPredictions(answer chat.Answer, file func([]byte) string) any {
	made := make([]geminiPrediction, 0, len(answer.Media))
	for _, blob := range answer.Media {
		made = append(made, geminiPrediction{blob.MIME, file(blob.Data)})
	}
	return struct {
		Predictions []geminiPrediction `json:"predictions"`
	}{made}
}
