/** From the rows of a report to what a chart shows. */
import type { Dimension, Span, Totals, UsageRow } from "./queries";

export type Measure = "cost" | "tokens" | "requests" | "turned_away";

export interface Series {
  /** The value of the dimension; "" for all that is left over. */
  id: string;
  /** One per day. */
  values: number[];
  total: Totals;
}

export const MOST = 6;

/** Calls that have no value of the dimension: those of the page have no key. */
export const NONE = "–";

export function daysOf({ from, to }: Span): string[] {
  const days: string[] = [];
  for (let day = Date.parse(from); day <= Date.parse(to); day += 86_400_000) {
    days.push(new Date(day).toISOString().slice(0, 10));
  }
  return days;
}

/** The last `count` days, today included. */
export function lastDays(count: number, now = new Date()): Span {
  const to = now.toISOString().slice(0, 10);
  return { from: new Date(Date.parse(to) - (count - 1) * 86_400_000).toISOString().slice(0, 10), to };
}

export function measured(totals: Totals, measure: Measure): number {
  if (measure === "cost") return Number(totals.cost);
  if (measure !== "tokens") return totals[measure];
  return totals.prompt_tokens + totals.completion_tokens;
}

/** The largest first; what is beyond `MOST` is one series. */
export function seriesOf(rows: UsageRow[], days: string[], by: Dimension | undefined, measure: Measure) {
  const places = new Map(days.map((day, index) => [day, index]));
  const found = new Map<string, Series>();
  for (const row of rows) {
    const id = by ? valueOf(row, by) : "all";
    const series = found.get(id) ?? emptySeries(id, days.length);
    found.set(id, grown(series, row, places.get(row.day ?? "") ?? -1, measure));
  }
  const sorted = [...found.values()].sort((a, b) => measured(b.total, measure) - measured(a.total, measure));
  if (sorted.length <= MOST) return sorted;
  const rest = sorted.slice(MOST - 1).reduce(
    (all, one) => ({
      ...all,
      values: all.values.map((value, index) => value + (one.values[index] ?? 0)),
      total: sum(all.total, one.total),
    }),
    emptySeries("", days.length),
  );
  return [...sorted.slice(0, MOST - 1), rest];
}

/** All rows of one value of the dimension, whatever the day; the largest first. */
export function totalsBy(rows: UsageRow[], by: Dimension | undefined): { id: string; total: Totals }[] {
  return seriesOfAll(rows, by).sort(
    (a, b) => Number(b.total.cost) - Number(a.total.cost) || b.total.requests - a.total.requests,
  );
}

function seriesOfAll(rows: UsageRow[], by: Dimension | undefined) {
  const found = new Map<string, Totals>();
  for (const row of rows) {
    const id = valueOf(row, by ?? "day");
    found.set(id, sum(found.get(id) ?? NOTHING, row));
  }
  return [...found].map(([id, total]) => ({ id, total }));
}

function valueOf(row: UsageRow, by: Dimension | "day"): string {
  const value = row[by] ?? "";
  return value === "" ? NONE : value;
}

function grown(series: Series, row: UsageRow, place: number, measure: Measure): Series {
  const values = series.values.map((value, index) =>
    index === place ? value + measured(row, measure) : value,
  );
  return { ...series, values, total: sum(series.total, row) };
}

function emptySeries(id: string, days: number): Series {
  return { id, values: Array.from({ length: days }, () => 0), total: NOTHING };
}

const NOTHING: Totals = {
  requests: 0,
  failed: 0,
  turned_away: 0,
  prompt_tokens: 0,
  cached_tokens: 0,
  completion_tokens: 0,
  reasoning_tokens: 0,
  estimated: 0,
  cost: "0",
};

function sum(a: Totals, b: Totals): Totals {
  return {
    requests: a.requests + b.requests,
    failed: a.failed + b.failed,
    turned_away: a.turned_away + b.turned_away,
    prompt_tokens: a.prompt_tokens + b.prompt_tokens,
    cached_tokens: a.cached_tokens + b.cached_tokens,
    completion_tokens: a.completion_tokens + b.completion_tokens,
    reasoning_tokens: a.reasoning_tokens + b.reasoning_tokens,
    estimated: a.estimated + b.estimated,
    cost: exactSum(a.cost, b.cost),
  };
}

const DIGITS = 12;

/** Decimals of up to twelve digits, added without rounding. */
export function exactSum(a: string, b: string): string {
  const total = picounits(a) + picounits(b);
  const text = total.toString().padStart(DIGITS + 1, "0");
  return `${text.slice(0, -DIGITS)}.${text.slice(-DIGITS)}`.replace(/\.?0+$/, "") || "0";
}

function picounits(amount: string): bigint {
  const [whole = "0", part = ""] = amount.split(".");
  return BigInt(whole + part.padEnd(DIGITS, "0").slice(0, DIGITS));
}

/** A number at or above the largest value at which an axis may end, with its steps. */
export function axisOf(largest: number): number[] {
  if (largest <= 0) return [0, 1];
  const power = 10 ** Math.floor(Math.log10(largest));
  const step = [0.2, 0.25, 0.5, 1, 2, 2.5].map((each) => each * power).find((each) => each * 4 >= largest);
  const size = step ?? power * 5;
  return Array.from({ length: Math.ceil(largest / size) + 1 }, (_, index) => index * size);
}
