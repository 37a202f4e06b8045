package agents_test

import (
	"context"
	"fmt"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"
)

// workOpenAI streams chat completions.
func workOpenAI(ctx context.Context, k *task) error {
	client := openai.NewClient(option.WithBaseURL(k.front.URL+"/v1"), option.WithAPIKey(k.lab.Key), option.WithMaxRetries(0))
	params := openai.ChatCompletionNewParams{
		Model:    "gemini-2.5-flash",
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage(k.question(libraryCalls))},
	}
	for _, tool := range k.tools() {
		params.Tools = append(params.Tools, openai.ChatCompletionFunctionTool(shared.FunctionDefinitionParam{
			Name: tool.name, Description: openai.String(tool.about), Parameters: tool.schema(), Strict: openai.Bool(true),
		}))
	}
	for range maxRounds {
		stream, sum := client.Chat.Completions.NewStreaming(ctx, params), openai.ChatCompletionAccumulator{}
		for stream.Next() {
			if !sum.AddChunk(stream.Current()) {
				return fmt.Errorf("the library cannot add up %s", stream.Current().RawJSON())
			}
		}
		if err := stream.Err(); err != nil {
			return err
		}
		choice := sum.Choices[0]
		if len(choice.Message.ToolCalls) == 0 {
			k.output.WriteString(choice.Message.Content)
			return nil
		}
		if choice.FinishReason != "tool_calls" {
			return fmt.Errorf("calls end with %q", choice.FinishReason)
		}
		params.Messages = append(params.Messages, choice.Message.ToParam())
		for _, call := range choice.Message.ToolCalls {
			result, err := k.useTool(call.Function.Name, call.Function.Arguments)
			if err != nil {
				return err
			}
			params.Messages = append(params.Messages, openai.ToolMessage(result, call.ID))
		}
	}
	return errRounds
}

// workResponses streams responses, each of which goes on with the stored one before.
func workResponses(ctx context.Context, k *task) error {
	client := openai.NewClient(option.WithBaseURL(k.front.URL+"/v1"), option.WithAPIKey(k.lab.Key), option.WithMaxRetries(0))
	params := responses.ResponseNewParams{
		Model: "gemini-2.5-flash",
		Input: responses.ResponseNewParamsInputUnion{OfString: openai.String(k.question(libraryCalls))},
	}
	for _, tool := range k.tools() {
		params.Tools = append(params.Tools, responses.ToolParamOfFunction(tool.name, tool.schema(), true))
	}
	for range maxRounds {
		answer, err := streamResponse(ctx, client, params)
		if err != nil {
			return err
		}
		var results responses.ResponseInputParam
		for _, item := range answer.Output {
			if item.Type != "function_call" {
				continue
			}
			call := item.AsFunctionCall()
			result, err := k.useTool(call.Name, call.Arguments)
			if err != nil {
				return err
			}
			output := responses.ResponseInputItemParamOfFunctionCallOutput(result)
			output.OfFunctionCallOutput.CallID = openai.String(call.CallID)
			results = append(results, output)
		}
		if len(results) == 0 {
			k.output.WriteString(answer.OutputText())
			return nil
		}
		params.Input = responses.ResponseNewParamsInputUnion{OfInputItemList: results}
		params.PreviousResponseID = openai.String(answer.ID)
	}
	return errRounds
}

// streamResponse returns the response that the last event of a stream holds.
func streamResponse(ctx context.Context, client openai.Client, params responses.ResponseNewParams) (answer responses.Response, err error) {
	stream := client.Responses.NewStreaming(ctx, params)
	for stream.Next() {
		if event := stream.Current(); event.Type == "response.completed" {
			answer = event.AsResponseCompleted().Response
		}
	}
	if err := stream.Err(); err != nil {
		return answer, err
	}
	if answer.ID == "" {
		return answer, fmt.Errorf("the stream ended without response.completed")
	}
	return answer, nil
}
