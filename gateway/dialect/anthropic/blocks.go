package anthropic

import (
	"strings"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// The types of blocks that are read. Those of tools that ran at Anthropic end in
// toolUse and toolResult too, and are passed on as text.
const (
	textBlock         = "text"
	imageBlock        = "image"
	documentBlock     = "document"
	searchBlock       = "search_result"
	thinkingBlock     = "thinking"
	redactedBlock     = "redacted_thinking"
	toolUseBlock      = "tool_use"
	toolResultBlock   = "tool_result"
	toolReference     = "tool_reference"
	foreignUseSuffix  = "_" + toolUseBlock
	foreignDoneSuffix = "_" + toolResultBlock
)

// blockKinds are the types of blocks that have a table.
var blockKinds = []string{textBlock, imageBlock, documentBlock, searchBlock, thinkingBlock, redactedBlock, toolUseBlock, toolResultBlock}

// addBlock reads one block.
func (c *content) addBlock(n dialect.Node) error {
	if n.IsAbsent() {
		return n.NewError("must be an object")
	}
	kind := n.Value.Get("type").Str
	if strings.HasSuffix(kind, foreignUseSuffix) || strings.HasSuffix(kind, foreignDoneSuffix) || kind == toolReference {
		c.parts = append(c.parts, chat.Part{Text: kind + ": " + n.JSONText()})
		return nil
	}
	table, known := blockTables[kind]
	if !known {
		n.Path += ".type"
		return n.NewError("must be text, image, document, search_result, thinking, tool_use or tool_result")
	}
	fields, err := n.AsTable(table).AsObject()
	if err != nil {
		return err
	}
	switch kind {
	case textBlock:
		return c.addText(fields.Field("text"))
	case imageBlock, documentBlock:
		return c.addFile(fields)
	case searchBlock:
		return c.addSearchResult(fields)
	case toolUseBlock:
		return c.addCall(fields)
	case toolResultBlock:
		return c.addResult(fields)
	default: // a thought, which is not sent again
		return nil
	}
}

func (c *content) addText(place dialect.Node) error {
	text, err := place.AsText()
	if err == nil && text != "" {
		c.parts = append(c.parts, chat.Part{Text: text})
	}
	return err
}

// addFile reads an image or a document. A document may also be text, or blocks.
func (c *content) addFile(fields dialect.Object) error {
	place := fields.Field("source")
	for _, name := range []string{"title", "context"} {
		if err := c.addText(fields.Field(name)); err != nil {
			return err
		}
	}
	table := fileFields
	kind := place.Value.Get("type").Str
	switch kind {
	case "text":
		table = textFields
	case "content":
		table = innerFields
	}
	source, err := place.AsTable(table).AsObject()
	if err != nil {
		return err
	}
	switch kind {
	case "text":
		return c.addText(source.Field("data"))
	case "content":
		return c.addInner(source.Field("content"))
	}
	files, err := dialect.ReadObjectFiles(source)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return place.NewError("holds no file; send base64, or an https address")
	}
	c.parts = append(c.parts, files...)
	return nil
}

// addSearchResult reads a page that the client found.
func (c *content) addSearchResult(fields dialect.Object) error {
	for _, name := range []string{"title", "source"} {
		if err := c.addText(fields.Field(name)); err != nil {
			return err
		}
	}
	return c.addInner(fields.Field("content"))
}

// addInner reads the blocks of a document or a page, which hold no calls.
func (c *content) addInner(place dialect.Node) error {
	inner, err := readContent(place)
	if err == nil && len(inner.calls)+len(inner.results) > 0 {
		err = place.NewError("must not hold calls or results")
	}
	c.parts = append(c.parts, inner.parts...)
	return err
}

// addCall reads an earlier call.
func (c *content) addCall(fields dialect.Object) (err error) {
	var call chat.ToolCall
	if call.ID, err = fields.Field("id").AsText(); err != nil {
		return err
	}
	name := fields.Field("name")
	if call.Name, err = name.AsText(); err != nil {
		return err
	}
	if call.Name == "" {
		return name.NewError("must name the tool")
	}
	input := fields.Field("input")
	switch {
	case input.IsAbsent():
		call.Arguments = "{}"
	case !input.Value.IsObject():
		return input.NewError("must be an object")
	default:
		call.Arguments = input.JSONText()
	}
	c.calls = append(c.calls, call)
	return nil
}

// addResult reads the result of a call.
func (c *content) addResult(fields dialect.Object) (err error) {
	var result dialect.Result
	if result.CallID, err = fields.Field("tool_use_id").AsText(); err != nil {
		return err
	}
	if result.Failed, err = fields.Field("is_error").AsBool(); err != nil {
		return err
	}
	var inner content
	err = inner.addInner(fields.Field("content"))
	result.Parts = inner.parts
	c.results = append(c.results, result)
	return err
}
