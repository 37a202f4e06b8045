package agents_test

import (
	"context"
	"encoding/json"

	"google.golang.org/genai"
)

// workGemini streams generateContent in a chat of the library.
func workGemini(ctx context.Context, k *task) error {
	client, err := genai.NewClient(ctx, &genai.ClientConfig{
		APIKey: k.lab.Key, Backend: genai.BackendGeminiAPI, HTTPOptions: genai.HTTPOptions{BaseURL: k.front.URL + "/gemini"},
	})
	if err != nil {
		return err
	}
	var offered genai.Tool
	for _, tool := range k.tools() {
		offered.FunctionDeclarations = append(offered.FunctionDeclarations, &genai.FunctionDeclaration{
			Name: tool.name, Description: tool.about, ParametersJsonSchema: tool.schema(),
		})
	}
	chat, err := client.Chats.Create(ctx, "gemini-2.5-flash", &genai.GenerateContentConfig{Tools: []*genai.Tool{&offered}}, nil)
	if err != nil {
		return err
	}
	parts := []genai.Part{{Text: k.question(libraryCalls)}}
	for range maxRounds {
		var results []genai.Part
		for answer, err := range chat.SendMessageStream(ctx, parts...) {
			if err != nil {
				return err
			}
			for _, part := range answer.Candidates[0].Content.Parts {
				k.output.WriteString(part.Text)
			}
			for _, call := range answer.FunctionCalls() {
				arguments, err := json.Marshal(call.Args)
				if err != nil {
					return err
				}
				result, err := k.useTool(call.Name, string(arguments))
				if err != nil {
					return err
				}
				part := genai.NewPartFromFunctionResponse(call.Name, map[string]any{"output": result})
				part.FunctionResponse.ID = call.ID
				results = append(results, *part)
			}
		}
		if len(results) == 0 {
			return nil
		}
		parts = results
	}
	return errRounds
}
