import { expect, it } from "vitest";
import { messagesOf, type Exchange } from "./use-playground";

const exchange = (prompt: string, answer: string, state: Exchange["state"] = "done"): Exchange => ({
  id: 1,
  prompt,
  answer,
  thought: "",
  state,
  error: null,
  firstMs: null,
  totalMs: null,
  call: undefined,
});

it("tells a model what was said, and leaves out what failed", () => {
  const said = [exchange("a", "b"), exchange("c", "d", "failed"), exchange("e", "", "stopped")];
  expect(messagesOf(" Be brief. ", said, "f")).toEqual([
    { role: "system", content: "Be brief." },
    { role: "user", content: "a" },
    { role: "assistant", content: "b" },
    { role: "user", content: "f" },
  ]);
  expect(messagesOf(" ", [], "f")).toHaveLength(1);
});
