// The `openai` package of npm: chat, streams, tools, responses, embeddings, and its own errors.
import assert from "node:assert/strict";
import OpenAI from "openai";

const { URL: url, KEY: apiKey } = process.env;
const client = new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });
const ask = (content) => [{ role: "user", content }];
const parameters = { type: "object", properties: { city: { type: "string" } } };
const tools = [{ type: "function", function: { name: "weather", parameters } }];

const names = (await client.models.list()).data.map((model) => model.id);
assert.ok(names.includes("gpt") && names.includes("claude"));

for (const model of ["gpt", "claude"]) {
  const answer = await client.chat.completions.create({ model, messages: ask("hello") });
  assert.equal(answer.choices[0].message.content, "Hello there!");
  assert.equal(answer.usage.prompt_tokens, 20);

  let text = "";
  const stream = await client.chat.completions.create({ model, messages: ask("hello"), stream: true });
  for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? "";
  assert.equal(text, "Hello there!");

  const called = await client.chat.completions.stream({ model, messages: ask("weather"), tools }).finalMessage();
  assert.deepEqual(
    called.tool_calls.map((call) => JSON.parse(call.function.arguments).city),
    ["Paris", "Lyon"],
  );

  const response = await client.responses.stream({ model, input: "think", store: false }).finalResponse();
  assert.equal(response.output_text, "42");
}

const found = await client.embeddings.create({ model: "vectors", input: "a" });
assert.deepEqual(found.data[0].embedding, [0.5, 0.25, 0.125]);

const fails = (kind, promise) => assert.rejects(promise, (error) => error instanceof kind);
await fails(OpenAI.NotFoundError, client.chat.completions.create({ model: "nobody", messages: ask("x") }));
await fails(OpenAI.RateLimitError, client.chat.completions.create({ model: "limited3", messages: ask("busy") }));
await fails(OpenAI.BadRequestError, client.chat.completions.create({ model: "claude", messages: ask("x"), seed: 4 }));
await fails(OpenAI.AuthenticationError, client.withOptions({ apiKey: "wrong" }).models.list());
