import { expect, it } from "vitest";
import { indexer } from "./offsets";

it("counts characters as the server does", () => {
  const text = "a😀é𝔸z";
  const indexOf = indexer(text);
  const characters = Array.from(text);
  for (let start = 0; start <= characters.length; start += 1) {
    for (let end = start; end <= characters.length; end += 1) {
      expect(text.slice(indexOf(start), indexOf(end))).toBe(characters.slice(start, end).join(""));
    }
  }
  expect(indexOf(99)).toBe(text.length);
});
