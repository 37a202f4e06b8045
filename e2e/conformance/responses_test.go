package conformance_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/conversations"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/packages/respjson"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"

	"github.com/geminid/geminid/e2e/harness"
)

// missing returns the fields that the SDK's type of v requires and that did not come, as
// deep as the types go. A variant that the SDK does not know counts as missing.
func missing(path string, v reflect.Value) (found []string) {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return []string{path + " is of a type that the SDK does not know"}
		}
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			found = append(found, missing(fmt.Sprintf("%s[%d]", path, i), v.Index(i))...)
		}
		return found
	case reflect.Struct:
	default:
		return nil
	}
	if variant := v.MethodByName("AsAny"); variant.IsValid() {
		return missing(path, variant.Call(nil)[0])
	}
	meta := v.FieldByName("JSON")
	if !meta.IsValid() || strings.HasSuffix(v.Type().Name(), "Union") {
		return nil
	}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		came, ok := reflect.Value{}, false
		if inner := meta.FieldByName(field.Name); inner.IsValid() {
			came, ok = inner, true
		}
		if !ok || name == "-" {
			continue
		}
		state := came.Interface().(respjson.Field)
		required := field.Tag.Get("api") == "required" || field.Tag.Get("default") != ""
		switch {
		case state.Raw() == respjson.Omitted && required:
			found = append(found, path+"."+name)
		case state.Valid():
			found = append(found, missing(path+"."+name, v.Field(i))...)
		}
	}
	return found
}

// checkEvent checks an event of a stream.
func checkEvent(t *testing.T, event responses.ResponseStreamEventUnion) {
	t.Helper()
	if found := missing(event.Type, reflect.ValueOf(event)); found != nil {
		t.Errorf("missing: %v\nin %s", found, event.RawJSON())
	}
}

// TestResponseEvents: the SDK's types know every event that a stream can have, with all
// that they require.
func TestResponseEvents(t *testing.T) {
	streams, err := os.ReadFile(filepath.Join(harness.Root(), "gateway", "dialect", "responses", "testdata", "events.golden"))
	if err != nil {
		t.Fatal(err)
	}
	kinds := make(map[string]bool)
	for line := range strings.Lines(string(streams)) {
		data, ok := strings.CutPrefix(line, "data: ")
		if !ok {
			continue
		}
		var event responses.ResponseStreamEventUnion
		if err := json.Unmarshal([]byte(data), &event); err != nil {
			t.Fatal(err)
		}
		checkEvent(t, event)
		kinds[event.Type] = true
	}
	if len(kinds) != 23 {
		t.Errorf("%d types of events were seen: %v", len(kinds), kinds)
	}
}

// TestMissingFindsFaults: the check above finds what it is for.
func TestMissingFindsFaults(t *testing.T) {
	for _, fault := range []string{
		`{"type":"response.unheard"}`, `{"type":"response.output_text.delta","delta":"a","item_id":"m","output_index":0,"content_index":0,"logprobs":[]}`,
		`{"type":"response.output_item.done","sequence_number":1,"output_index":0,"item":{"type":"message","id":"m","role":"assistant","status":"completed","content":[{"type":"output_text","text":"a"}]}}`,
	} {
		var event responses.ResponseStreamEventUnion
		if err := json.Unmarshal([]byte(fault), &event); err != nil {
			t.Fatal(err)
		}
		if missing(event.Type, reflect.ValueOf(event)) == nil {
			t.Errorf("nothing is missing in %s", fault)
		}
	}
}

func testResponses(t *testing.T, w world) {
	client := w.openAI()
	words := harness.Secret("the heron waited for 紅茶 and 😀 at dawn")
	ask := responses.ResponseNewParams{
		Model: textModel, Input: responses.ResponseNewParamsInputUnion{OfString: openai.String(words)},
		Reasoning: shared.ReasoningParam{Summary: shared.ReasoningSummaryAuto},
	}
	t.Run("whole", func(t *testing.T) {
		got, err := client.Responses.New(t.Context(), ask)
		if err != nil {
			t.Fatal(err)
		}
		if found := missing("response", reflect.ValueOf(*got)); found != nil {
			t.Errorf("missing: %v\nin %s", found, got.RawJSON())
		}
		if !strings.Contains(got.OutputText(), words) || got.Status != responses.ResponseStatusCompleted || got.Model != textModel || got.Usage.TotalTokens < 1 {
			t.Errorf("got %s", got.RawJSON())
		}
	})
	t.Run("stream", func(t *testing.T) {
		stream := client.Responses.NewStreaming(t.Context(), ask)
		text, last, pieces := "", responses.Response{}, 0
		for i := int64(0); stream.Next(); i++ {
			event := stream.Current()
			checkEvent(t, event)
			if event.SequenceNumber != i {
				t.Errorf("event %d has the number %d", i, event.SequenceNumber)
			}
			switch event := event.AsAny().(type) {
			case responses.ResponseTextDeltaEvent:
				text += event.Delta
				pieces++
			case responses.ResponseCompletedEvent:
				last = event.Response
			}
		}
		if err := stream.Err(); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(text, words) || last.OutputText() != text || pieces < 2 {
			t.Errorf("%d pieces with %q, at the end %s", pieces, text, last.RawJSON())
		}
	})
	t.Run("items", func(t *testing.T) {
		items := responses.ResponseInputParam{
			responses.ResponseInputItemParamOfMessage("You are terse.", responses.EasyInputMessageRoleDeveloper),
			responses.ResponseInputItemParamOfMessage(words, responses.EasyInputMessageRoleUser),
			responses.ResponseInputItemParamOfFunctionCall(`{"a":1}`, "call_1", "look"),
			{OfFunctionCallOutput: &responses.ResponseInputItemFunctionCallOutputParam{CallID: param.NewOpt("call_1"), Output: responses.ResponseInputItemFunctionCallOutputOutputUnionParam{OfString: param.NewOpt("seen: " + words)}}},
			responses.ResponseInputItemParamOfMessage("Thanks.", responses.EasyInputMessageRoleUser), // behind a result only that is answered
		}
		got, err := client.Responses.New(t.Context(), responses.ResponseNewParams{
			Model: textModel, Instructions: param.NewOpt("Be brief."), Input: responses.ResponseNewParamsInputUnion{OfInputItemList: items},
		})
		if err != nil {
			t.Fatal(err)
		}
		if text := got.OutputText(); !strings.Contains(text, "seen: "+words) {
			t.Errorf("the model does not know the result: %q", text)
		}
	})
	t.Run("stored", func(t *testing.T) { responsesStored(t, client) })
	t.Run("conversation", func(t *testing.T) { responsesConversation(t, client) })
}

