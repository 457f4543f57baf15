import type { Block, DocumentText } from "@/api/types";
import { indexer } from "@/lib/offsets";

/** A block of the text, cut at the quoted span. `page` only where a page begins. */
export interface Piece {
  kind: Block["kind"];
  level: number;
  page: number | undefined;
  before: string;
  quoted: string;
  after: string;
}

/** The blocks of a text in order, and what stands between them; `span` in characters, over several if need be. */
export function pieces(
  { text, pages, blocks }: DocumentText,
  span?: { start: number; end: number },
): Piece[] {
  const indexOf = indexer(text);
  const from = indexOf(span?.start ?? 0);
  const to = indexOf(span?.end ?? 0);
  const begins = pages.map(({ number, start }) => ({ number, start: indexOf(start) }));
  let page = 0;
  return withGaps(text, blocks, indexOf).map(({ kind, level, start, end }) => {
    let begun: number | undefined;
    for (; page < begins.length && (begins[page]?.start ?? 0) < end; page += 1) begun = begins[page]?.number;
    const [first, last] = [clamp(from, start, end), clamp(to, start, end)];
    return {
      kind,
      level,
      page: begun,
      before: text.slice(start, first),
      quoted: text.slice(first, last),
      after: text.slice(last, end),
    };
  });
}

/** Text that no block holds is shown as a paragraph; in units of JavaScript. */
function withGaps(text: string, blocks: Block[], indexOf: (count: number) => number): Block[] {
  const all: Block[] = [];
  let at = 0;
  const fill = (end: number) => {
    if (text.slice(at, end).trim() !== "") all.push({ kind: "paragraph", level: 0, start: at, end });
  };
  for (const block of blocks) {
    const [start, end] = [indexOf(block.start), indexOf(block.end)];
    fill(start);
    all.push({ ...block, start, end });
    at = end;
  }
  fill(text.length);
  return all;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
