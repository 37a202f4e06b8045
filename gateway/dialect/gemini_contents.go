package dialect

import (
	"strings"

	"github.com/geminid/geminid/chat"
)

// geminiContents reads systemInstruction and contents.
func geminiContents(body object) (*conversation, error) {
	talk := new(conversation)
	if err := geminiSystem(talk, body.at("systemInstruction")); err != nil {
		return nil, err
	}
	contents, err := body.at("contents").some(maxTurns)
	if err != nil {
		return nil, err
	}
	if len(contents) == 0 {
		return nil, body.at("contents").bad("must hold at least one turn")
	}
	for _, n := range contents {
		if err := geminiContent(talk, n); err != nil {
			return nil, err
		}
	}
	return talk, nil
}

// geminiSystem reads {parts:[…]} and the bare string that some clients send.
func geminiSystem(talk *conversation, n node) error {
	if text, err := n.text(); err == nil {
		return talk.instruct(n, []chat.Part{{Text: text}})
	}
	content, err := n.object()
	if err != nil {
		return n.bad("must be an object with parts, or a string")
	}
	parts, err := geminiParts(content.at("parts"))
	if err != nil {
		return err
	}
	return talk.instruct(n, parts)
}

func geminiContent(talk *conversation, n node) error {
	content, err := n.object()
	if err != nil {
		return err
	}
	role, err := content.at("role").text()
	if err != nil {
		return err
	}
	place := content.at("parts")
	parts, err := geminiParts(place)
	if err != nil {
		return err
	}
	switch strings.ToLower(role) {
	case "", "user", "function":
		return talk.say(place, chat.User, parts)
	case "model":
		return talk.say(place, chat.Agent, parts)
	case "system":
		return talk.instruct(place, parts)
	default:
		return content.at("role").bad("must be user or model")
	}
}

func geminiParts(place node) ([]chat.Part, error) {
	nodes, err := place.some(maxParts)
	if err != nil {
		return nil, err
	}
	if len(nodes) == 0 {
		return nil, place.bad("must hold at least one part")
	}
	var parts []chat.Part
	for _, n := range nodes {
		if n.value.IsArray() || n.absent() {
			return nil, n.bad("must be an object")
		}
		fields, err := n.object()
		if err != nil {
			return nil, err
		}
		part, err := geminiPart(fields)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part...)
	}
	return parts, nil
}

// geminiPart reads one part. Some clients put a file and the words about it into
// the same one: these become two, words first.
func geminiPart(fields object) ([]chat.Part, error) {
	text, err := geminiText(fields)
	if err != nil {
		return nil, err
	}
	parts := []chat.Part{text}
	for _, file := range []struct {
		field string
		read  func(node) (*chat.Blob, error)
	}{{"fileData", geminiRemote}, {"inlineData", geminiBlob}} {
		if n := fields.at(file.field); !n.absent() {
			blob, err := file.read(n)
			if err != nil {
				return nil, err
			}
			parts = append(parts, chat.Part{Blob: blob})
		}
	}
	return parts, nil
}

// geminiText reads a part's words. What holds nothing for the model, such as a
// thought sent back or a lone signature, comes out empty.
func geminiText(fields object) (chat.Part, error) {
	text, err := fields.at("text").text()
	if err != nil {
		return chat.Part{}, err
	}
	thought, err := fields.at("thought").flag()
	switch {
	case err != nil || thought:
		return chat.Part{}, err
	case text != "":
		return chat.Part{Text: text}, nil
	}
	for _, told := range []struct{ field, title string }{
		{"functionCall", "Function call: "},
		{"functionResponse", "Function response: "},
		{"executableCode", "Code: "},
		{"codeExecutionResult", "Code result: "},
	} {
		if n := fields.at(told.field); !n.absent() {
			return chat.Part{Text: told.title + n.told()}, nil
		}
	}
	return chat.Part{}, nil
}

// geminiRemote reads {fileUri}. Files of Google's own Files API have such an
// address too, and can not be read with it.
func geminiRemote(n node) (*chat.Blob, error) {
	fields, err := n.object()
	if err != nil {
		return nil, err
	}
	place := fields.at("fileUri")
	if text, err := place.text(); err != nil || text == "" {
		return nil, place.bad("must be an https address; send other files as inlineData")
	}
	return located(place)
}

func geminiBlob(n node) (*chat.Blob, error) {
	fields, err := n.object()
	if err != nil {
		return nil, err
	}
	mediaType, err := fields.at("mimeType").text()
	if err != nil {
		return nil, err
	}
	name, err := fields.at("displayName").text()
	if err != nil {
		return nil, err
	}
	blob, err := inline(fields.at("data"), mediaType)
	if err != nil {
		return nil, err
	}
	blob.Name = fileName(name)
	return blob, nil
}
