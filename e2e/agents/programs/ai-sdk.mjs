import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { generateObject, isStepCount, streamText, tool } from "ai";
import { api, key, name, printReport, question, report, tools, url } from "./task.mjs";

const openai = createOpenAI({ baseURL: `${url}/v1`, apiKey: key });
const model = {
  chat: openai.chat(name),
  responses: openai(name),
  gemini: createGoogleGenerativeAI({ baseURL: `${url}/gemini/v1beta`, apiKey: key })(name),
  messages: createAnthropic({ baseURL: `${url}/v1`, apiKey: key })(name),
}[api];

const answer = streamText({
  model,
  prompt: question,
  stopWhen: isStepCount(8),
  tools: Object.fromEntries(
    tools.map((t) => [t.name, tool({ description: t.description, inputSchema: t.schema, execute: async (input) => t.run(input) })]),
  ),
  onError: ({ error }) => {
    throw error;
  },
});
for await (const piece of answer.textStream) process.stdout.write(piece);

const { object } = await generateObject({ model, schema: report, prompt: "Report what was seen by the river." });
printReport(object);
