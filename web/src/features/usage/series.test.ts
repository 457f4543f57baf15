import { describe, expect, it } from "vitest";
import type { UsageRow } from "./queries";
import { axisOf, daysOf, exactSum, lastDays, MOST, NONE, seriesOf, totalsBy } from "./series";

const row = (day: string, model: string, requests: number, cost = "0"): UsageRow => ({
  day,
  model,
  requests,
  failed: 0,
  turned_away: 2 * requests,
  prompt_tokens: 2 * requests,
  cached_tokens: 0,
  completion_tokens: requests,
  reasoning_tokens: 0,
  estimated: 0,
  cost,
});

describe("days", () => {
  it("are those of the calendar, both ends included", () => {
    expect(daysOf({ from: "2026-02-27", to: "2026-03-01" })).toEqual([
      "2026-02-27",
      "2026-02-28",
      "2026-03-01",
    ]);
    expect(lastDays(7, new Date("2026-03-03T23:00:00Z"))).toEqual({ from: "2026-02-25", to: "2026-03-03" });
  });
});

describe("series", () => {
  const days = ["2026-03-01", "2026-03-02"];

  it("put each value on its day, the largest series first", () => {
    const rows = [row("2026-03-02", "a", 1), row("2026-03-01", "b", 3), row("2026-03-02", "b", 2)];
    const found = seriesOf(rows, days, "model", "requests");
    expect(found.map(({ id, values }) => [id, values])).toEqual([
      ["b", [3, 2]],
      ["a", [0, 1]],
    ]);
    expect(seriesOf(rows, days, undefined, "tokens")[0]?.values).toEqual([9, 9]);
  });

  it("keep calls without a key apart from what is left over", () => {
    const rows = [{ ...row("2026-03-01", "m", 2), key: "" }];
    expect(seriesOf(rows, days, "key", "requests").map(({ id }) => id)).toEqual([NONE]);
    expect(totalsBy(rows, "key").map(({ id }) => id)).toEqual([NONE]);
  });

  it("gather what is small without losing any of it", () => {
    const rows = Array.from({ length: 9 }, (_, index) => row("2026-03-01", `m${index}`, index + 1));
    const found = seriesOf(rows, days, "model", "requests");
    expect(found).toHaveLength(MOST);
    expect(found.at(-1)?.id).toBe("");
    expect(found.reduce((all, { values }) => all + (values[0] ?? 0), 0)).toBe(45);
  });

  it("sum money exactly", () => {
    expect(exactSum("0.1", "0.2")).toBe("0.3");
    expect(exactSum("0.000000000001", "12")).toBe("12.000000000001");
    expect(exactSum("0", "0")).toBe("0");
    expect(exactSum("99.5", "100.5")).toBe("200");
    const rows = [row("2026-03-01", "a", 1, "0.1"), row("2026-03-02", "a", 1, "0.2")];
    expect(totalsBy(rows, "model")[0]?.total.cost).toBe("0.3");
  });
});

describe("an axis", () => {
  it("ends at or above the largest value, in at most five steps", () => {
    for (const largest of [1, 3, 7, 10, 42, 99, 100, 0.003, 123_456]) {
      const steps = axisOf(largest);
      expect(steps.at(-1)).toBeGreaterThanOrEqual(largest);
      expect(steps.length).toBeLessThanOrEqual(6);
    }
    expect(axisOf(0)).toEqual([0, 1]);
  });
});
