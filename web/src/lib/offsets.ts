/** The server counts characters (code points); JavaScript strings count UTF-16 units. */

const PAIR = /[\ud800-\udbff][\udc00-\udfff]/g;

/** Turns character numbers of the server into indices of `text`. */
export function indexer(text: string): (count: number) => number {
  // Where the characters outside the basic plane stand, in characters.
  const wide = [...text.matchAll(PAIR)].map((match, seen) => match.index - seen);
  return (count) => Math.min(count + countBelow(wide, count), text.length);
}

function countBelow(sorted: number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