// responsesStored: the SDK reads, goes on with, cancels and deletes what is stored.
func responsesStored(t *testing.T, client openai.Client) {
	ask := func(text string, change func(*responses.ResponseNewParams)) *responses.Response {
		t.Helper()
		params := responses.ResponseNewParams{Model: textModel, Input: responses.ResponseNewParamsInputUnion{OfString: openai.String(text)}}
		if change != nil {
			change(&params)
		}
		got, err := client.Responses.New(t.Context(), params)
		if err != nil {
			t.Fatal(err)
		}
		if found := missing("response", reflect.ValueOf(*got)); found != nil {
			t.Errorf("missing: %v\nin %s", found, got.RawJSON())
		}
		return got
	}
	words := harness.Secret("a kept question")
	first := ask(words, nil)
	if next := ask("and now?", func(p *responses.ResponseNewParams) { p.PreviousResponseID = openai.String(first.ID) }); !strings.Contains(next.OutputText(), words) {
		t.Errorf("the model does not know what was said: %q", next.OutputText())
	}
	again, err := client.Responses.Get(t.Context(), first.ID, responses.ResponseGetParams{})
	if err != nil || again.OutputText() != first.OutputText() || missing("response", reflect.ValueOf(*again)) != nil {
		t.Errorf("read again: %v %v", again, err)
	}
	page, err := client.Responses.InputItems.List(t.Context(), first.ID, responses.InputItemListParams{})
	if err != nil || len(page.Data) != 1 || missing("item", reflect.ValueOf(page.Data[0].AsMessage())) != nil || !strings.Contains(page.Data[0].RawJSON(), words) {
		t.Errorf("items of the input: %+v %v", page, err)
	}
	late := ask("slowly", func(p *responses.ResponseNewParams) { p.Background = openai.Bool(true) })
	if done, err := client.Responses.Cancel(t.Context(), late.ID); err != nil || done.Status != responses.ResponseStatusCancelled && done.Status != responses.ResponseStatusCompleted {
		t.Errorf("cancelled: %v %v", done, err)
	}
	if err := client.Responses.Delete(t.Context(), first.ID); err != nil {
		t.Error(err)
	}
	var failure *openai.Error
	if _, err := client.Responses.Get(t.Context(), first.ID, responses.ResponseGetParams{}); !errors.As(err, &failure) || failure.StatusCode != 404 {
		t.Errorf("after its end: %v", err)
	}
}

// responsesConversation: the SDK's conversations and their items.
func responsesConversation(t *testing.T, client openai.Client) {
	made, err := client.Conversations.New(t.Context(), conversations.ConversationNewParams{Metadata: shared.Metadata{"a": "b"}})
	if err != nil || missing("conversation", reflect.ValueOf(*made)) != nil {
		t.Fatal(made, err)
	}
	words := harness.Secret("said in a conversation")
	for _, text := range []string{words, "and now?"} {
		got, err := client.Responses.New(t.Context(), responses.ResponseNewParams{
			Model: textModel, Input: responses.ResponseNewParamsInputUnion{OfString: openai.String(text)},
			Conversation: responses.ResponseNewParamsConversationUnion{OfString: openai.String(made.ID)},
		})
		if err != nil || !strings.Contains(got.OutputText(), words) {
			t.Errorf("%v %v", got, err)
		}
	}
	items, err := client.Conversations.Items.List(t.Context(), made.ID, conversations.ItemListParams{})
	if err != nil || len(items.Data) != 4 {
		t.Fatalf("%+v %v", items, err)
	}
	for _, item := range items.Data {
		if found := missing("item", reflect.ValueOf(item)); found != nil {
			t.Errorf("missing: %v\nin %s", found, item.RawJSON())
		}
	}
	if gone, err := client.Conversations.Delete(t.Context(), made.ID); err != nil || !gone.Deleted {
		t.Errorf("%v %v", gone, err)
	}
}
