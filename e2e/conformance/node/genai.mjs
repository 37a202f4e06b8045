// Drives @google/genai against the server at GEMINID_URL, with the key GEMINID_KEY: the
// Files API, and the Interactions API. Any surprise is a failed assertion.
import assert from "node:assert/strict";
import { GoogleGenAI } from "@google/genai";

const model = "gemini-2.5-flash";
const ai = new GoogleGenAI({ apiKey: process.env.GEMINID_KEY, httpOptions: { baseUrl: process.env.GEMINID_URL } });

async function files() {
  const text = "the keeper of the lighthouse ".repeat(400_000);
  const file = await ai.files.upload({ file: new Blob([text], { type: "text/plain" }), config: { displayName: "keeper.txt" } });
  assert.equal(file.state, "ACTIVE");
  assert.equal(file.sizeBytes, String(text.length));
  assert.equal(file.mimeType, "text/plain");
  assert.equal((await ai.files.get({ name: file.name })).uri, file.uri);
  const names = [];
  for await (const f of await ai.files.list({ config: { pageSize: 1 } })) names.push(f.name);
  assert.ok(names.includes(file.name));
  const document = { type: "document", uri: file.uri, mime_type: file.mimeType };
  const answer = await ai.interactions.create({ model, input: [document, { type: "text", text: "what is this" }] });
  assert.match(answer.output_text, /keeper\.txt/);
  await ai.files.delete({ name: file.name });
  await assert.rejects(ai.files.get({ name: file.name }), { status: 404 });
  await assert.rejects(ai.interactions.create({ model, input: document, store: false }), { status: 400 });
}

// gather puts a stream together. Every event must be one of those that the library knows.
async function gather(stream) {
  const got = { kinds: [], text: "", thoughts: "", steps: [] };
  for await (const event of stream) {
    got.kinds.push(event.event_type);
    switch (event.event_type) {
      case "interaction.created":
        got.id = event.interaction.id;
        break;
      case "interaction.status_update":
        assert.equal(event.interaction_id, got.id);
        break;
      case "step.start":
        assert.equal(event.index, got.steps.length);
        got.steps.push({ ...event.step, json: "" });
        break;
      case "step.delta": {
        const { delta } = event;
        if (delta.type === "text") got.text += delta.text;
        else if (delta.type === "thought_summary") got.thoughts += delta.content.text;
        else if (delta.type === "arguments_delta") got.steps[event.index].json += delta.arguments;
        else assert.fail("a delta " + delta.type);
        break;
      }
      case "step.stop":
        break;
      case "interaction.completed":
        got.status = event.interaction.status;
        assert.ok(event.interaction.usage.total_tokens > 0);
        break;
      default:
        assert.fail("an event " + event.event_type);
    }
  }
  return got;
}

async function conversation() {
  const first = await ai.interactions.create({ model, input: "the heron waits at dusk" });
  assert.equal(first.status, "completed");
  assert.match(first.output_text, /the heron waits at dusk/);
  const stored = await ai.interactions.get(first.id, { include_input: true });
  assert.equal(stored.output_text, first.output_text);
  assert.equal(stored.input[0].content[0].text, "the heron waits at dusk");
  const stream = await ai.interactions.create({
    model, input: [{ type: "text", text: "[think] and then" }], previous_interaction_id: first.id, stream: true, generation_config: { thinking_summaries: "auto" },
  });
  const second = await gather(stream);
  assert.equal(second.status, "completed");
  assert.notEqual(second.text, "");
  assert.notEqual(second.thoughts, "");
  assert.deepEqual(second.steps.map((step) => step.type), ["thought", "model_output"]);
  assert.deepEqual([second.kinds[0], second.kinds.at(-1)], ["interaction.created", "interaction.completed"]);
  assert.equal((await ai.interactions.get(second.id)).output_text, second.text);
  await assert.rejects(ai.interactions.cancel(second.id), { status: 400 });
  await ai.interactions.delete(first.id);
  await assert.rejects(ai.interactions.get(first.id), { status: 404 });
  await assert.rejects(ai.interactions.create({ model, input: "x", previous_interaction_id: second.id }), { status: 400 });
}

async function tools() {
  const weather = { type: "function", name: "weather", description: "Says the weather.", parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] } };
  const ask = { model, tools: [weather], input: '[call weather {"city": "Oslo"}] how is it there' };
  const asked = await ai.interactions.create(ask);
  const call = asked.steps.at(-1);
  assert.equal(asked.status, "requires_action");
  assert.deepEqual([call.type, call.name, call.arguments], ["function_call", "weather", { city: "Oslo" }]);
  const answer = await ai.interactions.create({
    model, tools: [weather], previous_interaction_id: asked.id, input: [{ type: "function_result", call_id: call.id, name: call.name, result: "rain all day" }],
  });
  assert.match(answer.output_text, /rain all day/);
  const streamed = await gather(await ai.interactions.create({ ...ask, stream: true }));
  assert.equal(streamed.status, "requires_action");
  assert.deepEqual(JSON.parse(streamed.steps.at(-1).json), { city: "Oslo" });
}

async function form() {
  const schema = { type: "object", properties: { name: { type: "string" } }, required: ["name"] };
  const answer = await ai.interactions.create({ model, input: "name a bird", response_format: { type: "text", mime_type: "application/json", schema } });
  assert.equal(typeof JSON.parse(answer.output_text).name, "string");
}

await files();
await conversation();
await tools();
await form();
