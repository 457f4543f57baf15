import { render } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import "@/i18n";
import type { Document } from "@/api/types";
import { DocumentName } from "./document-name";

vi.mock("@tanstack/react-router", () => ({ Link: () => null }));
vi.mock("@/features/labels/label-names", () => ({ LabelNames: () => null }));

const NOTE = {
  filename: "note.md",
  collection: "team",
  status: "indexed",
  language: "",
  version: 1,
  upload_time: "2026-01-05T09:30:00Z",
  children_count: 0,
  metadata: {},
  labels: [] as string[],
} as unknown as Document;

it.each([
  [true, {}, /^team · [^·]+$/],
  [false, {}, /^[^·]+$/], // no separator before the first fact
  [false, { file_size: 12 }, /^12[^·]+ · [^·]+$/],
])("puts separators between facts only", (showCollection, metadata, expected) => {
  const shown = render(<DocumentName document={{ ...NOTE, metadata }} showCollection={showCollection} />);
  expect(shown.container.querySelector("p")?.textContent).toMatch(expected);
});
