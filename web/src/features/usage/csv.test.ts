import { expect, it } from "vitest";
import { csvOf } from "./csv";

const row = {
  day: "2026-03-01",
  model: 'a,"b"',
  requests: 2,
  failed: 0,
  turned_away: 3,
  prompt_tokens: 10,
  cached_tokens: 0,
  completion_tokens: 5,
  reasoning_tokens: 0,
  estimated: 0,
  cost: "0.000000000001",
};

it("has a line per row, with every digit of the money", () => {
  const text = csvOf([row], "model", new Map([[row.model, "=1+1"]]));
  expect(text.split("\r\n")).toEqual([
    "day,model,model_name,requests,failed,turned_away,prompt_tokens,cached_tokens,completion_tokens,reasoning_tokens,estimated,cost",
    `2026-03-01,"a,""b""",'=1+1,2,0,3,10,0,5,0,0,0.000000000001`,
    "",
  ]);
});
