import { GoogleGenAI } from "@google/genai";
import { z } from "zod";
import { key, name, printReport, question, report, tools, url } from "./task.mjs";

const ai = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: `${url}/gemini` } });
const functionDeclarations = tools.map((t) => ({ name: t.name, description: t.description, parametersJsonSchema: z.toJSONSchema(t.schema) }));
const chat = ai.chats.create({ model: name, config: { tools: [{ functionDeclarations }] } });

let message = question;
for (let round = 0; message && round < 8; round++) {
  const results = [];
  for await (const chunk of await chat.sendMessageStream({ message })) {
    for (const part of chunk.candidates?.[0]?.content?.parts ?? []) if (part.text) process.stdout.write(part.text);
    for (const { id, name, args } of chunk.functionCalls ?? []) {
      const output = tools.find((t) => t.name === name).run(args);
      results.push({ functionResponse: { id, name, response: { output } } });
    }
  }
  message = results.length > 0 ? results : undefined;
}

const answer = await ai.models.generateContent({
  model: name,
  contents: "Report what was seen by the river.",
  config: { responseMimeType: "application/json", responseJsonSchema: z.toJSONSchema(report) },
});
printReport(JSON.parse(answer.text));
