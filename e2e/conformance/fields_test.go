package conformance_test

import (
	"testing"

	"github.com/anthropics/anthropic-sdk-go/v2"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/conversations"
	"github.com/openai/openai-go/v3/responses"
	"google.golang.org/genai"

	"github.com/geminid/geminid/e2e/fieldtable"
)

// TestKnownFields: the field tables know every field that the official SDKs for Go can
// send, as deep as the tables go. Package npmtypes asks the same of those for Node.
func TestKnownFields(t *testing.T) {
	tables := readTables(t)
	for _, tt := range []struct {
		title, below string // the heading, and the field in which the type stands
		sent         any
		elsewhere    []string // fields that do not travel in this body
	}{
		{"POST /v1/chat/completions", "", openai.ChatCompletionNewParams{}, nil},
		{"POST /v1/responses", "", responses.ResponseNewParams{}, nil},
		{"POST /v1/conversations and below it", "", conversations.ConversationNewParams{}, nil},
		{"Items of input in POST /v1/responses", "", responses.ResponseInputItemUnionParam{}, nil},
		{"Tools of POST /v1/responses", "", responses.FunctionToolParam{}, nil},
		{"Tools of POST /v1/responses", "", responses.CustomToolParam{}, nil},
		{"Tools of POST /v1/responses", "", responses.NamespaceToolParam{}, nil},
		{messagesTitle, "", anthropic.MessageNewParams{}, nil},
		{messagesTitle, "", anthropic.MessageCountTokensParams{}, nil},
		{messagesTitle, "tools", anthropic.ToolParam{}, nil},
		{"POST /v1/images/generations and /v1/images/edits", "", openai.ImageGenerateParams{}, nil},
		{"POST /v1/images/generations and /v1/images/edits", "", openai.ImageEditParams{}, nil},
		{"models/MODEL:generateContent and :streamGenerateContent", "contents", genai.Content{}, nil},
		{"models/MODEL:generateContent and :streamGenerateContent", "systemInstruction", genai.Content{}, nil},
		{"models/MODEL:generateContent and :streamGenerateContent", "generationConfig", genai.GenerationConfig{}, nil},
		{"models/MODEL:generateContent and :streamGenerateContent", "generationConfig.imageConfig", genai.ImageConfig{}, nil},
		{"models/MODEL:generateContent and :streamGenerateContent", "toolConfig", genai.ToolConfig{}, nil},
		{"models/MODEL:countTokens", "contents", genai.Content{}, nil},
		{"models/MODEL:countTokens", "", genai.CountTokensConfig{}, []string{"httpOptions"}},
		{"models/MODEL:predict", "parameters", genai.GenerateImagesConfig{}, []string{"httpOptions", "outputGcsUri", "numberOfImages", "outputCompressionQuality"}},
	} {
		for _, field := range tables.Unknown(tt.title, tt.below, fieldtable.FromGo(tt.sent), tt.elsewhere...) {
			t.Errorf("%s: the table does not know %s", tt.title, field)
		}
	}
}

// messagesTitle is the heading of the fields of the Messages API.
const messagesTitle = "POST /v1/messages and /v1/messages/count_tokens"

// TestKnownConfig: the SDK's configuration of a question is spread over the body;
// each field of it has a place that the table knows.
func TestKnownConfig(t *testing.T) {
	table := readTables(t)["models/MODEL:generateContent and :streamGenerateContent"]
	for _, shape := range fieldtable.FromGo(genai.GenerateContentConfig{}) {
		for name := range shape.Fields() {
			if name != "httpOptions" && table[name] == "" && table["generationConfig."+name] == "" {
				t.Errorf("the table does not know %s", name)
			}
		}
	}
}

func readTables(t *testing.T) fieldtable.Tables {
	t.Helper()
	tables, err := fieldtable.Read()
	if err != nil {
		t.Fatal(err)
	}
	return tables
}
