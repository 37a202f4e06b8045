import { ChatAnthropic } from "@langchain/anthropic";
import { ChatGoogleGenerativeAI } from "@langchain/google-genai";
import { ChatOpenAI } from "@langchain/openai";
import { createAgent, tool } from "langchain";
import { api, key, name, printReport, question, report, tools, url } from "./task.mjs";

const openai = { model: name, apiKey: key, configuration: { baseURL: `${url}/v1` } };
const model = {
  chat: () => new ChatOpenAI(openai),
  responses: () => new ChatOpenAI({ ...openai, useResponsesApi: true }),
  gemini: () => new ChatGoogleGenerativeAI({ model: name, apiKey: key, baseUrl: `${url}/gemini` }),
  messages: () => new ChatAnthropic({ model: name, apiKey: key, anthropicApiUrl: url }),
}[api]();

const agent = createAgent({
  model,
  tools: tools.map((t) => tool(async (input) => t.run(input), { name: t.name, description: t.description, schema: t.schema })),
});
const stream = await agent.stream({ messages: [{ role: "user", content: question }] }, { streamMode: "messages" });
for await (const [message] of stream) if (message.getType() === "ai") process.stdout.write(message.text);

printReport(await model.withStructuredOutput(report).invoke("Report what was seen by the river."));
