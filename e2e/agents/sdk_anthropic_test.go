package agents_test

import (
	"context"
	"fmt"

	"github.com/anthropics/anthropic-sdk-go/v2"
	"github.com/anthropics/anthropic-sdk-go/v2/option"
)

// workAnthropic streams messages, for a model by the name that Anthropic's programs ask
// for.
func workAnthropic(ctx context.Context, k *task) error {
	client := anthropic.NewClient(option.WithBaseURL(k.front.URL), option.WithAPIKey(k.lab.Key), option.WithMaxRetries(0))
	params := anthropic.MessageNewParams{
		Model: "claude-haiku-4-5", MaxTokens: 4096,
		Messages: []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock(k.question(libraryCalls)))},
	}
	for _, tool := range k.tools() {
		params.Tools = append(params.Tools, anthropic.ToolUnionParam{OfTool: &anthropic.ToolParam{
			Name: tool.name, Description: anthropic.String(tool.about),
			InputSchema: anthropic.ToolInputSchemaParam{Properties: tool.schema()["properties"], Required: tool.takes},
		}})
	}
	for range maxRounds {
		stream, message := client.Messages.NewStreaming(ctx, params), anthropic.Message{}
		for stream.Next() {
			if err := message.Accumulate(stream.Current()); err != nil {
				return fmt.Errorf("the library cannot add up %s: %w", stream.Current().RawJSON(), err)
			}
		}
		if err := stream.Err(); err != nil {
			return err
		}
		var results []anthropic.ContentBlockParamUnion
		for _, block := range message.Content {
			switch block := block.AsAny().(type) {
			case anthropic.TextBlock:
				k.output.WriteString(block.Text)
			case anthropic.ToolUseBlock:
				result, err := k.useTool(block.Name, string(block.Input))
				if err != nil {
					return err
				}
				results = append(results, anthropic.NewToolResultBlock(block.ID, result, false))
			}
		}
		if (len(results) > 0) != (message.StopReason == anthropic.StopReasonToolUse) {
			return fmt.Errorf("an answer with %d calls ends with %q", len(results), message.StopReason)
		}
		if len(results) == 0 {
			return nil
		}
		params.Messages = append(params.Messages, message.ToParam(), anthropic.NewUserMessage(results...))
	}
	return errRounds
}
