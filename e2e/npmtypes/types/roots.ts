// The types of requests that are checked, by the name that npmtypes_test.go has for
// them.
import type { ChatCompletionCreateParams } from "openai/resources/chat/completions";
import type { ImageEditParams, ImageGenerateParams } from "openai/resources/images";
import type { ResponseCreateParams, ResponseInputItem } from "openai/resources/responses/responses";
import type { MessageCreateParams, MessageCountTokensParams } from "@anthropic-ai/sdk/resources/messages";
import type * as genai from "@google/genai";

export type Chat = ChatCompletionCreateParams;
export type Generation = ImageGenerateParams;
export type Edit = ImageEditParams;
export type Response = ResponseCreateParams;
export type ResponseItem = ResponseInputItem;
export type Message = MessageCreateParams;
export type MessageCount = MessageCountTokensParams;
export type Content = genai.Content;
export type GenerationConfig = genai.GenerationConfig;
export type ImageConfig = genai.ImageConfig;
export type ToolConfig = genai.ToolConfig;
export type CountConfig = genai.CountTokensConfig;
export type ContentConfig = genai.GenerateContentConfig;
export type Interaction = genai.Interactions.CreateModelInteractionParamsStreaming;
export type InteractionStep = genai.Interactions.UserInputStep | genai.Interactions.ModelOutputStep | genai.Interactions.ThoughtStep
  | genai.Interactions.FunctionCallStep | genai.Interactions.FunctionResultStep;
export type InteractionContent = genai.Interactions.TextContent | genai.Interactions.ImageContent | genai.Interactions.AudioContent
  | genai.Interactions.VideoContent | genai.Interactions.DocumentContent;
export type InteractionTool = genai.Interactions.Function;
export type InteractionFormat = genai.Interactions.TextResponseFormat | genai.Interactions.ImageResponseFormat;
export type ImagesConfig = genai.GenerateImagesConfig;
