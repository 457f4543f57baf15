import type { Dimension, UsageRow } from "./queries";

const COLUMNS = [
  "requests",
  "failed",
  "turned_away",
  "prompt_tokens",
  "cached_tokens",
  "completion_tokens",
  "reasoning_tokens",
  "estimated",
  "cost",
] as const;

/** RFC 4180; one line per day and value of the dimension, money with all its digits. */
export function csvOf(rows: UsageRow[], by: Dimension | undefined, known?: Map<string, string>): string {
  const head = ["day", ...(by ? [by, `${by}_name`] : []), ...COLUMNS];
  const lines = rows.map((row) => {
    const id = by ? (row[by] ?? "") : "";
    const who = by ? [id, known?.get(id) ?? ""] : [];
    return [row.day ?? "", ...who, ...COLUMNS.map((name) => String(row[name]))];
  });
  return [head, ...lines].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("");
}

/** A spreadsheet must not take a name for a formula. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
