import { expect, it } from "vitest";
import { answerOf, readable, turnsOf } from "./words";

const turns = (body: unknown) => turnsOf(JSON.stringify(body)).map(({ role, text }) => `${role}: ${text}`);
const whole = (body: unknown) => answerOf("application/json", JSON.stringify(body));
const stream = (...events: unknown[]) =>
  answerOf(
    "text/event-stream; charset=utf-8",
    events.map((one) => `data: ${JSON.stringify(one)}`).join("\n\n"),
  );

it("reads the requests of every protocol", () => {
  const parts = [{ type: "text", text: "Look" }, { type: "image_url" }, { type: "text", text: "here" }];
  expect(
    turns({
      messages: [
        { role: "system", content: "Short." },
        { role: "user", content: parts },
      ],
    }),
  ).toEqual(["system: Short.", "user: Look\nhere"]);
  expect(turns({ system: "Short.", messages: [{ role: "user", content: "Hi" }] })).toEqual([
    "system: Short.",
    "user: Hi",
  ]);
  expect(turns({ instructions: "Short.", input: "Hi" })).toEqual(["system: Short.", "user: Hi"]);
  expect(turns({ input: [{ role: "user", content: [{ type: "input_text", text: "Hi" }] }] })).toEqual([
    "user: Hi",
  ]);
  expect(turns({ prompt: ["One", "Two"] })).toEqual(["user: One\nTwo"]);
  expect(turnsOf('{"messages": [{"role": "us')).toEqual([]); // cut off
});

it("reads the answers of every protocol, whole", () => {
  expect(whole({ choices: [{ message: { content: "Yes" } }, { message: { content: "No" } }] })).toBe(
    "Yes\n\nNo",
  );
  expect(whole({ choices: [{ text: "Yes" }] })).toBe("Yes");
  expect(whole({ content: [{ type: "text", text: "Yes" }] })).toBe("Yes");
  expect(
    whole({ output: [{ type: "reasoning" }, { content: [{ type: "output_text", text: "Yes" }] }] }),
  ).toBe("Yes");
  expect(whole({ error: { code: "guardrail.blocked" } })).toBe("");
});

it("reads the answers of every protocol, streamed", () => {
  const chat = (content: string) => ({ choices: [{ delta: { content } }] });
  expect(stream(chat("Ye"), chat("s"), { choices: [] })).toBe("Yes");
  expect(stream({ choices: [{ text: "Ye" }] }, { choices: [{ text: "s" }] })).toBe("Yes");
  expect(stream({ delta: { text: "Ye" } }, { delta: { stop_reason: "end" } }, { delta: { text: "s" } })).toBe(
    "Yes",
  );
  const responses = (type: string, delta: string) => ({ type: `response.${type}.delta`, delta });
  expect(stream(responses("reasoning_text", "Hm"), responses("output_text", "Yes"))).toBe("Yes");
});

it("breaks the lines of JSON and leaves the rest", () => {
  expect(readable('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(readable("data: x")).toBe("data: x");
});
