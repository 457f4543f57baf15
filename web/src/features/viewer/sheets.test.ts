import { expect, it } from "vitest";
import type { DocumentText } from "@/api/types";
import { pieces } from "./sheets";

const TEXT = "Title\n\n😀 First words.\n\nloose\n\nSecond words.";
const at = (part: string) => {
  const start = Array.from(TEXT.slice(0, TEXT.indexOf(part))).length;
  return { start, end: start + Array.from(part).length };
};
const document: DocumentText = {
  document_id: "d",
  version: 1,
  text: TEXT,
  pages: [
    { number: 1, start: 0, end: at("loose").start, ocr: false },
    { number: 2, start: at("loose").start, end: Array.from(TEXT).length, ocr: false },
  ],
  blocks: [
    { kind: "heading", level: 1, ...at("Title") },
    { kind: "paragraph", level: 0, ...at("😀 First words.") },
    { kind: "paragraph", level: 0, ...at("Second words.") },
  ],
};

it("keeps every word, with what stands between the blocks", () => {
  const words = pieces(document).map(({ before, quoted, after }) => (before + quoted + after).trim());
  expect(words).toEqual(["Title", "😀 First words.", "loose", "Second words."]);
  expect(pieces(document).map(({ page }) => page)).toEqual([1, undefined, 2, undefined]);
});

it("marks a span inside a block and one over several", () => {
  expect(pieces(document, at("First")).map(({ quoted }) => quoted)).toEqual(["", "First", "", ""]);
  const wide = { start: at("words").start, end: at("Second").end };
  expect(pieces(document, wide).map(({ quoted }) => quoted.trim())).toEqual([
    "",
    "words.",
    "loose",
    "Second",
  ]);
});

it("shows a text without pages or blocks whole", () => {
  const bare = { ...document, pages: [], blocks: [] };
  expect(pieces(bare, at("loose"))).toMatchObject([{ quoted: "loose", page: undefined }]);
});
