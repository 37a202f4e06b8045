package responses

import (
	"github.com/tidwall/gjson"

	"github.com/geminid/geminid/chat"
	"github.com/geminid/geminid/gateway/dialect"
)

// partKinds are the types of parts, for errors.
const partKinds = "input_text, input_image, input_file or output_text"

// readInput reads instructions and input.
func readInput(call *dialect.Call, told *details, body dialect.Object) error {
	req := call.Chat
	talk := &itemReader{call: call, req: req, told: told}
	if told.instructions != nil {
		if err := talk.AddInstruction(body.Field("instructions"), []chat.Part{{Text: *told.instructions}}); err != nil {
			return err
		}
	}
	history, err := recallHistory(call, told, body)
	if err != nil {
		return err
	}
	for _, raw := range history {
		if err := talk.readItem(dialect.StoredNode(string(raw), "the stored conversation", dialect.SnakeNames)); err != nil {
			return err
		}
	}
	place := body.Field("input")
	if err := talk.readOwn(place); err != nil {
		return err
	}
	if err := talk.endTurn(); err != nil {
		return err
	}
	return talk.FillRequest(req, place)
}

// readOwn reads the input itself: a text, or items.
func (r *itemReader) readOwn(place dialect.Node) error {
	if place.Value.Type == gjson.String {
		text, err := place.AsText()
		if err != nil {
			return err
		}
		r.keepItem(string(dialect.AppendJSON(nil, messageInput{"message", "user", text})))
		if err := r.endTurn(); err != nil {
			return err
		}
		return r.AddTurn(place, chat.User, []chat.Part{{Text: text}})
	}
	items, err := place.AsList(dialect.MaxTurns)
	if err != nil {
		return place.NewError("must be a string or an array of at most 4096 items")
	}
	for _, n := range items {
		if err := r.readItem(n.AsTable(itemFields)); err != nil {
			return err
		}
		if n.Value.Get("type").Str != "item_reference" {
			r.keepItem(n.JSONText())
		}
	}
	return nil
}

// messageInput is a message with a text.
type messageInput struct {
	Type    string `json:"type"`
	Role    string `json:"role"`
	Content string `json:"content"`
}

// keepItem keeps an item of the input for the store.
func (r *itemReader) keepItem(raw string) {
	if !r.told.store && r.told.conversation == "" {
		return
	}
	if item := storedItem(raw, r.call.ID, len(r.told.input)); item != nil {
		r.told.input = append(r.told.input, item)
	}
}

// itemReader makes turns of items.
type itemReader struct {
	dialect.Conversation
	call *dialect.Call
	req  *chat.Request
	told *details

	// The model's turn that is being read: a message, and the calls that follow it.
	place dialect.Node
	parts []chat.Part
	calls []chat.ToolCall
}

// endTurn ends the model's turn.
func (r *itemReader) endTurn() error {
	if r.parts == nil && r.calls == nil {
		return nil
	}
	parts, calls := r.parts, r.calls
	r.parts, r.calls = nil, nil
	return r.AddCalls(r.place, parts, calls)
}

func (r *itemReader) addCall(place dialect.Node, call chat.ToolCall) {
	r.place = place
	r.calls = append(r.calls, call)
}

func (r *itemReader) addResult(place dialect.Node, id string, parts []chat.Part) error {
	if err := r.endTurn(); err != nil {
		return err
	}
	return r.AddResult(place, chat.ToolResult{CallID: id}, parts)
}

// readItem reads an item of any type.
func (r *itemReader) readItem(n dialect.Node) error {
	if n.IsAbsent() {
		return n.NewError("must be an object")
	}
	item, err := n.AsObject()
	if err != nil {
		return err
	}
	kind, err := item.Field("type").AsText()
	if err != nil {
		return err
	}
	if id := item.Field("id"); kind != "item_reference" && !id.IsAbsent() {
		if _, err := id.AsText(); err != nil {
			return err
		}
		id.DropField()
	}
	if names, ok := kindFields[kind]; ok {
		if err := item.DropOthers(kind == "" || kind == "message", names...); err != nil {
			return err
		}
	}
	switch kind {
	case "", "message":
		return r.readMessage(item)
	case "function_call", "custom_tool_call":
		return r.readCall(item, kind == "custom_tool_call")
	case "function_call_output", "custom_tool_call_output":
		return r.readResult(item)
	case "reasoning":
		return readThoughts(item)
	case "image_generation_call":
		return r.readPicture(item)
	case "additional_tools":
		return readToolList(r.req, r.told, item.Field("tools"))
	case "item_reference":
		return r.readReference(n, item.Field("id"))
	case "compaction":
		return n.NewError("holds a summary that only the server that made it can read; send the items themselves")
	case "web_search_call", "compaction_trigger", "configuration_update", "mcp_list_tools":
		n.DropField()
		return nil
	}
	return r.readOwnTool(n, item, kind)
}

// readReference reads the item that another one refers to.
func (r *itemReader) readReference(n, place dialect.Node) error {
	id, err := place.AsText()
	if err != nil {
		return err
	}
	item, err := recallItem(r.call, n, id)
	if err != nil {
		return err
	}
	if item.Value.Get("type").Str == "item_reference" {
		return n.NewError("refers to a reference")
	}
	r.keepItem(item.JSONText())
	return r.readItem(item)
}

func (r *itemReader) readMessage(item dialect.Object) error {
	role, err := item.Field("role").AsText()
	if err != nil {
		return err
	}
	place := item.Field("content")
	parts, err := dialect.ReadContent(place, partKinds)
	if err != nil {
		return err
	}
	files, err := dialect.ReadFileFields(item)
	if err != nil {
		return err
	}
	parts = append(parts, files...)
	if err := r.endTurn(); err != nil {
		return err
	}
	switch role {
	case "system", "developer":
		return r.AddInstruction(place, parts)
	case "user":
		return r.AddTurn(place, chat.User, parts)
	case "assistant":
		r.place, r.parts = place, parts
		return nil
	}
	return item.Field("role").NewError("must be user, assistant, system or developer")
}

// readThoughts reads an item with the thoughts of an earlier answer, which are not
// shown to the model again. Those that are sealed by another server are named.
func readThoughts(item dialect.Object) error {
	place := item.Field("encrypted_content")
	text, err := place.AsText()
	if err != nil {
		return err
	}
	if _, ok := openThoughts(text); !ok && text != "" {
		place.DropField()
	}
	if content := item.Field("content"); !content.IsAbsent() {
		content.DropField()
	}
	return nil
}

// readPicture reads a picture that the model made.
func (r *itemReader) readPicture(item dialect.Object) error {
	place := item.Field("result")
	if place.Value.String() == "" {
		return nil // it was never made
	}
	picture, err := dialect.DecodeBase64(place)
	if err != nil {
		return err
	}
	if err := r.endTurn(); err != nil {
		return err
	}
	return r.AddTurn(place, chat.Agent, []chat.Part{{Blob: picture}})
}
