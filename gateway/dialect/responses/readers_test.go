package responses_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// The readers below are written from the clients' point of view and share nothing with
// the encoders.

// readEvents reads server-sent events, each with its name, in one line each.
func readEvents(written [][]byte) (events []map[string]any, comments int, err error) {
	stream := string(bytes.Join(written, nil))
	if stream != "" && !strings.HasSuffix(stream, "\n\n") {
		return nil, 0, fmt.Errorf("the last event is not closed")
	}
	for block := range strings.SplitSeq(strings.TrimSuffix(stream, "\n\n"), "\n\n") {
		name, data, ok := strings.Cut(block, "\n")
		if !ok {
			if !strings.HasPrefix(block, ":") && block != "" {
				return nil, 0, fmt.Errorf("neither an event nor a comment: %.80q", block)
			}
			comments++
			continue
		}
		name, named := strings.CutPrefix(name, "event: ")
		data, filled := strings.CutPrefix(data, "data: ")
		var event map[string]any
		if err := json.Unmarshal([]byte(data), &event); err != nil || !named || !filled || strings.ContainsAny(data, "\u0085\u2028\u2029") {
			return nil, 0, fmt.Errorf("a broken event %.80q: %v", block, err)
		}
		if event["type"] != name || event["sequence_number"] != float64(len(events)) {
			return nil, 0, fmt.Errorf("event %d is named %q, has type %v and number %v", len(events), name, event["type"], event["sequence_number"])
		}
		events = append(events, event)
	}
	return events, comments, nil
}

// reader puts a response together from its events as they come.
type reader struct {
	items  []map[string]any // closed ones, by index
	open   map[int]*openItem
	status string
	failed string // the message of a failure

	text, thoughts string
	pictures       []string
}

type openItem struct {
	id, kind string
	part     string // "", then "open", then "done"
	text     string
	done     bool // the text is done
}

// read takes all events. Each must be allowed where it comes.
func (r *reader) read(events []map[string]any) error {
	r.open = make(map[int]*openItem)
	for i, event := range events {
		if r.status != "" {
			return fmt.Errorf("event %v behind the end", event)
		}
		if err := r.readEvent(i, event); err != nil {
			return fmt.Errorf("%w: %v", err, event)
		}
	}
	return nil
}

func (r *reader) readEvent(i int, event map[string]any) error {
	kind, _ := event["type"].(string)
	switch first := kind == "response.created" || kind == "response.in_progress"; {
	case first != (i < 2) || i == 0 && kind != "response.created":
		return fmt.Errorf("the response does not begin with its first two events")
	case first:
		response, _ := event["response"].(map[string]any)
		if response["status"] != "in_progress" || len(response["output"].([]any)) != 0 || response["id"] == "" || response["model"] == "" || response["created_at"].(float64) < 1 {
			return fmt.Errorf("a response that does not begin")
		}
		return nil
	case strings.HasPrefix(kind, "response.") && event["response"] != nil:
		return r.end(kind, event["response"].(map[string]any))
	}
	index := int(event["output_index"].(float64))
	item, _ := event["item"].(map[string]any)
	at := r.open[index]
	switch {
	case kind == "response.output_item.added":
		if at != nil || index != len(r.items) || item["status"] != "in_progress" {
			return fmt.Errorf("an item that is open already, or not the next")
		}
		r.items = append(r.items, nil)
		r.open[index] = &openItem{id: item["id"].(string), kind: item["type"].(string)}
		return nil
	case at == nil:
		return fmt.Errorf("an event of an item that is not open")
	case kind == "response.output_item.done":
		return r.close(index, at, item)
	case event["item_id"] != at.id:
		return fmt.Errorf("an event of another item")
	}
	return at.readPart(kind, event)
}

// readPart reads an event of an item's content.
func (at *openItem) readPart(kind string, event map[string]any) error {
	switch kind {
	case "response.content_part.added", "response.reasoning_summary_part.added":
		if at.part != "" {
			return fmt.Errorf("a second part")
		}
		at.part = "open"
	case "response.output_text.delta", "response.reasoning_summary_text.delta":
		if at.part != "open" || at.done {
			return fmt.Errorf("text without a part")
		}
		at.text += event["delta"].(string)
	case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta":
		at.text += event["delta"].(string)
	case "response.output_text.done", "response.reasoning_summary_text.done":
		if event["text"] != at.text {
			return fmt.Errorf("the text is %q so far", at.text)
		}
		at.done = true
	case "response.function_call_arguments.done":
		at.done = event["arguments"] == at.text
	case "response.custom_tool_call_input.done":
		at.done = event["input"] == at.text
	case "response.content_part.done", "response.reasoning_summary_part.done":
		part := event["part"].(map[string]any)
		if !at.done || part["text"] != at.text {
			return fmt.Errorf("a part that is not what was said")
		}
		at.part = "done"
	case "response.output_text.annotation.added", "response.image_generation_call.in_progress",
		"response.image_generation_call.generating", "response.image_generation_call.completed":
	default:
		return fmt.Errorf("an unknown event")
	}
	return nil
}

func (r *reader) close(index int, at *openItem, item map[string]any) error {
	delete(r.open, index)
	r.items[index] = item
	if item["id"] != at.id || item["type"] != at.kind {
		return fmt.Errorf("another item")
	}
	whole := ""
	switch at.kind {
	case "message":
		whole = item["content"].([]any)[0].(map[string]any)["text"].(string)
		r.text += whole
	case "reasoning":
		whole = item["summary"].([]any)[0].(map[string]any)["text"].(string)
		r.thoughts += whole
	case "function_call":
		whole = item["arguments"].(string)
	case "custom_tool_call":
		whole = item["input"].(string)
	case "image_generation_call":
		r.pictures = append(r.pictures, item["result"].(string))
		return nil
	}
	if !at.done || whole != at.text || item["status"] == "in_progress" {
		return fmt.Errorf("an item that is not what was said, %q", at.text)
	}
	return nil
}

// end reads the last event, which has everything again.
func (r *reader) end(kind string, response map[string]any) error {
	r.status, _ = response["status"].(string)
	if kind != "response."+r.status {
		return fmt.Errorf("another status than the event")
	}
	output, _ := response["output"].([]any)
	if r.status == "failed" {
		r.failed, _ = response["error"].(map[string]any)["message"].(string)
		return nil
	}
	if len(r.open) > 0 || len(output) != len(r.items) || response["usage"].(map[string]any)["total_tokens"].(float64) < 1 {
		return fmt.Errorf("%d items are open, %d of %d are there at the end", len(r.open), len(output), len(r.items))
	}
	for i, item := range output {
		if !reflect.DeepEqual(item, any(r.items[i])) {
			return fmt.Errorf("item %d is another one at the end", i)
		}
	}
	return nil
}

// kinds are the types of events, those in a row once.
func kinds(events []map[string]any) []string {
	var out []string
	for _, event := range events {
		out = append(out, strings.TrimPrefix(event["type"].(string), "response."))
	}
	return slices.Compact(out)
}
