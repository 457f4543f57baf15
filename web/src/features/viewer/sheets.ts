import type { DocumentText } from "@/api/types";
import { indexer } from "@/lib/offsets";

/** A page of text, cut at the quoted span. */
export interface Sheet {
  page: number | undefined;
  before: string;
  quoted: string;
  after: string;
}

/** The pages of a text; `span` in characters, over a page break if need be. */
export function sheets({ text, pages }: DocumentText, span?: { start: number; end: number }): Sheet[] {
  const indexOf = indexer(text);
  const from = span ? indexOf(span.start) : 0;
  const to = span ? indexOf(span.end) : 0;
  const bounds = pages.length > 0 ? pages : [{ number: undefined, start: 0, end: text.length }];
  return bounds.map(({ number, start, end }) => {
    const [first, last] = [indexOf(start), indexOf(end)];
    const [a, b] = [clamp(from, first, last), clamp(to, first, last)];
    return {
      page: number,
      before: text.slice(first, a),
      quoted: text.slice(a, b),
      after: text.slice(b, last),
    };
  });
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
