import { Agent, run, setDefaultOpenAIClient, setOpenAIAPI, setTracingDisabled, tool } from "@openai/agents";
import OpenAI from "openai";
import { api, key, name, printReport, question, report, tools, url } from "./task.mjs";

setTracingDisabled(true);
setDefaultOpenAIClient(new OpenAI({ baseURL: `${url}/v1`, apiKey: key }));
setOpenAIAPI({ chat: "chat_completions", responses: "responses" }[api]);

// The first agent hands over to the one that has the tools.
const worker = new Agent({
  name: "worker",
  model: name,
  instructions: "You work with files.",
  tools: tools.map((t) => tool({ name: t.name, description: t.description, parameters: t.schema, execute: async (input) => t.run(input) })),
});
const reception = Agent.create({ name: "reception", model: name, instructions: "You hand over to who can help.", handoffs: [worker] });
const result = await run(reception, question, { stream: true });
for await (const piece of result.toTextStream()) process.stdout.write(piece);
await result.completed;

const reporter = new Agent({ name: "reporter", model: name, outputType: report });
printReport((await run(reporter, "Report what was seen by the river.")).finalOutput);
